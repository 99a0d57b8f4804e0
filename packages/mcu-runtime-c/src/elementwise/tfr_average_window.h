/* One window of average pooling. tfr_average_window writes the means of all its channels. */
#ifndef TFR_AVERAGE_WINDOW_H
#define TFR_AVERAGE_WINDOW_H

#include <stddef.h>

#include "convolution/tfr_window.h"
#include "tfr_check.h"
#include "tfr_core.h"

/* How the sums of a window become means (tfr_average_window_dsp.h). */
struct tfr_average_rule {
  int32_t count;       /* of positions; 0: not known yet */
  int32_t reciprocal;  /* 2^32 / count */
  int32_t offset;      /* (count / 2 + 1/2) / count in 2^-16 */
  uint32_t correction; /* twice: 1 for an even count */
};

/* rows x columns positions inside of the image, at least one, at most 2^23. */
struct tfr_average_window {
  const int8_t *first;
  int32_t rows;
  int32_t columns;
  int32_t channels;
  int32_t row_bytes; /* between two rows */
  int32_t low;       /* of the output's clamp */
  int32_t high;
  int32_t clamps; /* whether they are inside of int8 */
  uint32_t lows;  /* both, four times */
  uint32_t highs;
  const int8_t *end; /* of the image */
  struct tfr_average_rule rule;
};

/* sum / count, halves away from zero. */
TFR_INLINE int32_t tfr_rounded_quotient(int32_t sum, int32_t count) {
  return sum > 0 ? (sum + count / 2) / count : (sum - count / 2) / count;
}

/* Channel by channel. */
TFR_INLINE void tfr_average_channels(const struct tfr_average_window *window, int8_t *output) {
  for (int32_t c = 0; c < window->channels; c++) {
    int32_t sum = 0;
    for (int32_t row = 0; row < window->rows; row++) {
      const int8_t *value = window->first + row * window->row_bytes + c;
      for (int32_t column = 0; column < window->columns; column++) {
        sum += *value;
        value += window->channels;
      }
    }
    const int32_t mean = tfr_rounded_quotient(sum, window->rows * window->columns);
    output[c] = (int8_t)(mean < window->low ? window->low : mean > window->high ? window->high : mean);
  }
}

#if TFR_CORE == TFR_CORE_PORTABLE
TFR_INLINE void tfr_average_window(struct tfr_average_window *window, int8_t *output) {
  tfr_average_channels(window, output);
}
#else
#include "elementwise/tfr_average_window_dsp.h"
#endif

#endif
