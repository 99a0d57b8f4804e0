/*
 * Average pooling four channels at a time: two words of two 16-bit sums. A mean is floor((sum - correction + half + 1/2) /
 * count) with half = floor(count / 2) and the correction 1 for negative sums of an even count, which is rounding with halves
 * away from zero. It is a multiplication by the reciprocal: as the 1/2 keeps the quotient 1 / (2 count) away from whole
 * numbers, of which 2^16 are 128 and more, the errors of reciprocal, product and offset, below 3 together, never reach one.
 */
#ifndef TFR_AVERAGE_WINDOW_DSP_H
#define TFR_AVERAGE_WINDOW_DSP_H

#include "elementwise/tfr_average_window.h"
#include "tfr_dsp.h"

#define TFR_AVERAGE_MAX_COUNT 256 /* so that a sum fits 16 bits */

TFR_INLINE struct tfr_average_rule tfr_average_rule_of(int32_t count) {
  const uint32_t reciprocal = UINT32_MAX / (uint32_t)count; /* one position: twice what fits, its mean is the sum */
  return (struct tfr_average_rule){
      .count = count,
      .reciprocal = reciprocal > INT32_MAX ? INT32_MAX : (int32_t)reciprocal,
      .offset = (int32_t)(((uint32_t)(count / 2 * 2 + 1) << 15) / (uint32_t)count),
      .correction = count % 2 == 0 ? 0x10001u : 0};
}

/* The means of two sums; `count` is the rule's, or a constant. Of four values they are two halvings. */
TFR_INLINE uint32_t tfr_average_means(uint32_t sums, int32_t count, const struct tfr_average_rule *rule) {
  if (count == 1) return sums;
  if (count == 4) return tfr_shadd16(tfr_shadd16(sums, tfr_select16(sums, 0x20002u, 0x10001u)), 0);
  const uint32_t numerators = tfr_qsub16(sums, tfr_select16(sums, 0, rule->correction));
  return tfr_high_halves((uint32_t)tfr_smlawb(rule->reciprocal, numerators, rule->offset),
                         (uint32_t)tfr_smlawt(rule->reciprocal, numerators, rule->offset));
}

/* The means of four channels from `value` on, clamped; `rows` and `columns` are constants, or the window's. */
TFR_INLINE uint32_t tfr_average_word(const struct tfr_average_window *window, const int8_t *value, int32_t rows,
                                     int32_t columns) {
  uint32_t even = 0;
  uint32_t odd = 0;
  for (int32_t row = 0; row < rows; row++) {
    const int8_t *pixel = value;
    for (int32_t column = 0; column < columns; column++) {
      const uint32_t word = tfr_load32(pixel);
      even = tfr_sxtab16(even, word);
      odd = tfr_sxtab16_odd(odd, word);
      pixel += window->channels;
    }
    value += window->row_bytes;
  }
  even = tfr_average_means(even, rows * columns, &window->rule);
  odd = tfr_average_means(odd, rows * columns, &window->rule);
  const uint32_t means = (even & 0x00ff00ffu) | (odd & 0x00ff00ffu) << 8;
  return window->clamps ? tfr_min8(tfr_max8(means, window->lows), window->highs) : means;
}

/* All channels, four at a time; where their number is no multiple, the last four overlap those before. */
TFR_INLINE void tfr_average_words(const struct tfr_average_window *window, int32_t rows, int32_t columns,
                                  int8_t *output) {
  const struct tfr_average_window own = *window; /* stores to the output leave it alone */
  const int32_t last = own.channels - 4;
  if (last < 0) {
    const uint32_t means = tfr_average_word(&own, own.first, rows, columns);
    for (int32_t c = 0; c < own.channels; c++) output[c] = (int8_t)tfr_byte(means, c);
    return;
  }
  for (int32_t begin = 0; begin < own.channels; begin += 4) {
    const int32_t c = begin < last ? begin : last;
    tfr_store32(output + c, tfr_average_word(&own, own.first + c, rows, columns));
  }
}

/* Do words at all positions lie inside of the image, and sums inside of 16 bits? */
TFR_INLINE int tfr_average_has_words(const struct tfr_average_window *window) {
  if (window->rows > TFR_AVERAGE_MAX_COUNT / window->columns) return 0;
  const int32_t last = (window->rows - 1) * window->row_bytes + (window->columns - 1) * window->channels;
  return window->channels >= 4 || window->end - window->first >= last + 4;
}

TFR_INLINE void tfr_average_window(struct tfr_average_window *window, int8_t *output) {
  if (!tfr_average_has_words(window)) {
    tfr_average_channels(window, output);
    return;
  }
  const int32_t rows = window->rows;
  const int32_t columns = window->columns;
  if (window->rule.count != rows * columns) window->rule = tfr_average_rule_of(rows * columns);
  if (rows == 2 && columns == 2) {
    tfr_average_words(window, 2, 2, output);
  } else if (rows == 3 && columns == 3) {
    tfr_average_words(window, 3, 3, output);
  } else {
    tfr_average_words(window, rows, columns, output);
  }
}

#endif
