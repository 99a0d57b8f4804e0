/* Probabilities times values, head by head; four channels share each probability. */
#include <stddef.h>

#include "tfr/tfr_kernels.h"
#include "tfr_check.h"

#define MAX_TOKENS 32767 /* so that sums of products, each at most 255^2, fit 32 bits */
#define PROBABILITY_ZERO_POINT (-128)

static tfr_status check(const struct tfr_attention_values_params *params, const int8_t *probabilities,
                        const int8_t *values, const int8_t *output) {
  if (params == NULL || probabilities == NULL || values == NULL || output == NULL) return TFR_ERROR_NULL;
  if (!tfr_volume_valid(params->tokens, params->heads, params->head_width) || params->tokens > MAX_TOKENS ||
      !tfr_volume_valid(params->heads, params->tokens, params->tokens)) {
    return TFR_ERROR_SIZE;
  }
  const bool in_range = tfr_s8_valid(params->value_zero_point) && tfr_s8_valid(params->output_zero_point) &&
                        tfr_factor_valid(params->multiplier, params->shift);
  return in_range ? TFR_OK : TFR_ERROR_RANGE;
}

TFR_INLINE int8_t finish(const struct tfr_attention_values_params *params, int32_t sum) {
  return tfr_requantize_s8(sum, params->multiplier, params->shift, params->output_zero_point, INT8_MIN, INT8_MAX);
}

/* One or four channels of one token, a row of probabilities against columns of values; `lanes` is a constant. */
TFR_INLINE void multiply(const struct tfr_attention_values_params *params, const int8_t *probabilities,
                         const int8_t *values, int32_t lanes, int8_t *output) {
  const int32_t width = params->heads * params->head_width;
  int32_t acc[TFR_LANES] = {0};
  for (int32_t j = 0; j < params->tokens; j++) {
    const int32_t probability = probabilities[j] - PROBABILITY_ZERO_POINT;
    tfr_multiply_scalar(acc, values + j * width, params->value_zero_point, probability, lanes);
  }
  output[0] = finish(params, acc[0]);
  if (lanes == TFR_LANES) {
    output[1] = finish(params, acc[1]);
    output[2] = finish(params, acc[2]);
    output[3] = finish(params, acc[3]);
  }
}

tfr_status tfr_attention_values_s8(const struct tfr_attention_values_params *params, const int8_t *input,
                                   const int8_t *input2, int8_t *output, void *scratch) {
  (void)scratch;
  const tfr_status status = check(params, input, input2, output);
  if (status != TFR_OK) return status;
  const int32_t width = params->heads * params->head_width;
  for (int32_t head = 0; head < params->heads; head++) {
    const int8_t *values = input2 + head * params->head_width;
    for (int32_t i = 0; i < params->tokens; i++) {
      int8_t *row = output + i * width + head * params->head_width;
      int32_t c = 0;
      for (; c + TFR_LANES <= params->head_width; c += TFR_LANES) {
        multiply(params, input, values + c, TFR_LANES, row + c);
      }
      for (; c < params->head_width; c++) multiply(params, input, values + c, 1, row + c);
      input += params->tokens;
    }
  }
  return TFR_OK;
}

uint32_t tfr_attention_values_s8_scratch_bytes(const struct tfr_attention_values_params *params) {
  (void)params;
  return 0;
}
