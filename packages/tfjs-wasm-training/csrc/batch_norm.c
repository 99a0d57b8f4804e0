/*
 * Batch normalisation with a fused activation (Ioffe and Szegedy, arXiv 1502.03167). y = act(x * scale + shift) with
 * scale = gamma / sqrt(variance + epsilon) and shift = beta - mean * scale; the gradient computes the same expression
 * again for the activation's mask instead of keeping it. Sums run over blocks of rows in float and over the blocks in
 * double.
 */
#include "vector.h"

#define BLOCK_ROWS 64
#define ROWS_AT_ONCE 4 /* rows that share a load and a store of the running sums */

INLINE int minimum(int a, int b) { return a < b ? a : b; }
INLINE int padded(int channels) { return (channels + LANES - 1) & ~(LANES - 1); }

EXPORT int batch_norm_scratch(const struct batch_norm *n) { return 10 * padded(n->channels) + 2; }

static double *aligned(float *scratch) { return (double *)(((uintptr_t)scratch + 7) & ~(uintptr_t)7); }

/* Adds x of some rows to the sums; or, given centres, the squares of x - centre. */
INLINE void add_rows(const float *x, int rows, int channels, const float *centres, float *sums) {
  for (int c = 0; c < channels; c += LANES) {
    v128_t sum = wasm_v128_load(sums + c);
    for (int i = 0; i < rows; i++) {
      const float *at = x + i * channels + c;
      v128_t value = c + LANES <= channels ? wasm_v128_load(at) : load_lanes(at, channels - c);
      if (centres) value = sub(value, wasm_v128_load(centres + c));
      sum = add(sum, centres ? mul(value, value) : value);
    }
    wasm_v128_store(sums + c, sum);
  }
}

INLINE void add_block(const float *x, int rows, int channels, const float *centres, float *sums) {
  for (int c = 0; c < channels; c += LANES) wasm_v128_store(sums + c, splat(0.0f));
  int r = 0;
  for (; r + ROWS_AT_ONCE <= rows; r += ROWS_AT_ONCE)
    add_rows(x + r * channels, ROWS_AT_ONCE, channels, centres, sums);
  for (; r < rows; r++) add_rows(x + r * channels, 1, channels, centres, sums);
}

/*
 * Mean and squared deviations of a block, joined to those of the rows before it (Chan, Golub and LeVeque 1979): exact
 * for data whose mean is far from 0, and x is read from memory once.
 */
static void join_block(const float *x, int before, int rows, int channels, double *means, double *squares,
                       float *scratch) {
  float *centres = scratch, *sums = scratch + padded(channels);
  add_block(x, rows, channels, 0, centres);
  for (int c = 0; c < channels; c += LANES)
    wasm_v128_store(centres + c, mul(wasm_v128_load(centres + c), splat(1.0f / (float)rows)));
  add_block(x, rows, channels, centres, sums);
  const double weight = (double)rows / (before + rows), spread = before * weight;
  for (int c = 0; c < channels; c++) {
    const double delta = (double)centres[c] - means[c];
    means[c] += delta * weight;
    squares[c] += (double)sums[c] + delta * delta * spread;
  }
}

EXPORT void batch_norm_statistics(const struct batch_norm *n, const float *x, float *mean, float *variance,
                                  float *scratch) {
  const int channels = n->channels;
  double *means = aligned(scratch), *squares = means + channels;
  for (int c = 0; c < 2 * channels; c++) means[c] = 0.0;
  for (int row = 0; row < n->rows; row += BLOCK_ROWS)
    join_block(x + row * channels, row, minimum(BLOCK_ROWS, n->rows - row), channels, means, squares,
               (float *)(squares + channels));
  for (int c = 0; c < channels; c++) {
    mean[c] = (float)means[c];
    variance[c] = (float)(squares[c] / n->rows);
  }
}

enum parameter { GAMMA, BETA, MEAN, VARIANCE };
enum gradient { DX, DGAMMA, DBETA };

static void scale_and_shift(const struct batch_norm *n, const float *const parameters[4], float *scale, float *shift) {
  for (int c = 0; c < n->channels; c++) {
    scale[c] = parameters[GAMMA][c] / __builtin_sqrtf(parameters[VARIANCE][c] + n->epsilon);
    shift[c] = parameters[BETA][c] - parameters[MEAN][c] * scale[c];
  }
}

INLINE void apply_lanes(const float *x, const float *scale, const float *shift, float *y, int relu6, int lanes) {
  v128_t v = add(mul(load_lanes(x, lanes), load_lanes(scale, lanes)), load_lanes(shift, lanes));
  if (relu6) v = wasm_f32x4_pmin(wasm_f32x4_pmax(v, splat(0.0f)), splat(6.0f));
  store_lanes(y, v, lanes);
}

INLINE void apply_rows(const struct batch_norm *n, const float *x, const float *scale, const float *shift, float *y,
                       int relu6) {
  const int channels = n->channels;
  for (int r = 0; r < n->rows; r++, x += channels, y += channels) {
    int c = 0;
    for (; c + LANES <= channels; c += LANES) apply_lanes(x + c, scale + c, shift + c, y + c, relu6, LANES);
    if (c < channels) apply_lanes(x + c, scale + c, shift + c, y + c, relu6, channels - c);
  }
}

EXPORT void batch_norm_apply(const struct batch_norm *n, const float *const parameters[4], const float *x, float *y,
                             float *scratch) {
  float *scale = scratch, *shift = scratch + n->channels;
  scale_and_shift(n, parameters, scale, shift);
  if (n->activation == ACTIVATION_RELU6) {
    apply_rows(n, x, scale, shift, y, 1);
  } else {
    apply_rows(n, x, scale, shift, y, 0);
  }
}

/* dy where the activation passes it, else 0. */
INLINE v128_t passed(v128_t x, v128_t dy, v128_t scale, v128_t shift, int relu6) {
  if (!relu6) return dy;
  const v128_t v = add(mul(x, scale), shift);
  const v128_t inside = wasm_v128_and(wasm_f32x4_gt(v, splat(0.0f)), wasm_f32x4_le(v, splat(6.0f)));
  return wasm_v128_and(dy, inside);
}

/* What the gradient needs of each channel, padded to whole vectors. */
struct channel_values {
  float *scale, *shift, *mean, *sums, *products;
};

/* Adds dy and dy * (x - mean) of some rows to the sums. */
INLINE void add_products(const float *x, const float *dy, int rows, int channels, const struct channel_values *v,
                         int relu6) {
  for (int c = 0; c < channels; c += LANES) {
    const v128_t scale = wasm_v128_load(v->scale + c), shift = wasm_v128_load(v->shift + c);
    const v128_t mean = wasm_v128_load(v->mean + c);
    v128_t sum = wasm_v128_load(v->sums + c), product = wasm_v128_load(v->products + c);
    for (int i = 0; i < rows; i++) {
      const int at = i * channels + c, whole = c + LANES <= channels;
      const v128_t value = whole ? wasm_v128_load(x + at) : load_lanes(x + at, channels - c);
      const v128_t outer = whole ? wasm_v128_load(dy + at) : load_lanes(dy + at, channels - c);
      const v128_t d = passed(value, outer, scale, shift, relu6);
      sum = add(sum, d);
      product = add(product, mul(d, sub(value, mean)));
    }
    wasm_v128_store(v->sums + c, sum);
    wasm_v128_store(v->products + c, product);
  }
}

/* Adds a block's sums, taken in float, to the totals. */
INLINE void sum_block(const float *x, const float *dy, int rows, int channels, const struct channel_values *v,
                      double *sums, double *products, int relu6) {
  for (int c = 0; c < channels; c++) v->sums[c] = v->products[c] = 0.0f;
  int r = 0;
  for (; r + ROWS_AT_ONCE <= rows; r += ROWS_AT_ONCE)
    add_products(x + r * channels, dy + r * channels, ROWS_AT_ONCE, channels, v, relu6);
  for (; r < rows; r++) add_products(x + r * channels, dy + r * channels, 1, channels, v, relu6);
  for (int c = 0; c < channels; c++) {
    sums[c] += (double)v->sums[c];
    products[c] += (double)v->products[c];
  }
}

/* dx = scale * dy' + slope * x + offset; the last two are 0 in inference. */
INLINE void dx_lanes(const float *x, const float *dy, const float *const of[4], int c, float *dx, int relu6,
                     int training, int lanes) {
  const v128_t value = load_lanes(x + c, lanes), scale = load_lanes(of[0] + c, lanes);
  const v128_t d = passed(value, load_lanes(dy + c, lanes), scale, load_lanes(of[1] + c, lanes), relu6);
  v128_t result = mul(d, scale);
  if (training)
    result = add(result, add(mul(value, load_lanes(of[2] + c, lanes)), load_lanes(of[3] + c, lanes)));
  store_lanes(dx + c, result, lanes);
}

INLINE void input_gradient(const struct batch_norm *n, const float *x, const float *dy, const float *const of[4],
                           float *dx, int relu6, int training) {
  const int channels = n->channels;
  for (int r = 0; r < n->rows; r++, x += channels, dy += channels, dx += channels) {
    int c = 0;
    for (; c + LANES <= channels; c += LANES) dx_lanes(x, dy, of, c, dx, relu6, training, LANES);
    if (c < channels) dx_lanes(x, dy, of, c, dx, relu6, training, channels - c);
  }
}

INLINE void gradient(const struct batch_norm *n, const float *const parameters[4], const float *x, const float *dy,
                     float *const gradients[3], float *scratch, int relu6) {
  const int channels = n->channels, padded_channels = padded(channels);
  double *sums = aligned(scratch), *products = sums + channels;
  float *scale = (float *)(products + channels), *shift = scale + padded_channels, *mean = shift + padded_channels;
  float *slope = mean + padded_channels, *offset = slope + padded_channels;
  const struct channel_values v = {scale, shift, mean, slope, offset}; /* the block's sums need no room of their own */
  scale_and_shift(n, parameters, scale, shift);
  for (int c = 0; c < channels; c++) mean[c] = parameters[MEAN][c];
  for (int c = 0; c < 2 * channels; c++) sums[c] = 0.0;
  for (int row = 0; row < n->rows; row += BLOCK_ROWS) {
    const int rows = minimum(BLOCK_ROWS, n->rows - row);
    sum_block(x + row * channels, dy + row * channels, rows, channels, &v, sums, products, relu6);
  }
  for (int c = 0; c < channels; c++) {
    const double spread = (double)parameters[VARIANCE][c] + (double)n->epsilon;
    gradients[DGAMMA][c] = (float)(products[c] / __builtin_sqrt(spread));
    gradients[DBETA][c] = (float)sums[c];
    const double tilt = -(double)scale[c] * products[c] / (spread * n->rows);
    slope[c] = (float)tilt;
    offset[c] = (float)(-(double)scale[c] * sums[c] / n->rows - tilt * (double)parameters[MEAN][c]);
  }
  const float *const of[4] = {scale, shift, slope, offset};
  if (n->training) {
    input_gradient(n, x, dy, of, gradients[DX], relu6, 1);
  } else {
    input_gradient(n, x, dy, of, gradients[DX], relu6, 0);
  }
}

EXPORT void batch_norm_gradient(const struct batch_norm *n, const float *const parameters[4], const float *x,
                                const float *dy, float *const gradients[3], float *scratch) {
  if (n->activation == ACTIVATION_RELU6) {
    gradient(n, parameters, x, dy, gradients, scratch, 1);
  } else {
    gradient(n, parameters, x, dy, gradients, scratch, 0);
  }
}
