/* Queries times keys, head by head; four keys share each query value. */
#include <stddef.h>

#include "tfr/tfr_kernels.h"
#include "tfr_check.h"

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

TFR_INLINE int8_t finish(const struct tfr_attention_scores_params *params, int32_t sum) {
  return tfr_requantize_s8(sum, params->multiplier, params->shift, params->output_zero_point, INT8_MIN, INT8_MAX);
}

/* One query against one or four keys; `lanes` is a constant. */
TFR_INLINE void multiply(const struct tfr_attention_scores_params *params, const int8_t *query, const int8_t *keys,
                         int32_t lanes, int8_t *output) {
  const int32_t width = params->heads * params->head_width;
  int32_t acc[TFR_LANES] = {0};
  for (int32_t c = 0; c < params->head_width; c++) {
    tfr_multiply_strided(acc, keys + c, width, params->key_zero_point, query[c] - params->query_zero_point, lanes);
  }
  output[0] = finish(params, acc[0]);
  if (lanes == TFR_LANES) {
    output[1] = finish(params, acc[1]);
    output[2] = finish(params, acc[2]);
    output[3] = finish(params, acc[3]);
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
      for (; j + TFR_LANES <= tokens; j += TFR_LANES) {
        multiply(params, query, keys + j * width, TFR_LANES, output + j);
      }
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
