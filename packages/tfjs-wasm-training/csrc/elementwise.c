/*
 * GELU, x * Phi(x) with Phi the normal distribution (Hendrycks and Gimpel, arXiv 1606.08415), and its gradient
 * Phi(x) + x * phi(x). erf is formula 7.1.26 of Abramowitz and Stegun, as in TensorFlow.js.
 */
#include "vector.h"

/* Phi(x), and exp(-x^2 / 2) in `bell`. For x < 0 the small tail is computed directly, without cancellation. */
INLINE v128_t normal_distribution(v128_t x, v128_t *bell) {
  const v128_t z = mul(wasm_f32x4_abs(x), splat(0.70710678f));
  *bell = exp_lanes(wasm_f32x4_neg(mul(z, z)));
  const v128_t t = wasm_f32x4_div(splat(1.0f), add(splat(1.0f), mul(z, splat(0.3275911f))));
  v128_t p = splat(1.061405429f);
  p = add(mul(p, t), splat(-1.453152027f));
  p = add(mul(p, t), splat(1.421413741f));
  p = add(mul(p, t), splat(-0.284496736f));
  p = add(mul(p, t), splat(0.254829592f));
  const v128_t tail = mul(mul(mul(p, t), *bell), splat(0.5f));
  return wasm_v128_bitselect(tail, sub(splat(1.0f), tail), wasm_f32x4_lt(x, splat(0.0f)));
}

INLINE void gelu_lanes(const float *x, float *y, int lanes) {
  v128_t bell;
  const v128_t value = load_lanes(x, lanes);
  store_lanes(y, mul(value, normal_distribution(value, &bell)), lanes);
}

EXPORT void gelu(int count, const float *x, float *y) {
  int i = 0;
  for (; i + LANES <= count; i += LANES) gelu_lanes(x + i, y + i, LANES);
  if (i < count) gelu_lanes(x + i, y + i, count - i);
}

INLINE void gelu_gradient_lanes(const float *x, const float *dy, float *dx, int lanes) {
  v128_t bell;
  const v128_t value = load_lanes(x, lanes);
  const v128_t distribution = normal_distribution(value, &bell);
  const v128_t density = mul(bell, splat(0.39894228f)); /* 1 / sqrt(2 pi) */
  store_lanes(dx, mul(load_lanes(dy, lanes), add(distribution, mul(value, density))), lanes);
}

EXPORT void gelu_gradient(int count, const float *x, const float *dy, float *dx) {
  int i = 0;
  for (; i + LANES <= count; i += LANES) gelu_gradient_lanes(x + i, dy + i, dx + i, LANES);
  if (i < count) gelu_gradient_lanes(x + i, dy + i, dx + i, count - i);
}
