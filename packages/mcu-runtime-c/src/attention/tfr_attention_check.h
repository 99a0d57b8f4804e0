/* What tfr_attention_s8 verifies at entry, and the factor of a row. */
#ifndef TFR_ATTENTION_CHECK_H
#define TFR_ATTENTION_CHECK_H

#include <stddef.h>

#include "attention/tfr_attention_rows.h"
#include "tfr/tfr_params.h"
#include "tfr/tfr_types.h"
#include "tfr_check.h"

#define TFR_ATTENTION_MAX_TOKENS 32767
#define TFR_ATTENTION_MAX_HEAD_WIDTH 4096
#define TFR_ATTENTION_MAX_TABLE_SIZE 32768
#define TFR_ATTENTION_MAX_VALUE_SHIFT 55
#define TFR_ATTENTION_MAX_PROBABILITY 32767

TFR_INLINE int32_t tfr_attention_smaller(int32_t a, int32_t b) { return a < b ? a : b; }

/* M of tfr_params.def; `sum` is positive and below 2^23. */
TFR_INLINE uint64_t tfr_attention_multiplier(const struct tfr_attention_params *params, uint32_t sum) {
  const int32_t excess = sum <= UINT16_MAX ? 0 : 16 - tfr_leading_zeros(sum);
  const int32_t shift = params->value_shift + excess;
  const uint64_t product = (uint64_t)(UINT32_MAX / (sum >> excess)) * (uint32_t)params->value_multiplier;
  return (product + ((uint64_t)1 << (shift - 1))) >> shift;
}

/* No entry is above `largest`; eight at a time. */
static inline bool tfr_attention_table_within(const uint16_t *table, int32_t size, uint32_t largest) {
  const uint32_t limits = largest * 0x10001u;
  uint32_t excess = 0;
  int32_t i = 0;
  for (; i + 8 <= size; i += 8) {
    excess |= tfr_uqsub16(tfr_load32(table + i), limits) | tfr_uqsub16(tfr_load32(table + i + 2), limits) |
              tfr_uqsub16(tfr_load32(table + i + 4), limits) | tfr_uqsub16(tfr_load32(table + i + 6), limits);
  }
  for (; i < size; i++) excess |= tfr_uqsub16(table[i], limits);
  return excess == 0;
}

static inline bool tfr_attention_table_valid(const struct tfr_attention_params *params) {
  const uint32_t largest = params->table[params->table_size - 1];
  const int32_t row = tfr_attention_smaller(params->valid_tokens, params->window_before + 1 + params->window_after);
  return params->table[0] == 0 && largest > 0 && largest <= TFR_ATTENTION_MAX_PROBABILITY &&
         256 * (int64_t)largest * row <= INT32_MAX &&
         tfr_attention_table_within(params->table, params->table_size, largest) &&
         tfr_attention_multiplier(params, largest) <= INT32_MAX;
}

static inline bool tfr_attention_scores_valid(const struct tfr_attention_params *params) {
  const int32_t zero = params->query_zero_point;
  const int64_t query = zero < 0 ? INT8_MAX - zero : zero - INT8_MIN;
  const int64_t bound = params->head_width * query * -INT8_MIN;
  if (params->score_multiplier < 0) return false;
  return (bound * params->score_multiplier + TFR_ATTENTION_ROUNDING) >> 32 <= INT16_MAX - (params->table_size - 1);
}

TFR_INLINE bool tfr_attention_sizes_valid(const struct tfr_attention_params *params) {
  const int32_t tokens = params->tokens;
  return tfr_volume_valid(tokens, params->heads, params->head_width) && tokens <= TFR_ATTENTION_MAX_TOKENS &&
         params->head_width <= TFR_ATTENTION_MAX_HEAD_WIDTH && params->valid_tokens >= 1 &&
         params->valid_tokens <= tokens &&
         params->window_before >= 0 && params->window_before <= tokens && params->window_after >= 0 &&
         params->window_after <= tokens && params->table_size >= 2 &&
         params->table_size <= TFR_ATTENTION_MAX_TABLE_SIZE;
}

TFR_INLINE tfr_status tfr_attention_check(const struct tfr_attention_params *params, const int8_t *queries,
                                          const int8_t *keys, const int8_t *values, const int8_t *output,
                                          const void *scratch) {
  if (params == NULL || queries == NULL || keys == NULL || values == NULL || output == NULL || scratch == NULL ||
      params->table == NULL) {
    return TFR_ERROR_NULL;
  }
  if (!tfr_attention_sizes_valid(params)) return TFR_ERROR_SIZE;
  const bool in_range = tfr_s8_valid(params->query_zero_point) && tfr_s8_valid(params->value_zero_point) &&
                        tfr_s8_valid(params->output_zero_point) && tfr_attention_scores_valid(params) &&
                        tfr_factor_valid(params->value_multiplier, params->value_shift) &&
                        params->value_shift <= TFR_ATTENTION_MAX_VALUE_SHIFT && tfr_attention_table_valid(params);
  return in_range ? TFR_OK : TFR_ERROR_RANGE;
}

#endif
