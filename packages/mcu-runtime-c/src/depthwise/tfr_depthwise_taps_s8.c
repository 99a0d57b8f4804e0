/* Depthwise convolution by the taps that groups of four channels keep. */
#include "depthwise/tfr_depthwise_taps.h"

#include "tfr/tfr_kernels.h"

tfr_status tfr_depthwise_taps_s8(const struct tfr_depthwise_params *params, const int8_t *input, int8_t *output,
                                 void *scratch) {
  return tfr_depthwise_taps(params, tfr_depthwise_way_of(params), input, output, scratch);
}

uint32_t tfr_depthwise_taps_s8_scratch_bytes(const struct tfr_depthwise_params *params) {
  if (!tfr_depthwise_taps_sizes_valid(params) || !tfr_depthwise_strip_fits(params)) return 0;
  return tfr_depthwise_walk_bytes(params);
}
