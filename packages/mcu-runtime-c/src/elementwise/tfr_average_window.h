/* One window of average pooling. tfr_average_window writes the means of all its channels. */
#ifndef TFR_AVERAGE_WINDOW_H
#define TFR_AVERAGE_WINDOW_H

#include <stddef.h>

#include "convolution/tfr_window.h"
#include "tfr_check.h"
#include "tfr_core.h"

/* rows x columns positions inside of the image, at least one, at most 2^23. */
struct tfr_average_window {
  const int8_t *first;
  int32_t rows;
  int32_t columns;
  int32_t channels;
  int32_t row_bytes; /* between two rows */
  int32_t low;       /* of the output's clamp */
  int32_t high;
};

/* sum / count, halves away from zero. */
TFR_INLINE int32_t tfr_rounded_quotient(int32_t sum, int32_t count) {
  return sum > 0 ? (sum + count / 2) / count : (sum - count / 2) / count;
}

/* The channels [begin, channels), one by one. */
TFR_INLINE void tfr_average_channels(const struct tfr_average_window *window, int32_t begin, int8_t *output) {
  for (int32_t c = begin; c < window->channels; c++) {
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
TFR_INLINE void tfr_average_window(const struct tfr_average_window *window, int8_t *output) {
  tfr_average_channels(window, 0, output);
}
#else
#include "elementwise/tfr_average_window_dsp.h"
#endif

#endif
