#include "linear/tfr_linear.h"
#include "rows/tfr_rows_balanced.h"
#include "tfr/tfr_kernels.h"

tfr_status tfr_linear_balanced_s8(const struct tfr_linear_params *params, const int8_t *input,
                                  int8_t *output, void *scratch) {
  const struct tfr_rows_encoding encoding = {.check = tfr_rows_balanced_check, .multiply = tfr_rows_balanced};
  return tfr_linear(params, encoding, input, output, scratch);
}

uint32_t tfr_linear_balanced_s8_scratch_bytes(const struct tfr_linear_params *params) {
  return tfr_linear_scratch_bytes(params);
}
