/* Addition four values at a time. */
#ifndef TFR_ADD_VALUES_DSP_H
#define TFR_ADD_VALUES_DSP_H

#include "elementwise/tfr_add_values.h"
#include "tfr_rescale.h"

/* How values become outputs. The short form holds for factors as networks have them; the sum is below 2^29. */
struct tfr_add_rule {
  struct tfr_rescale a;
  struct tfr_rescale b;
  struct tfr_rescale output;
  int32_t a_zero; /* of the zero points, shifted like the values */
  int32_t b_zero;
  int32_t low;
  int32_t high;
};

/*
 * Operands in the short form. Single rounding: (value - zero) * 2^23, with three more bits of shift, so that the product's
 * high word is all that is needed. Double rounding: (value - zero) * 2^20 as it is defined; a shift of 31 rounds once.
 */
#if defined(TFR_DOUBLE_ROUNDING)
#define TFR_ADD_LEFT 20
#define TFR_ADD_OPERAND_VALID(shift) ((shift) == 31 || TFR_RESCALE_VALID(shift))

TFR_INLINE struct tfr_rescale tfr_add_operand_rule(int32_t multiplier, int32_t shift) {
  return shift == 31 ? (struct tfr_rescale){multiplier, 0, 0} : tfr_rescale_of(multiplier, shift, 0);
}

TFR_INLINE int32_t tfr_add_operand_apply(struct tfr_rescale rule, int32_t acc) {
  return rule.shift == 0 ? tfr_smmulr(2 * acc, rule.multiplier) : tfr_rescale_apply(rule, acc);
}
#else
#define TFR_ADD_LEFT 23
#define TFR_ADD_OPERAND_VALID(shift) TFR_RESCALE_VALID((shift) + 3)
#define tfr_add_operand_rule(multiplier, shift) tfr_rescale_of(multiplier, (shift) + 3, 0)
#define tfr_add_operand_apply tfr_rescale_apply
#endif

TFR_INLINE int tfr_add_is_short(const struct tfr_add_params *params) {
  return TFR_ADD_OPERAND_VALID(params->a_shift) && TFR_ADD_OPERAND_VALID(params->b_shift) &&
         TFR_RESCALE_VALID(params->output_shift);
}

TFR_INLINE struct tfr_add_rule tfr_add_rule_of(const struct tfr_add_params *params) {
  return (struct tfr_add_rule){
      .a = tfr_add_operand_rule(params->a_multiplier, params->a_shift),
      .b = tfr_add_operand_rule(params->b_multiplier, params->b_shift),
      .output = tfr_rescale_of(params->output_multiplier, params->output_shift, params->output_zero_point),
      .a_zero = params->a_zero_point * ((int32_t)1 << TFR_ADD_LEFT),
      .b_zero = params->b_zero_point * ((int32_t)1 << TFR_ADD_LEFT),
      .low = params->output_min,
      .high = params->output_max};
}

TFR_INLINE int32_t tfr_add_short_operand(struct tfr_rescale rule, int32_t zero, int32_t value) {
  return tfr_add_operand_apply(rule, value * ((int32_t)1 << TFR_ADD_LEFT) - zero);
}

TFR_INLINE int32_t tfr_add_round(const struct tfr_add_rule *rule, int32_t sum) {
  return tfr_ssat8(tfr_rescale_apply(rule->output, sum));
}

/* Values [begin, size) without tables. */
TFR_INLINE void tfr_add_short_each(const struct tfr_add_rule *rule, int32_t begin, int32_t size, const int8_t *a,
                                  const int8_t *b, int8_t *output) {
  for (int32_t i = begin; i < size; i++) {
    const int32_t value = tfr_add_round(rule, tfr_add_short_operand(rule->a, rule->a_zero, a[i]) +
                                                  tfr_add_short_operand(rule->b, rule->b_zero, b[i]));
    output[i] = (int8_t)(value < rule->low ? rule->low : value > rule->high ? rule->high : value);
  }
}

TFR_INLINE void tfr_add_short_tables(const struct tfr_add_rule *rule, struct tfr_add_tables *tables) {
  for (int32_t value = INT8_MIN; value <= INT8_MAX; value++) {
    tables->a[value & 0xff] = tfr_add_short_operand(rule->a, rule->a_zero, value);
    tables->b[value & 0xff] = tfr_add_short_operand(rule->b, rule->b_zero, value);
  }
}

/* The sum of two operands of which each is byte `index` of its word. */
TFR_INLINE int32_t tfr_add_sum(const struct tfr_add_tables *tables, uint32_t a, uint32_t b, int32_t index) {
  return tables->a[a >> (8 * index) & 0xff] + tables->b[b >> (8 * index) & 0xff];
}

/* The first `size` values, a multiple of 4. */
TFR_APART void tfr_add_short_words(const struct tfr_add_params *params, struct tfr_add_tables *tables, int32_t size,
                                   const int8_t *a, const int8_t *b, int8_t *output) {
  const struct tfr_add_rule rule = tfr_add_rule_of(params);
  const uint32_t low = (uint32_t)(rule.low & 0xff) * 0x01010101u;
  const uint32_t high = (uint32_t)(rule.high & 0xff) * 0x01010101u;
  const int clamps = rule.low > INT8_MIN || rule.high < INT8_MAX;
  tfr_add_short_tables(&rule, tables);
  for (int32_t i = 0; i < size; i += 4) {
    const uint32_t left = tfr_load32(a + i);
    const uint32_t right = tfr_load32(b + i);
    const int32_t first = tfr_add_sum(tables, left, right, 0);
    const int32_t second = tfr_add_sum(tables, left, right, 1);
    const int32_t third = tfr_add_sum(tables, left, right, 2);
    const int32_t fourth = tfr_add_sum(tables, left, right, 3);
    uint32_t word = tfr_pack8(tfr_add_round(&rule, first), tfr_add_round(&rule, second), tfr_add_round(&rule, third),
                              tfr_add_round(&rule, fourth));
    if (clamps) word = tfr_min8(tfr_max8(word, low), high);
    tfr_store32(output + i, word);
  }
}

/* Factors beyond the short form. */
TFR_APART void tfr_add_long(const struct tfr_add_params *params, const int8_t *a, const int8_t *b, int8_t *output) {
  for (int32_t i = 0; i < params->size; i++) {
    const int32_t left = tfr_add_operand(a[i], params->a_zero_point, params->a_multiplier, params->a_shift);
    const int32_t right = tfr_add_operand(b[i], params->b_zero_point, params->b_multiplier, params->b_shift);
    output[i] = tfr_add_finish(params, left + right);
  }
}

TFR_INLINE void tfr_add_run(const struct tfr_add_params *params, struct tfr_add_tables *tables, const int8_t *a,
                            const int8_t *b, int8_t *output) {
  if (!tfr_add_is_short(params)) {
    tfr_add_long(params, a, b, output);
    return;
  }
  const int32_t whole = params->size < TFR_ADD_MIN_TABLED ? 0 : params->size & ~3;
  if (whole > 0) tfr_add_short_words(params, tables, whole, a, b, output);
  const struct tfr_add_rule rule = tfr_add_rule_of(params);
  tfr_add_short_each(&rule, whole, params->size, a, b, output);
}

#endif
