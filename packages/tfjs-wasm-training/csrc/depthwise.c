/*
 * Depthwise convolution. Every image is first copied into a frame of zeros wide enough that no window leaves it, so
 * that the loops know no edges; four channels at a time keep the filter of a window in vector registers.
 */
#include "vector.h"

/* A zero-padded image. */
struct frame {
  int height, width, top, left;
};

INLINE int maximum(int a, int b) { return a > b ? a : b; }

/* The frame around the input: every window of every output pixel lies inside it. */
static struct frame input_frame(const struct window *w) {
  const struct frame f = {
      maximum((w->out_height - 1) * w->stride + w->kernel_height, w->pad_top + w->in_height),
      maximum((w->out_width - 1) * w->stride + w->kernel_width, w->pad_left + w->in_width),
      w->pad_top,
      w->pad_left,
  };
  return f;
}

/* The frame around the output's gradient for stride 1, where the input gradient is a correlation of it. */
static struct frame gradient_frame(const struct window *w) {
  const struct frame f = {
      w->in_height + w->kernel_height - 1,
      w->in_width + w->kernel_width - 1,
      w->kernel_height - 1 - w->pad_top,
      w->kernel_width - 1 - w->pad_left,
  };
  return f;
}

EXPORT int depthwise_scratch(const struct window *w) {
  const struct frame a = input_frame(w), b = gradient_frame(w);
  const int filter = w->kernel_height * w->kernel_width;
  return (maximum(a.height * a.width, b.height * b.width) + filter) * w->in_channels;
}

static void copy_floats(float *to, const float *from, int count) {
  __builtin_memcpy(to, from, (unsigned)count * sizeof(float));
}

static void clear(float *at, int count) { __builtin_memset(at, 0, (unsigned)count * sizeof(float)); }

/* Copies an image [height, width, channels] into the inside of its frame; the border must be zero already. */
static void fill_frame(struct frame f, const float *image, int height, int width, int channels, float *padded) {
  for (int r = 0; r < height; r++)
    copy_floats(padded + ((r + f.top) * f.width + f.left) * channels, image + r * width * channels, width * channels);
}

/* What the inner loops need: `lanes` channels of one image. Row lengths in floats. */
struct plane {
  int height, width; /* of the output */
  int kernel_height, kernel_width, channels, stride, frame_row;
};

/* Three taps of one filter row. */
INLINE v128_t three_taps(v128_t a, v128_t b, v128_t c, const v128_t weights[3]) {
  return add(add(mul(a, weights[0]), mul(b, weights[1])), mul(c, weights[2]));
}

/*
 * One row of the output for a 3x3 filter, which stays in registers; at stride 1 two neighbours share the loads of
 * their windows.
 */
INLINE void correlate_row_3x3(struct plane p, const float *window, const float *filter, float *y, int lanes) {
  const int c = p.channels;
  v128_t weights[9];
  for (int i = 0; i < 9; i++) weights[i] = load_lanes(filter + i * c, lanes);
  int column = 0;
  for (; p.stride == 1 && column + 2 <= p.width; column += 2, window += 2 * c, y += 2 * c) {
    v128_t left = splat(0.0f), right = splat(0.0f);
    const float *at = window;
    for (int i = 0; i < 3; i++, at += p.frame_row) {
      const v128_t x1 = load_lanes(at + c, lanes), x2 = load_lanes(at + 2 * c, lanes);
      left = add(left, three_taps(load_lanes(at, lanes), x1, x2, weights + 3 * i));
      right = add(right, three_taps(x1, x2, load_lanes(at + 3 * c, lanes), weights + 3 * i));
    }
    store_lanes(y, left, lanes);
    store_lanes(y + c, right, lanes);
  }
  for (; column < p.width; column++, window += p.stride * c, y += c) {
    v128_t total = splat(0.0f);
    const float *at = window;
    for (int i = 0; i < 3; i++, at += p.frame_row) {
      const v128_t x1 = load_lanes(at + c, lanes), x2 = load_lanes(at + 2 * c, lanes);
      total = add(total, three_taps(load_lanes(at, lanes), x1, x2, weights + 3 * i));
    }
    store_lanes(y, total, lanes);
  }
}

#define TAPS_AT_ONCE 8

/* Adds `taps` taps of one filter row to one row of the output. */
INLINE void add_taps(struct plane p, const float *window, const float *filter, float *y, int taps, int lanes) {
  const int c = p.channels;
  v128_t weights[TAPS_AT_ONCE];
  for (int j = 0; j < taps; j++) weights[j] = load_lanes(filter + j * c, lanes);
  for (int column = 0; column < p.width; column++, window += p.stride * c, y += c) {
    v128_t sum = load_lanes(y, lanes);
    for (int j = 0; j < taps; j++) sum = add(sum, mul(load_lanes(window + j * c, lanes), weights[j]));
    store_lanes(y, sum, lanes);
  }
}

/* One row of the output for any filter: y must be 0. */
INLINE void correlate_row_any(struct plane p, const float *window, const float *filter, float *y, int lanes) {
  const int c = p.channels;
  for (int i = 0; i < p.kernel_height; i++, window += p.frame_row, filter += p.kernel_width * c) {
    int j = 0;
    for (; j + 5 <= p.kernel_width; j += 5) add_taps(p, window + j * c, filter + j * c, y, 5, lanes);
    for (; j + 2 <= p.kernel_width; j += 2) add_taps(p, window + j * c, filter + j * c, y, 2, lanes);
    for (; j < p.kernel_width; j++) add_taps(p, window + j * c, filter + j * c, y, 1, lanes);
  }
}

/* y[r, column] = sum of the window at (r, column) * stride, for all channels. */
static void correlate(struct plane p, const float *padded, const float *filter, float *y) {
  const int three = p.kernel_height == 3 && p.kernel_width == 3, last = p.channels & (LANES - 1);
  if (!three) clear(y, p.height * p.width * p.channels);
  for (int r = 0; r < p.height; r++, padded += p.stride * p.frame_row, y += p.width * p.channels) {
    int c = 0;
    if (three) {
      for (; c + LANES <= p.channels; c += LANES) correlate_row_3x3(p, padded + c, filter + c, y + c, LANES);
      if (last) correlate_row_3x3(p, padded + c, filter + c, y + c, last);
    } else {
      for (; c + LANES <= p.channels; c += LANES) correlate_row_any(p, padded + c, filter + c, y + c, LANES);
      if (last) correlate_row_any(p, padded + c, filter + c, y + c, last);
    }
  }
}

EXPORT void depthwise(const struct window *w, const float *x, const float *filter, float *y, float *scratch) {
  const struct frame f = input_frame(w);
  const int c = w->in_channels;
  const struct plane p = {w->out_height, w->out_width, w->kernel_height, w->kernel_width, c, w->stride, f.width * c};
  clear(scratch, f.height * f.width * c);
  for (int n = 0; n < w->batch; n++) {
    fill_frame(f, x + n * w->in_height * w->in_width * c, w->in_height, w->in_width, c, scratch);
    correlate(p, scratch, filter, y + n * w->out_height * w->out_width * c);
  }
}

/* Adds dy * filter to the windows of one row of the output. */
INLINE void spread_row(struct plane p, const float *dy, const float *filter, float *window, int lanes) {
  const int c = p.channels;
  for (int column = 0; column < p.width; column++, window += p.stride * c, dy += c) {
    const v128_t value = load_lanes(dy, lanes);
    for (int i = 0; i < p.kernel_height; i++)
      for (int j = 0; j < p.kernel_width; j++) {
        float *at = window + i * p.frame_row + j * c;
        const v128_t weight = load_lanes(filter + (i * p.kernel_width + j) * c, lanes);
        store_lanes(at, add(load_lanes(at, lanes), mul(value, weight)), lanes);
      }
  }
}

static void spread(struct plane p, const float *dy, const float *filter, float *padded) {
  for (int r = 0; r < p.height; r++, padded += p.stride * p.frame_row, dy += p.width * p.channels) {
    int c = 0;
    for (; c + LANES <= p.channels; c += LANES) spread_row(p, dy + c, filter + c, padded + c, LANES);
    if (c < p.channels) spread_row(p, dy + c, filter + c, padded + c, p.channels - c);
  }
}

static void strided_input_gradient(const struct window *w, const float *dy, const float *filter, float *dx,
                                   float *padded) {
  const struct frame f = input_frame(w);
  const int c = w->in_channels, row = w->in_width * c;
  const struct plane p = {w->out_height, w->out_width, w->kernel_height, w->kernel_width, c, w->stride, f.width * c};
  for (int n = 0; n < w->batch; n++, dy += w->out_height * w->out_width * c, dx += w->in_height * row) {
    clear(padded, f.height * f.width * c);
    spread(p, dy, filter, padded);
    for (int r = 0; r < w->in_height; r++)
      copy_floats(dx + r * row, padded + ((r + f.top) * f.width + f.left) * c, row);
  }
}

EXPORT void depthwise_input_gradient(const struct window *w, const float *dy, const float *filter, float *dx,
                                     float *scratch) {
  if (w->stride != 1) {
    strided_input_gradient(w, dy, filter, dx, scratch);
    return;
  }
  const struct frame f = gradient_frame(w);
  const int c = w->in_channels, taps = w->kernel_height * w->kernel_width;
  const struct plane p = {w->in_height, w->in_width, w->kernel_height, w->kernel_width, c, 1, f.width * c};
  float *flipped = scratch, *padded = scratch + taps * c;
  for (int i = 0; i < taps; i++) copy_floats(flipped + i * c, filter + (taps - 1 - i) * c, c);
  clear(padded, f.height * f.width * c);
  for (int n = 0; n < w->batch; n++) {
    fill_frame(f, dy + n * w->out_height * w->out_width * c, w->out_height, w->out_width, c, padded);
    correlate(p, padded, flipped, dx + n * w->in_height * w->in_width * c);
  }
}

#define FILTER_COLUMNS 3 /* taps of a filter row summed at once in registers */

/* Adds the gradient of some taps of a filter row, summed over one row of the output. */
INLINE void filter_taps(struct plane p, const float *window, const float *dy, float *dfilter, int columns, int lanes) {
  v128_t sums[FILTER_COLUMNS];
  const int c = p.channels;
  for (int j = 0; j < columns; j++) sums[j] = splat(0.0f);
  for (int column = 0; column < p.width; column++, window += p.stride * c, dy += c) {
    const v128_t value = load_lanes(dy, lanes);
    for (int j = 0; j < columns; j++) sums[j] = add(sums[j], mul(value, load_lanes(window + j * c, lanes)));
  }
  for (int j = 0; j < columns; j++) {
    float *at = dfilter + j * c;
    store_lanes(at, add(load_lanes(at, lanes), sums[j]), lanes);
  }
}

INLINE void filter_row_lanes(struct plane p, const float *window, const float *dy, float *dfilter, int lanes) {
  const int c = p.channels;
  int j = 0;
  for (; j + FILTER_COLUMNS <= p.kernel_width; j += FILTER_COLUMNS)
    filter_taps(p, window + j * c, dy, dfilter + j * c, FILTER_COLUMNS, lanes);
  for (; j < p.kernel_width; j++) filter_taps(p, window + j * c, dy, dfilter + j * c, 1, lanes);
}

/* Adds the gradient of the filter from one row of the output. */
static void filter_rows(struct plane p, const float *window, const float *dy, float *dfilter) {
  for (int i = 0; i < p.kernel_height; i++, window += p.frame_row, dfilter += p.kernel_width * p.channels) {
    int c = 0;
    for (; c + LANES <= p.channels; c += LANES) filter_row_lanes(p, window + c, dy + c, dfilter + c, LANES);
    if (c < p.channels) filter_row_lanes(p, window + c, dy + c, dfilter + c, p.channels - c);
  }
}

EXPORT void depthwise_filter_gradient(const struct window *w, const float *x, const float *dy, float *dfilter,
                                      float *scratch) {
  const struct frame f = input_frame(w);
  const int c = w->in_channels;
  const struct plane p = {w->out_height, w->out_width, w->kernel_height, w->kernel_width, c, w->stride, f.width * c};
  clear(dfilter, p.kernel_height * p.kernel_width * c);
  clear(scratch, f.height * f.width * c);
  for (int n = 0; n < w->batch; n++) {
    fill_frame(f, x + n * w->in_height * w->in_width * c, w->in_height, w->in_width, c, scratch);
    for (int r = 0; r < p.height; r++, dy += p.width * c)
      filter_rows(p, scratch + r * p.stride * p.frame_row, dy, dfilter);
  }
}
