/* Addition four values at a time. */
#ifndef TFR_ADD_VALUES_DSP_H
#define TFR_ADD_VALUES_DSP_H

#include "elementwise/tfr_add_values.h"
#include "tfr_dsp.h"

/* The sum of two operands of which each is byte `index` of its word. */
TFR_INLINE int32_t tfr_add_sum(const struct tfr_add_tables *tables, uint32_t a, uint32_t b, int32_t index) {
  return tables->a[a >> (8 * index) & 0xff] + tables->b[b >> (8 * index) & 0xff];
}

/* What turns sums into outputs where one high multiplication does; `low` and `high` are four bytes each. */
struct tfr_add_rule {
  int32_t multiplier;
  int32_t offset; /* zero point and rounding */
  int32_t shift;
  int32_t clamps;
  uint32_t low;
  uint32_t high;
};

#if defined(TFR_DOUBLE_ROUNDING)
#define TFR_ADD_SHORT(params) 0
#else
/* Sums are below 2^29, so the high word of the product, the rounding term and the zero point fit 32 bits. */
#define TFR_ADD_SHORT(params) ((params)->output_shift > 32 && (params)->output_shift <= 54)
#endif

static inline struct tfr_add_rule tfr_add_rule_of(const struct tfr_add_params *params) {
  const int32_t shift = params->output_shift - 32;
  return (struct tfr_add_rule){
      .multiplier = params->output_multiplier,
      .offset = params->output_zero_point * ((int32_t)1 << shift) + ((int32_t)1 << (shift - 1)),
      .shift = shift,
      .clamps = params->output_min > INT8_MIN || params->output_max < INT8_MAX,
      .low = (uint32_t)(params->output_min & 0xff) * 0x01010101u,
      .high = (uint32_t)(params->output_max & 0xff) * 0x01010101u,
  };
}

TFR_INLINE int32_t tfr_add_round(struct tfr_add_rule rule, int32_t sum) {
  return tfr_ssat8(tfr_smmla(sum, rule.multiplier, rule.offset) >> rule.shift);
}

/* The first `size` values, a multiple of 4. */
static inline void tfr_add_short(struct tfr_add_rule rule, const struct tfr_add_tables *tables, int32_t size,
                                 const int8_t *a, const int8_t *b, int8_t *output) {
  for (int32_t i = 0; i < size; i += 4) {
    const uint32_t left = tfr_load32(a + i);
    const uint32_t right = tfr_load32(b + i);
    const int32_t first = tfr_add_sum(tables, left, right, 0);
    const int32_t second = tfr_add_sum(tables, left, right, 1);
    const int32_t third = tfr_add_sum(tables, left, right, 2);
    const int32_t fourth = tfr_add_sum(tables, left, right, 3);
    uint32_t word = tfr_pack8(tfr_add_round(rule, first), tfr_add_round(rule, second), tfr_add_round(rule, third),
                              tfr_add_round(rule, fourth));
    if (rule.clamps) word = tfr_min8(tfr_max8(word, rule.low), rule.high);
    tfr_store32(output + i, word);
  }
}

static inline void tfr_add_tabled(const struct tfr_add_params *params, struct tfr_add_tables *tables, const int8_t *a,
                                  const int8_t *b, int8_t *output) {
  tfr_add_make_tables(params, tables);
  const int32_t whole = params->size & ~3;
  if (TFR_ADD_SHORT(params)) {
    tfr_add_short(tfr_add_rule_of(params), tables, whole, a, b, output);
  } else {
    for (int32_t i = 0; i < whole; i++) {
      output[i] = tfr_add_finish(params, tables->a[(uint8_t)a[i]] + tables->b[(uint8_t)b[i]]);
    }
  }
  tfr_add_each(params, whole, a, b, output);
}

#endif
