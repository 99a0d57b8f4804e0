/* Queries times keys, head by head; four keys share each query value. */
#include <stddef.h>

#include "tfr/tfr_kernels.h"
#include "tfr_check.h"

#define KEYS 4
#define MAX_HEAD_WIDTH 32767 /* so that sums of products of differences, each below 255^2, fit 32 bits */

static tfr_status check(const struct tfr_attention_scores_params *params, const int8_t *queries, const int8_t *keys,
                        const int8_t *output) {
  if (params == NULL || queries == NULL || keys == NULL || output == NULL) return TFR_ERROR_NULL;
  if (!tfr_volume_valid(params->tokens, params->heads, params->head_width) || params->head_width > MAX_HEAD_WIDTH ||
      !tfr_volume_valid(params->heads, params->tokens, params->tokens)) {
    return TFR_ERROR_SIZE;
  }
  const bool in_range = tfr_s8_valid(params->query_zero_point) && tfr_s8_valid(params->key_zero_point) &&
                        tfr_s8_valid(params->output_zero_point) && tfr_factor_valid(params->multiplier, params->shift);
  return in_range ? TFR_OK : TFR_ERROR_RANGE;
}

/* One query against `count` keys. */
TFR_INLINE void multiply(const struct tfr_attention_scores_params *params, const int8_t *query, const int8_t *keys,
                         int32_t count, int8_t *output) {
  const int32_t width = params->heads * params->head_width;
  int32_t acc[KEYS] = {0};
  tfr_multiply_rows(acc, query, params->query_zero_point, keys, params->key_zero_point, width, params->head_width,
                    count);
  for (int32_t j = 0; j < count; j++) {
    output[j] = tfr_requantize_s8(acc[j], params->multiplier, params->shift, params->output_zero_point, INT8_MIN,
                                  INT8_MAX);
  }
}

tfr_status tfr_attention_scores_s8(const struct tfr_attention_scores_params *params, const int8_t *input,
                                   const int8_t *input2, int8_t *output, void *scratch) {
  (void)scratch;
  const tfr_status status = check(params, input, input2, output);
  if (status != TFR_OK) return status;
  const int32_t tokens = params->tokens;
  const int32_t width = params->heads * params->head_width;
  for (int32_t head = 0; head < params->heads; head++) {
    const int8_t *keys = input2 + head * params->head_width;
    for (int32_t i = 0; i < tokens; i++) {
      const int8_t *query = input + i * width + head * params->head_width;
      int32_t j = 0;
      for (; j + KEYS <= tokens; j += KEYS) multiply(params, query, keys + j * width, KEYS, output + j);
      for (; j < tokens; j++) multiply(params, query, keys + j * width, 1, output + j);
      output += tokens;
    }
  }
  return TFR_OK;
}

uint32_t tfr_attention_scores_s8_scratch_bytes(const struct tfr_attention_scores_params *params) {
  (void)params;
  return 0;
}
