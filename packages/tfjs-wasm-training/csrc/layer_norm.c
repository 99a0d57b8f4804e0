/*
 * Layer normalisation (Ba, Kiros and Hinton, arXiv 1607.06450). The gradient computes the mean and deviation of a row
 * again: the row is in the first-level cache by then.
 */
#include "vector.h"

struct moments {
  float mean, inverse; /* inverse: 1 / sqrt(variance + epsilon) */
};

static struct moments row_moments(const struct layer_norm *n, const float *x) {
  const int channels = n->channels, whole = channels & ~(LANES - 1);
  v128_t sum = splat(0.0f), squares = splat(0.0f);
  float tail = 0.0f, tail_squares = 0.0f;
  for (int c = 0; c < whole; c += LANES) sum = add(sum, wasm_v128_load(x + c));
  for (int c = whole; c < channels; c++) tail += x[c];
  const float mean = (sum_lanes(sum) + tail) / (float)channels;
  for (int c = 0; c < whole; c += LANES) {
    const v128_t d = sub(wasm_v128_load(x + c), splat(mean));
    squares = add(squares, mul(d, d));
  }
  for (int c = whole; c < channels; c++) tail_squares += (x[c] - mean) * (x[c] - mean);
  const float variance = (sum_lanes(squares) + tail_squares) / (float)channels;
  const struct moments m = {mean, 1.0f / __builtin_sqrtf(variance + n->epsilon)};
  return m;
}

INLINE void apply(const float *x, const float *gamma, const float *beta, float *y, struct moments m, int lanes) {
  const v128_t normal = mul(sub(load_lanes(x, lanes), splat(m.mean)), splat(m.inverse));
  store_lanes(y, add(mul(normal, load_lanes(gamma, lanes)), load_lanes(beta, lanes)), lanes);
}

EXPORT void layer_norm(const struct layer_norm *n, const float *x, const float *gamma, const float *beta, float *y) {
  const int channels = n->channels;
  for (int r = 0; r < n->rows; r++, x += channels, y += channels) {
    const struct moments m = row_moments(n, x);
    int c = 0;
    for (; c + LANES <= channels; c += LANES) apply(x + c, gamma + c, beta + c, y + c, m, LANES);
    if (c < channels) apply(x + c, gamma + c, beta + c, y + c, m, channels - c);
  }
}

/* Adds gamma * dy and gamma * dy * normal to two sums, and dy * normal and dy to the gradients of gamma and beta. */
INLINE void collect(const float *x, const float *dy, const float *gamma, float *dgamma, float *dbeta,
                    struct moments m, v128_t sums[2], int lanes) {
  const v128_t d = load_lanes(dy, lanes);
  v128_t normal = mul(sub(load_lanes(x, lanes), splat(m.mean)), splat(m.inverse));
  const v128_t scaled = mul(d, load_lanes(gamma, lanes));
  sums[0] = add(sums[0], scaled);
  sums[1] = add(sums[1], mul(scaled, normal)); /* gamma is 0 in the lanes past the end */
  store_lanes(dgamma, add(load_lanes(dgamma, lanes), mul(d, normal)), lanes);
  store_lanes(dbeta, add(load_lanes(dbeta, lanes), d), lanes);
}

INLINE void write_dx(const float *x, const float *dy, const float *gamma, float *dx, struct moments m, float mean,
                     float mean_product, int lanes) {
  const v128_t normal = mul(sub(load_lanes(x, lanes), splat(m.mean)), splat(m.inverse));
  const v128_t scaled = mul(load_lanes(dy, lanes), load_lanes(gamma, lanes));
  const v128_t rest = add(splat(mean), mul(normal, splat(mean_product)));
  store_lanes(dx, mul(sub(scaled, rest), splat(m.inverse)), lanes);
}

EXPORT void layer_norm_gradient(const struct layer_norm *n, const float *x, const float *gamma, const float *dy,
                                float *const gradients[3]) {
  const int channels = n->channels;
  float *dx = gradients[0], *dgamma = gradients[1], *dbeta = gradients[2];
  for (int c = 0; c < channels; c++) dgamma[c] = dbeta[c] = 0.0f;
  for (int r = 0; r < n->rows; r++, x += channels, dy += channels, dx += channels) {
    const struct moments m = row_moments(n, x);
    v128_t sums[2] = {splat(0.0f), splat(0.0f)};
    int c = 0;
    for (; c + LANES <= channels; c += LANES) collect(x + c, dy + c, gamma + c, dgamma + c, dbeta + c, m, sums, LANES);
    if (c < channels) collect(x + c, dy + c, gamma + c, dgamma + c, dbeta + c, m, sums, channels - c);
    const float mean = sum_lanes(sums[0]) / (float)channels, product = sum_lanes(sums[1]) / (float)channels;
    for (c = 0; c + LANES <= channels; c += LANES) write_dx(x + c, dy + c, gamma + c, dx + c, m, mean, product, LANES);
    if (c < channels) write_dx(x + c, dy + c, gamma + c, dx + c, m, mean, product, channels - c);
  }
}
