#include "convolution/tfr_convolution.h"
#include "rows/tfr_rows_balanced.h"
#include "tfr/tfr_kernels.h"

tfr_status tfr_convolution_balanced_s8(const struct tfr_convolution_params *params, const int8_t *input,
                                       int8_t *output, void *scratch) {
  const struct tfr_rows_encoding encoding = {.check = tfr_rows_balanced_check, .multiply = tfr_rows_balanced};
  return tfr_convolution(params, encoding, input, output, scratch);
}

uint32_t tfr_convolution_balanced_s8_scratch_bytes(const struct tfr_convolution_params *params) {
  return tfr_convolution_scratch_bytes(params);
}
