/* See depthwise.h. */
#include "depthwise.h"

/* Adds three taps of one filter row to a sum. */
INLINE vec three_taps(vec sum, vec a, vec b, vec c, const vec weights[3]) {
  return multiply_add(c, weights[2], multiply_add(b, weights[1], multiply_add(a, weights[0], sum)));
}

/* One row of the output for a 3x3 filter, which stays in registers; at stride 1 two neighbours share their loads. */
INLINE void correlate_row_3x3(struct plane p, const float *window, const float *filter, float *y, int lanes) {
  const int c = p.channels;
  vec weights[9];
  for (int i = 0; i < 9; i++) weights[i] = load_lanes(filter + i * c, lanes);
  int column = 0;
  for (; p.stride_width == 1 && column + 2 <= p.width; column += 2, window += 2 * c, y += 2 * c) {
    vec left = splat(0.0f), right = splat(0.0f);
    const float *at = window;
    for (int i = 0; i < 3; i++, at += p.frame_row) {
      const vec x1 = load_lanes(at + c, lanes), x2 = load_lanes(at + 2 * c, lanes);
      left = three_taps(left, load_lanes(at, lanes), x1, x2, weights + 3 * i);
      right = three_taps(right, x1, x2, load_lanes(at + 3 * c, lanes), weights + 3 * i);
    }
    store_lanes(y, left, lanes);
    store_lanes(y + c, right, lanes);
  }
  for (; column < p.width; column++, window += p.stride_width * c, y += c) {
    vec total = splat(0.0f);
    const float *at = window;
    for (int i = 0; i < 3; i++, at += p.frame_row) {
      const vec x1 = load_lanes(at + c, lanes), x2 = load_lanes(at + 2 * c, lanes);
      total = three_taps(total, load_lanes(at, lanes), x1, x2, weights + 3 * i);
    }
    store_lanes(y, total, lanes);
  }
}

#define TAPS_AT_ONCE 8

/* Adds `taps` taps of one filter row to one row of the output. */
INLINE void add_taps(struct plane p, const float *window, const float *filter, float *y, int taps, int lanes) {
  const int c = p.channels;
  vec weights[TAPS_AT_ONCE];
  for (int j = 0; j < taps; j++) weights[j] = load_lanes(filter + j * c, lanes);
  for (int column = 0; column < p.width; column++, window += p.stride_width * c, y += c) {
    vec sum = load_lanes(y, lanes);
    for (int j = 0; j < taps; j++) sum = multiply_add(load_lanes(window + j * c, lanes), weights[j], sum);
    store_lanes(y, sum, lanes);
  }
}

/* One row of the output for any filter: y must be 0. */
INLINE void correlate_row_any(struct plane p, const float *window, const float *filter, float *y, int lanes) {
  const int c = p.channels;
  for (int i = 0; i < p.kernel_height; i++, window += p.frame_row, filter += p.kernel_width * c) {
    int j = 0;
    for (; j + 7 <= p.kernel_width; j += 7) add_taps(p, window + j * c, filter + j * c, y, 7, lanes);
    for (; j + 5 <= p.kernel_width; j += 5) add_taps(p, window + j * c, filter + j * c, y, 5, lanes);
    for (; j + 2 <= p.kernel_width; j += 2) add_taps(p, window + j * c, filter + j * c, y, 2, lanes);
    for (; j < p.kernel_width; j++) add_taps(p, window + j * c, filter + j * c, y, 1, lanes);
  }
}

static void correlate(struct plane p, const float *frame, const float *filter, float *y) {
  const int three = p.kernel_height == 3 && p.kernel_width == 3, last = p.channels & (LANES - 1);
  if (!three) clear(y, p.height * p.row);
  for (int r = 0; r < p.height; r++, frame += p.stride_height * p.frame_row, y += p.row) {
    int c = 0;
    if (three) {
      for (; c + LANES <= p.channels; c += LANES) correlate_row_3x3(p, frame + c, filter + c, y + c, LANES);
      if (last) correlate_row_3x3(p, frame + c, filter + c, y + c, last);
    } else {
      for (; c + LANES <= p.channels; c += LANES) correlate_row_any(p, frame + c, filter + c, y + c, LANES);
      if (last) correlate_row_any(p, frame + c, filter + c, y + c, last);
    }
  }
}

INLINE void spread_row(struct plane p, const float *dy, const float *filter, float *window, int lanes) {
  const int c = p.channels;
  for (int column = 0; column < p.width; column++, window += p.stride_width * c, dy += c) {
    const vec value = load_lanes(dy, lanes);
    for (int i = 0; i < p.kernel_height; i++)
      for (int j = 0; j < p.kernel_width; j++) {
        float *at = window + i * p.frame_row + j * c;
        const vec weight = load_lanes(filter + (i * p.kernel_width + j) * c, lanes);
        store_lanes(at, multiply_add(value, weight, load_lanes(at, lanes)), lanes);
      }
  }
}

static void spread(struct plane p, const float *dy, const float *filter, float *frame) {
  for (int r = 0; r < p.height; r++, frame += p.stride_height * p.frame_row, dy += p.row) {
    int c = 0;
    for (; c + LANES <= p.channels; c += LANES) spread_row(p, dy + c, filter + c, frame + c, LANES);
    if (c < p.channels) spread_row(p, dy + c, filter + c, frame + c, p.channels - c);
  }
}

#define FILTER_COLUMNS 3 /* taps of a filter row summed at once in registers */

/* Adds the gradient of some taps of `rows` filter rows, summed over one row of the output. */
INLINE void filter_taps(struct plane p, const float *window, const float *dy, float *dfilter, int rows, int columns,
                        int lanes) {
  vec sums[3][FILTER_COLUMNS];
  const int c = p.channels;
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < columns; j++) sums[i][j] = splat(0.0f);
  for (int column = 0; column < p.width; column++, window += p.stride_width * c, dy += c) {
    const vec value = load_lanes(dy, lanes);
    for (int i = 0; i < rows; i++)
      for (int j = 0; j < columns; j++)
        sums[i][j] = multiply_add(value, load_lanes(window + i * p.frame_row + j * c, lanes), sums[i][j]);
  }
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < columns; j++) {
      float *at = dfilter + (i * p.kernel_width + j) * c;
      store_lanes(at, load_lanes(at, lanes) + sums[i][j], lanes);
    }
}

/* Adds the gradient of the filter from one row of the output. */
INLINE void filter_lanes(struct plane p, const float *window, const float *dy, float *dfilter, int lanes) {
  const int c = p.channels, row = p.kernel_width * c;
  if (p.kernel_height == 3 && p.kernel_width == 3) {
    filter_taps(p, window, dy, dfilter, 3, 3, lanes);
    return;
  }
  for (int i = 0; i < p.kernel_height; i++, window += p.frame_row, dfilter += row) {
    int j = 0;
    for (; j + FILTER_COLUMNS <= p.kernel_width; j += FILTER_COLUMNS)
      filter_taps(p, window + j * c, dy, dfilter + j * c, 1, FILTER_COLUMNS, lanes);
    for (; j < p.kernel_width; j++) filter_taps(p, window + j * c, dy, dfilter + j * c, 1, 1, lanes);
  }
}

static void collect_filter(struct plane p, const float *frame, const float *dy, float *dfilter) {
  for (int r = 0; r < p.height; r++, frame += p.stride_height * p.frame_row, dy += p.row) {
    int c = 0;
    for (; c + LANES <= p.channels; c += LANES) filter_lanes(p, frame + c, dy + c, dfilter + c, LANES);
    if (c < p.channels) filter_lanes(p, frame + c, dy + c, dfilter + c, p.channels - c);
  }
}
