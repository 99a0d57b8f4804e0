/* A row of LayerNorm in 32 bits: high words of products instead of 64-bit ones. */
#ifndef TFR_LAYER_NORM_ROW_DSP_H
#define TFR_LAYER_NORM_ROW_DSP_H

#include "normalization/tfr_layer_norm_row.h"
#include "tfr_rescale.h"

TFR_INLINE struct tfr_layer_norm_sums tfr_layer_norm_sums_of(const int8_t *input, int32_t columns) {
  int32_t sum = 0;
  int32_t squares = 0;
  int32_t i = 0;
  for (; i + 4 <= columns; i += 4) {
    const uint32_t word = tfr_load32(input + i);
    const uint32_t even = tfr_sxtb16(word);
    const uint32_t odd = tfr_sxtb16_odd(word);
    sum = tfr_smlad(odd, 0x00010001, tfr_smlad(even, 0x00010001, sum));
    squares = tfr_smlad(odd, odd, tfr_smlad(even, even, squares));
  }
  for (; i < columns; i++) {
    sum += input[i];
    squares += input[i] * input[i];
  }
  return (struct tfr_layer_norm_sums){.sum = sum, .squares = (uint32_t)squares};
}

/*
 * (difference * reciprocal + 2^(shift - 1)) >> shift without its product's lowest `dropped` bits, which the rounding term
 * does not touch: the factors are moved left by 32 - dropped bits together and the high word is taken. The difference
 * times 2^(18 - dropped) stays below 2^30, as it is below 2^20 and, for shifts below 9, below 2^(shift + 1).
 */
struct tfr_layer_norm_step {
  int32_t columns; /* times 2^(18 - dropped) */
  int32_t sum;     /* negative, the same */
  int32_t reciprocal;
  int32_t half;
  int32_t shift;
};

TFR_INLINE struct tfr_layer_norm_step tfr_layer_norm_step_of(int32_t columns, int32_t sum,
                                                             struct tfr_layer_norm_scale scale) {
  const int32_t dropped = scale.shift > 8 ? 8 : scale.shift - 1;
  return (struct tfr_layer_norm_step){.columns = columns * ((int32_t)1 << (18 - dropped)),
                                      .sum = -sum * ((int32_t)1 << (18 - dropped)),
                                      .reciprocal = scale.reciprocal * ((int32_t)1 << 14),
                                      .half = (int32_t)1 << (scale.shift - dropped - 1),
                                      .shift = scale.shift - dropped};
}

TFR_INLINE int32_t tfr_layer_norm_value(struct tfr_layer_norm_step step, struct tfr_rescale rule, int32_t value,
                                        int32_t gamma, int32_t beta) {
  const int32_t difference = tfr_mla(value, step.columns, step.sum);
  const int32_t normal = tfr_smmla(difference, step.reciprocal, step.half) >> step.shift;
  return tfr_ssat8(tfr_rescale_apply(rule, tfr_mla(normal, gamma, beta)));
}

/* Loads come in threes: on a Cortex-M4 each that follows another takes one cycle less. */
TFR_APART void tfr_layer_norm_short(const struct tfr_layer_norm_params *params, struct tfr_layer_norm_step step,
                                    const int8_t *input, int8_t *output) {
  const struct tfr_rescale rule = tfr_rescale_of(params->multiplier, params->shift, params->output_zero_point);
  const int16_t *gamma = params->gamma;
  const int32_t *beta = params->beta;
  const int8_t *end = input + (params->columns & ~3);
  for (; input != end; input += 4) {
    for (int32_t i = 0; i < 4; i++) {
      output[i] = (int8_t)tfr_layer_norm_value(step, rule, input[i], gamma[i], beta[i]);
    }
    output += 4;
    gamma += 4;
    beta += 4;
  }
  for (int32_t i = 0; i < (params->columns & 3); i++) {
    output[i] = (int8_t)tfr_layer_norm_value(step, rule, input[i], gamma[i], beta[i]);
  }
}

/* With double rounding a sum may be too large for the short form. */
#if defined(TFR_DOUBLE_ROUNDING)
#define TFR_LAYER_NORM_SHORT(shift) 0
#else
#define TFR_LAYER_NORM_SHORT(shift) TFR_RESCALE_VALID(shift)
#endif

TFR_INLINE void tfr_layer_norm_row(const struct tfr_layer_norm_params *params, const int8_t *input, int8_t *output) {
  const struct tfr_layer_norm_sums sums = tfr_layer_norm_sums_of(input, params->columns);
  const struct tfr_layer_norm_scale scale = tfr_layer_norm_scale_of(params, sums);
  if (TFR_LAYER_NORM_SHORT(params->shift)) {
    tfr_layer_norm_short(params, tfr_layer_norm_step_of(params->columns, sums.sum, scale), input, output);
  } else {
    tfr_layer_norm_long(params, sums.sum, scale, input, output);
  }
}

#endif
