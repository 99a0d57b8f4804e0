/* A kernel window that slides over an image: its argument check and the part of it that lies inside the image. */
#ifndef TFR_WINDOW_H
#define TFR_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "tfr_check.h"

/* One axis of a window: sizes in positions, all at most 65535. */
struct tfr_axis {
  int32_t input;
  int32_t output;
  int32_t kernel;
  int32_t stride;
  int32_t padding; /* positions before the first; those behind the last follow from the other sizes */
};

/* Taps [begin, end) of a window are inside the image; tap t reads position first + t. */
struct tfr_taps {
  int32_t first;
  int32_t begin;
  int32_t end;
};

static inline bool tfr_size_valid(int32_t size) { return size > 0 && size <= TFR_MAX_SIZE; }

/* Sizes are in range and every window touches the image. */
static inline bool tfr_axis_valid(struct tfr_axis axis) {
  return tfr_size_valid(axis.input) && tfr_size_valid(axis.output) && tfr_size_valid(axis.kernel) &&
         tfr_size_valid(axis.stride) && axis.padding >= 0 && axis.padding < axis.kernel &&
         (int64_t)(axis.output - 1) * axis.stride - axis.padding < axis.input;
}

static inline struct tfr_taps tfr_window_taps(struct tfr_axis axis, int32_t output) {
  const int32_t first = output * axis.stride - axis.padding;
  const int32_t inside = axis.input - first;
  return (struct tfr_taps){.first = first,
                           .begin = first < 0 ? -first : 0,
                           .end = inside < axis.kernel ? inside : axis.kernel};
}

#endif
