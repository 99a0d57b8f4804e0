#include "linear/tfr_linear.h"
#include "rows/tfr_rows_csr.h"
#include "tfr/tfr_kernels.h"

tfr_status tfr_linear_csr_s8(const struct tfr_linear_params *params, const int8_t *input,
                             int8_t *output, void *scratch) {
  const struct tfr_rows_encoding encoding = {.check = tfr_rows_csr_check, .multiply = tfr_rows_csr};
  return tfr_linear(params, encoding, input, output, scratch);
}

uint32_t tfr_linear_csr_s8_scratch_bytes(const struct tfr_linear_params *params) {
  return tfr_linear_scratch_bytes(params);
}
