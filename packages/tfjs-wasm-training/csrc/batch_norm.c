/*
 * Batch normalisation with a fused activation (Ioffe and Szegedy, arXiv 1502.03167). y = act(x * scale + shift) with
 * scale = gamma / sqrt(variance + epsilon) and shift = beta - mean * scale; the gradient computes the same expression
 * again for the activation's mask instead of keeping it. Sums run over blocks of rows in float and over the blocks in
 * double.
 */
#include "vector.h"

#define BLOCK_FLOATS 4096 /* 16 KiB: a block of rows is read twice from the first-level cache */

INLINE int block_rows(int channels) {
  const int rows = BLOCK_FLOATS / channels;
  return rows < 32 ? 32 : rows;
}

INLINE int minimum(int a, int b) { return a < b ? a : b; }

EXPORT int batch_norm_scratch(const struct batch_norm *n) { return 8 * n->channels + 2; }

/* Sums of x - offset and of its square over the rows of a block, for `lanes` channels. */
INLINE void centred_sums(const float *x, int rows, int channels, v128_t offset, v128_t sums[2], int lanes) {
  sums[0] = sums[1] = splat(0.0f);
  for (int r = 0; r < rows; r++, x += channels) {
    const v128_t d = sub(load_lanes(x, lanes), offset);
    sums[0] = add(sums[0], d);
    sums[1] = add(sums[1], mul(d, d));
  }
}

/*
 * Joins a block to the running mean and sum of squared deviations (Chan, Golub and LeVeque 1979): exact for data
 * whose mean is far from 0, and the block is read from memory once.
 */
INLINE void join_block(const float *x, int before, int rows, int channels, double *mean, double *squares, int lanes) {
  v128_t sums[2];
  float lane_sums[LANES], lane_squares[LANES], block_mean[LANES];
  centred_sums(x, rows, channels, splat(0.0f), sums, lanes);
  wasm_v128_store(block_mean, mul(sums[0], splat(1.0f / (float)rows)));
  centred_sums(x, rows, channels, wasm_v128_load(block_mean), sums, lanes);
  wasm_v128_store(lane_sums, sums[0]);
  wasm_v128_store(lane_squares, sums[1]);
  for (int i = 0; i < lanes; i++) {
    const double rest = (double)lane_sums[i] / rows; /* what rounding left of the block's mean */
    const double delta = (double)block_mean[i] + rest - mean[i];
    const double weight = (double)rows / (before + rows);
    mean[i] += delta * weight;
    squares[i] += (double)lane_squares[i] - rest * rest * rows + delta * delta * before * weight;
  }
}

EXPORT void batch_norm_statistics(const struct batch_norm *n, const float *x, float *mean, float *variance,
                                  float *scratch) {
  const int channels = n->channels, block = block_rows(channels);
  double *means = (double *)(((uintptr_t)scratch + 7) & ~(uintptr_t)7), *squares = means + channels;
  for (int c = 0; c < 2 * channels; c++) means[c] = 0.0;
  for (int row = 0; row < n->rows; row += block) {
    const int rows = minimum(block, n->rows - row);
    const float *at = x + row * channels;
    int c = 0;
    for (; c + LANES <= channels; c += LANES)
      join_block(at + c, row, rows, channels, means + c, squares + c, LANES);
    if (c < channels) join_block(at + c, row, rows, channels, means + c, squares + c, channels - c);
  }
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

/* Adds the sums of dy and of dy * (x - mean) over a block of rows, for `lanes` channels. */
INLINE void gradient_sums(const float *x, const float *dy, int rows, int channels, const v128_t of[3], double *sums,
                          double *products, int relu6, int lanes) {
  v128_t sum = splat(0.0f), product = splat(0.0f);
  float lane_sums[LANES], lane_products[LANES];
  for (int r = 0; r < rows; r++, x += channels, dy += channels) {
    const v128_t value = load_lanes(x, lanes);
    const v128_t d = passed(value, load_lanes(dy, lanes), of[0], of[1], relu6);
    sum = add(sum, d);
    product = add(product, mul(d, sub(value, of[2])));
  }
  wasm_v128_store(lane_sums, sum);
  wasm_v128_store(lane_products, product);
  for (int i = 0; i < lanes; i++) {
    sums[i] += (double)lane_sums[i];
    products[i] += (double)lane_products[i];
  }
}

INLINE void sum_block(const float *x, const float *dy, int rows, int channels, int c, const float *scale,
                      const float *shift, const float *mean, double *sums, int relu6, int lanes) {
  const v128_t of[3] = {load_lanes(scale + c, lanes), load_lanes(shift + c, lanes), load_lanes(mean + c, lanes)};
  gradient_sums(x + c, dy + c, rows, channels, of, sums + c, sums + channels + c, relu6, lanes);
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
  const int channels = n->channels, block = block_rows(channels);
  double *sums = (double *)(((uintptr_t)scratch + 7) & ~(uintptr_t)7), *products = sums + channels;
  float *scale = (float *)(products + channels), *shift = scale + channels;
  float *slope = shift + channels, *offset = slope + channels;
  scale_and_shift(n, parameters, scale, shift);
  for (int c = 0; c < 2 * channels; c++) sums[c] = 0.0;
  for (int row = 0; row < n->rows; row += block) {
    const int rows = minimum(block, n->rows - row);
    const float *xs = x + row * channels, *dys = dy + row * channels;
    int c = 0;
    for (; c + LANES <= channels; c += LANES)
      sum_block(xs, dys, rows, channels, c, scale, shift, parameters[MEAN], sums, relu6, LANES);
    if (c < channels)
      sum_block(xs, dys, rows, channels, c, scale, shift, parameters[MEAN], sums, relu6, channels - c);
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
