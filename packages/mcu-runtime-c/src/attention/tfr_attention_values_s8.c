/* Probabilities times values, head by head; four channels share each probability. */
#include <stddef.h>

#include "tfr/tfr_kernels.h"
#include "tfr_check.h"

#define CHANNELS 4
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

/* `count` channels of one token: a row of probabilities against columns of values. */
TFR_INLINE void multiply(const struct tfr_attention_values_params *params, const int8_t *probabilities,
                         const int8_t *values, int32_t count, int8_t *output) {
  const int32_t width = params->heads * params->head_width;
  int32_t acc[CHANNELS] = {0};
  for (int32_t j = 0; j < params->tokens; j++) {
    tfr_multiply_scalar(acc, probabilities[j] - PROBABILITY_ZERO_POINT, values + j * width, params->value_zero_point,
                        count);
  }
  for (int32_t c = 0; c < count; c++) {
    output[c] = tfr_requantize_s8(acc[c], params->multiplier, params->shift, params->output_zero_point, INT8_MIN,
                                  INT8_MAX);
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
      for (; c + CHANNELS <= params->head_width; c += CHANNELS) multiply(params, input, values + c, CHANNELS, row + c);
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
