/*
 * Average pooling four channels at a time: two words of two 16-bit sums. Means are floors of
 * (sum + count / 2 - correction) / count with the correction 1 for negative sums of an even count, which is rounding with
 * halves away from zero; for a power of two they are halving additions, else a multiplication by the reciprocal.
 */
#ifndef TFR_AVERAGE_WINDOW_DSP_H
#define TFR_AVERAGE_WINDOW_DSP_H

#include "elementwise/tfr_average_window.h"
#include "tfr_dsp.h"

#define TFR_AVERAGE_MAX_COUNT 256 /* so that a sum fits 16 bits */

/* How the sums of a window become means. */
struct tfr_average_rule {
  int32_t count;
  int32_t halvings;   /* log2(count), or -1 where it is no power of two */
  int32_t reciprocal; /* 2^32 / count, rounded up; exact for numerators below 2^16 */
};

static inline struct tfr_average_rule tfr_average_rule_of(int32_t count) {
  int32_t halvings = 0;
  while ((int32_t)1 << halvings < count) halvings++;
  const int is_power = (int32_t)1 << halvings == count;
  return (struct tfr_average_rule){.count = count,
                                   .halvings = is_power ? halvings : -1,
                                   .reciprocal = is_power ? 0 : (int32_t)(UINT32_MAX / (uint32_t)count) + 1};
}

/* Two sums of 2^halvings values, halvings >= 1. */
TFR_INLINE uint32_t tfr_average_halve(uint32_t sums, int32_t halvings) {
  const uint32_t half = ((uint32_t)1 << (halvings - 1)) * 0x10001u;
  uint32_t means = tfr_shadd16(sums, tfr_select16(sums, half, half - 0x10001u));
  for (int32_t i = 1; i < halvings; i++) means = tfr_shadd16(means, 0);
  return means;
}

/* The sum moved into [0, 256 * count), divided, and moved back. */
TFR_INLINE int32_t tfr_average_divide(int32_t sum, const struct tfr_average_rule *rule) {
  const int32_t correction = (sum >> 31) & ((rule->count & 1) - 1);
  return tfr_smmla(sum + 128 * rule->count + rule->count / 2 + correction, rule->reciprocal, -128);
}

TFR_INLINE uint32_t tfr_average_means(uint32_t sums, const struct tfr_average_rule *rule) {
  if (rule->halvings > 0) return tfr_average_halve(sums, rule->halvings);
  if (rule->halvings == 0) return sums;
  return tfr_pack16(tfr_average_divide(tfr_low16(sums), rule), tfr_average_divide(tfr_high16(sums), rule));
}

/* Bytes 0 and 2 from `even`, 1 and 3 from `odd`, clamped. */
TFR_INLINE void tfr_average_store(const struct tfr_average_window *window, uint32_t even, uint32_t odd, int8_t *output) {
  uint32_t means = (even & 0x00ff00ffu) | (odd & 0x00ff00ffu) << 8;
  if (window->low > INT8_MIN) means = tfr_max8(means, (uint32_t)(window->low & 0xff) * 0x01010101u);
  if (window->high < INT8_MAX) means = tfr_min8(means, (uint32_t)(window->high & 0xff) * 0x01010101u);
  tfr_store32(output, means);
}

/* A window of 2 x 2, the usual one. Gives the first channel that is left. */
static inline int32_t tfr_average_square(const struct tfr_average_window *window, int8_t *output) {
  const int8_t *top = window->first;
  const int8_t *top_right = top + window->channels;
  const int8_t *bottom = top + window->row_bytes;
  const int8_t *bottom_right = bottom + window->channels;
  int32_t c = 0;
  for (; c + 4 <= window->channels; c += 4) {
    const uint32_t a = tfr_load32(top + c);
    const uint32_t b = tfr_load32(top_right + c);
    const uint32_t d = tfr_load32(bottom + c);
    const uint32_t e = tfr_load32(bottom_right + c);
    const uint32_t even = tfr_sxtab16(tfr_sxtab16(tfr_sxtab16(tfr_sxtb16(a), b), d), e);
    const uint32_t odd = tfr_sxtab16_odd(tfr_sxtab16_odd(tfr_sxtab16_odd(tfr_sxtb16_odd(a), b), d), e);
    tfr_average_store(window, tfr_average_halve(even, 2), tfr_average_halve(odd, 2), output + c);
  }
  return c;
}

/* Any window of at most TFR_AVERAGE_MAX_COUNT positions. */
static inline int32_t tfr_average_small(const struct tfr_average_window *window, int8_t *output) {
  const struct tfr_average_rule rule = tfr_average_rule_of(window->rows * window->columns);
  int32_t c = 0;
  for (; c + 4 <= window->channels; c += 4) {
    uint32_t even = 0;
    uint32_t odd = 0;
    for (int32_t row = 0; row < window->rows; row++) {
      const int8_t *value = window->first + row * window->row_bytes + c;
      for (int32_t column = 0; column < window->columns; column++) {
        const uint32_t word = tfr_load32(value);
        even = tfr_sxtab16(even, word);
        odd = tfr_sxtab16_odd(odd, word);
        value += window->channels;
      }
    }
    tfr_average_store(window, tfr_average_means(even, &rule), tfr_average_means(odd, &rule), output + c);
  }
  return c;
}

TFR_INLINE void tfr_average_window(const struct tfr_average_window *window, int8_t *output) {
  int32_t done = 0;
  if (window->rows == 2 && window->columns == 2) {
    done = tfr_average_square(window, output);
  } else if (window->rows <= TFR_AVERAGE_MAX_COUNT / window->columns) {
    done = tfr_average_small(window, output);
  }
  tfr_average_channels(window, done, output);
}

#endif
