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

/* Bits above the lowest 16 are set unless it is in [1, 65535]. */
static inline uint32_t tfr_size_bits(int32_t size) { return (uint32_t)size | ((uint32_t)size - 1); }

/* Sizes are in range and every window touches the image. */
static inline bool tfr_axis_valid(struct tfr_axis axis) {
  const uint32_t sizes = tfr_size_bits(axis.input) | tfr_size_bits(axis.output) | tfr_size_bits(axis.kernel) |
                         tfr_size_bits(axis.stride);
  const uint32_t padding = (uint32_t)axis.padding;
  return sizes <= TFR_MAX_SIZE && padding < (uint32_t)axis.kernel &&
         ((uint32_t)axis.output - 1) * (uint32_t)axis.stride < (uint32_t)axis.input + padding;
}

static inline struct tfr_taps tfr_window_taps(struct tfr_axis axis, int32_t output) {
  const int32_t first = output * axis.stride - axis.padding;
  const int32_t inside = axis.input - first;
  return (struct tfr_taps){.first = first,
                           .begin = first < 0 ? -first : 0,
                           .end = inside < axis.kernel ? inside : axis.kernel};
}

#endif
