/* AdamW (Loshchilov and Hutter, arXiv 1711.05101) in one pass; see struct adamw. */
#include "vector.h"

INLINE void update(const struct adamw *a, float *weights, const float *gradient, float *first, float *second,
                   const float *mask, int lanes) {
  v128_t g = load_lanes(gradient, lanes), w = load_lanes(weights, lanes);
  if (mask) g = mul(g, load_lanes(mask, lanes));
  const v128_t m = add(mul(load_lanes(first, lanes), splat(a->beta1)), mul(g, splat(1.0f - a->beta1)));
  const v128_t v = add(mul(load_lanes(second, lanes), splat(a->beta2)), mul(mul(g, g), splat(1.0f - a->beta2)));
  const v128_t root = wasm_f32x4_sqrt(wasm_f32x4_div(v, splat(a->correction2)));
  const v128_t direction = wasm_f32x4_div(wasm_f32x4_div(m, splat(a->correction1)), add(root, splat(a->epsilon)));
  w = sub(mul(w, splat(1.0f - a->decay)), mul(direction, splat(a->learning_rate)));
  if (mask) w = mul(w, load_lanes(mask, lanes));
  store_lanes(first, m, lanes);
  store_lanes(second, v, lanes);
  store_lanes(weights, w, lanes);
}

/* mask: 0 or 1 for every weight, or null */
EXPORT void adamw(const struct adamw *a, float *weights, const float *gradient, float *first, float *second,
                  const float *mask) {
  int i = 0;
  for (; i + LANES <= a->count; i += LANES)
    update(a, weights + i, gradient + i, first + i, second + i, mask ? mask + i : 0, LANES);
  if (i < a->count)
    update(a, weights + i, gradient + i, first + i, second + i, mask ? mask + i : 0, a->count - i);
}

EXPORT double sum_of_squares(int count, const float *x) {
  double sum = 0.0;
  for (int i = 0; i < count; i++) sum += (double)x[i] * (double)x[i];
  return sum;
}
