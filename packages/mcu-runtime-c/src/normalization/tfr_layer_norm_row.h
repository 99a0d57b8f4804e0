/* One row of LayerNorm. */
#ifndef TFR_LAYER_NORM_ROW_H
#define TFR_LAYER_NORM_ROW_H

#include <stddef.h>
#include <stdint.h>

#include "tfr/tfr_params.h"
#include "tfr_core.h"
#include "tfr_requantize.h"

struct tfr_layer_norm_sums {
  int32_t sum;      /* of the values */
  uint32_t squares; /* of their squares, at most 2^26 */
};

/* 1 / sqrt(variance), as reciprocal * 2^-shift up to the factor that makes normalised values times 1024. */
struct tfr_layer_norm_scale {
  int32_t reciprocal; /* in (2^15, 2^16] */
  int32_t shift;      /* in [6, 25] */
};

/*
 * floor(sqrt(value)) of a value in [2^30, 2^32): a straight line within 5% of it, two steps of Newton's method, which leave
 * less than 1 (the first leaves 0.1%), and a correction.
 */
TFR_INLINE uint32_t tfr_layer_norm_root(uint32_t value) {
  uint32_t root = (value >> 17) + (value >> 19) + 24000;
  root = (root + value / root) >> 1;
  root = (root + value / root) >> 1;
  if (root > 65535) root = 65535;
  while (root * root > value) root--;
  while (value - root * root > 2 * root) root++;
  return root;
}

TFR_INLINE int32_t tfr_layer_norm_bits(uint64_t value) {
  int32_t bits = 0;
  uint32_t word = (uint32_t)(value >> 32);
  if (word == 0) {
    word = (uint32_t)value;
  } else {
    bits = 32;
  }
  for (int32_t step = 16; step > 0; step >>= 1) {
    if (word >> step != 0) {
      word >>= step;
      bits += step;
    }
  }
  return bits + (word != 0);
}

/* The variance times columns^2 is columns * sum of squares - sum^2, exactly; epsilon is added in the same unit. */
TFR_INLINE struct tfr_layer_norm_scale tfr_layer_norm_scale_of(const struct tfr_layer_norm_params *params,
                                                               struct tfr_layer_norm_sums sums) {
  const uint64_t variance = (uint64_t)(uint32_t)params->columns * sums.squares -
                            (uint64_t)((int64_t)sums.sum * sums.sum) + (uint32_t)params->epsilon;
  /* The even exponent that leaves 31 or 32 bits. */
  const int32_t exponent = (tfr_layer_norm_bits(variance) - 31) & ~1;
  const uint32_t scaled = (uint32_t)(exponent >= 0 ? variance >> exponent : variance << -exponent);
  return (struct tfr_layer_norm_scale){.reciprocal = (int32_t)(((uint32_t)1 << 31) / tfr_layer_norm_root(scaled)),
                                       .shift = 21 + exponent / 2};
}

/* Any factor and rounding, in 64 bits. */
TFR_INLINE void tfr_layer_norm_long(const struct tfr_layer_norm_params *params, int32_t sum,
                                    struct tfr_layer_norm_scale scale, const int8_t *input, int8_t *output) {
  const int64_t half = (int64_t)1 << (scale.shift - 1);
  for (int32_t i = 0; i < params->columns; i++) {
    const int64_t difference = params->columns * input[i] - sum;
    const int32_t normal = (int32_t)((difference * scale.reciprocal + half) >> scale.shift);
    output[i] = tfr_requantize_s8(normal * params->gamma[i] + params->beta[i], params->multiplier, params->shift,
                                  params->output_zero_point, INT8_MIN, INT8_MAX);
  }
}

#if TFR_CORE == TFR_CORE_PORTABLE
TFR_INLINE void tfr_layer_norm_row(const struct tfr_layer_norm_params *params, const int8_t *input, int8_t *output) {
  struct tfr_layer_norm_sums sums = {0, 0};
  for (int32_t i = 0; i < params->columns; i++) {
    sums.sum += input[i];
    sums.squares += (uint32_t)(input[i] * input[i]);
  }
  tfr_layer_norm_long(params, sums.sum, tfr_layer_norm_scale_of(params, sums), input, output);
}
#else
#include "normalization/tfr_layer_norm_row_dsp.h"
#endif

#endif
