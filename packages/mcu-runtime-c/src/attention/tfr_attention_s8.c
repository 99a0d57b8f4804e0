#include "attention/tfr_attention.h"
#include "tfr/tfr_kernels.h"

tfr_status tfr_attention_s8(const struct tfr_attention_params *params, const int8_t *input, const int8_t *input2,
                            const int8_t *input3, int8_t *output, void *scratch) {
  return tfr_attention(params, input, input2, input3, output, scratch);
}

uint32_t tfr_attention_s8_scratch_bytes(const struct tfr_attention_params *params) {
  return tfr_attention_scratch_bytes(params);
}
