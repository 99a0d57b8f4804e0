/* Dense layers: matrix products with the bias and GELU applied to a block of rows while it is in the cache. */
#include "gemm.h"
#include "vector.h"

#define BLOCK_ROWS 64
#define REDUCTION_ROWS 256

EXPORT int dense_scratch(const struct dense *d) {
  const int forward = gemm_scratch(d->out, d->in), backward = gemm_scratch(d->in, d->out);
  const int weight = gemm_scratch(d->out, REDUCTION_ROWS);
  const int larger = forward > backward ? forward : backward;
  return larger > weight ? larger : weight;
}

static void fill_bias(const struct dense *d, const float *bias, float *y, int rows) {
  for (int r = 0; r < rows; r++, y += d->out)
    __builtin_memcpy(y, bias, (unsigned)d->out * sizeof(float));
}

/* inputs: x, weights, bias or null. With `before`, y is GELU of what is kept there. */
EXPORT void dense(const struct dense *d, const float *const inputs[3], float *y, float *before, float *scratch) {
  const float *bias = inputs[2];
  float *linear = before ? before : y;
  struct gemm g = {0, d->out, d->in, inputs[0], d->in, 1, inputs[1], d->out, 1, linear, d->out, bias != 0};
  gemm_pack(&g, scratch);
  for (int row = 0; row < d->rows; row += BLOCK_ROWS, g.a += BLOCK_ROWS * d->in, g.c += BLOCK_ROWS * d->out) {
    g.m = d->rows - row < BLOCK_ROWS ? d->rows - row : BLOCK_ROWS;
    if (bias) fill_bias(d, bias, g.c, g.m);
    gemm_packed(&g, scratch);
    if (before) gelu(g.m * d->out, g.c, y + row * d->out);
  }
}

EXPORT void dense_input_gradient(const struct dense *d, const float *dy, const float *weights, float *dx,
                                 float *scratch) {
  const struct gemm g = {d->rows, d->in, d->out, dy, d->out, 1, weights, 1, d->out, dx, d->in, 0};
  gemm(&g, scratch);
}

EXPORT void dense_weight_gradient(const struct dense *d, const float *x, const float *dy, float *dweights,
                                  float *scratch) {
  __builtin_memset(dweights, 0, (unsigned)(d->in * d->out) * sizeof(float));
  for (int row = 0; row < d->rows; row += REDUCTION_ROWS) {
    const int rows = d->rows - row < REDUCTION_ROWS ? d->rows - row : REDUCTION_ROWS;
    const struct gemm g = {d->in,  d->out,   rows, x + row * d->in, 1,      d->in, dy + row * d->out,
                           d->out, 1, dweights, d->out, 1};
    gemm(&g, scratch);
  }
}

INLINE void column_sums(const float *dy, int rows, int out, float *dbias, int lanes) {
  v128_t sum = splat(0.0f);
  for (int r = 0; r < rows; r++, dy += out) sum = add(sum, load_lanes(dy, lanes));
  store_lanes(dbias, add(load_lanes(dbias, lanes), sum), lanes);
}

EXPORT void dense_bias_gradient(const struct dense *d, const float *dy, float *dbias) {
  const int out = d->out;
  for (int c = 0; c < out; c++) dbias[c] = 0.0f;
  for (int row = 0; row < d->rows; row += BLOCK_ROWS, dy += BLOCK_ROWS * out) {
    const int rows = d->rows - row < BLOCK_ROWS ? d->rows - row : BLOCK_ROWS;
    int c = 0;
    for (; c + LANES <= out; c += LANES) column_sums(dy + c, rows, out, dbias + c, LANES);
    if (c < out) column_sums(dy + c, rows, out, dbias + c, out - c);
  }
}
