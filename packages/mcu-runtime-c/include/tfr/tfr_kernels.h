/*
 * The kernels, made from tfr_kernels.def. Each checks its arguments, writes only `output` and `scratch`, and returns
 * TFR_OK or a negative status having written no output. `scratch` is NAME_scratch_bytes(params) bytes at a multiple of
 * 4, or NULL where that is 0; NAME_scratch_bytes is 0 for parameters that the kernel refuses by their sizes.
 */
#ifndef TFR_KERNELS_H
#define TFR_KERNELS_H

#include "tfr/tfr_params.h"
#include "tfr/tfr_types.h"

#define TFR_KERNEL_1(name, op)                                                                                    \
  tfr_status name(const struct tfr_##op##_params *params, const int8_t *input, int8_t *output, void *scratch);   \
  uint32_t name##_scratch_bytes(const struct tfr_##op##_params *params);
#define TFR_KERNEL_2(name, op)                                                                                    \
  tfr_status name(const struct tfr_##op##_params *params, const int8_t *input, const int8_t *input2,             \
                  int8_t *output, void *scratch);                                                                \
  uint32_t name##_scratch_bytes(const struct tfr_##op##_params *params);
#define TFR_KERNEL_3(name, op)                                                                                    \
  tfr_status name(const struct tfr_##op##_params *params, const int8_t *input, const int8_t *input2,             \
                  const int8_t *input3, int8_t *output, void *scratch);                                          \
  uint32_t name##_scratch_bytes(const struct tfr_##op##_params *params);
#include "tfr/tfr_kernels.def"
#undef TFR_KERNEL_1
#undef TFR_KERNEL_2
#undef TFR_KERNEL_3

#endif
