/* Four float lanes: partial loads and stores, horizontal sums, exp. */
#ifndef VECTOR_H
#define VECTOR_H

#include "training.h"

#define LANES 4

/* The first `lanes` (1 to 4) floats at p, the other lanes 0. */
INLINE v128_t load_lanes(const float *p, int lanes) {
  if (lanes == LANES) return wasm_v128_load(p);
  v128_t v = wasm_f32x4_splat(0.0f);
  v = wasm_v128_load32_lane(p, v, 0);
  if (lanes > 1) v = wasm_v128_load32_lane(p + 1, v, 1);
  if (lanes > 2) v = wasm_v128_load32_lane(p + 2, v, 2);
  return v;
}

INLINE void store_lanes(float *p, v128_t v, int lanes) {
  if (lanes == LANES) {
    wasm_v128_store(p, v);
    return;
  }
  wasm_v128_store32_lane(p, v, 0);
  if (lanes > 1) wasm_v128_store32_lane(p + 1, v, 1);
  if (lanes > 2) wasm_v128_store32_lane(p + 2, v, 2);
}

INLINE v128_t add(v128_t a, v128_t b) { return wasm_f32x4_add(a, b); }
INLINE v128_t sub(v128_t a, v128_t b) { return wasm_f32x4_sub(a, b); }
INLINE v128_t mul(v128_t a, v128_t b) { return wasm_f32x4_mul(a, b); }
INLINE v128_t splat(float a) { return wasm_f32x4_splat(a); }

INLINE float sum_lanes(v128_t v) {
  return (wasm_f32x4_extract_lane(v, 0) + wasm_f32x4_extract_lane(v, 1)) +
         (wasm_f32x4_extract_lane(v, 2) + wasm_f32x4_extract_lane(v, 3));
}

INLINE float max_lanes(v128_t v) {
  const v128_t pairs = wasm_f32x4_pmax(v, wasm_i32x4_shuffle(v, v, 2, 3, 0, 1));
  const v128_t all = wasm_f32x4_pmax(pairs, wasm_i32x4_shuffle(pairs, pairs, 1, 0, 3, 2));
  return wasm_f32x4_extract_lane(all, 0);
}

/*
 * exp(x) to 2 units in the last place: x = n ln 2 + r with |r| <= ln 2 / 2, the minimax polynomial of Cephes' expf
 * on r, times 2^n. Below -87.3 the result is the smallest normal number; above 88 it is exp(88). Adding 1.5 * 2^23
 * rounds to a whole number and leaves it in the low bits of the mantissa.
 */
INLINE v128_t exp_lanes(v128_t x) {
  x = wasm_f32x4_pmin(wasm_f32x4_pmax(x, splat(-87.3f)), splat(88.0f)); /* in this order NaN stays NaN */
  const v128_t shifted = add(mul(x, splat(1.44269504f)), splat(12582912.0f));
  const v128_t n = sub(shifted, splat(12582912.0f));
  /* ln 2 in two parts: the first has few bits, so that n times it is exact. */
  const v128_t r = sub(sub(x, mul(n, splat(0.693359375f))), mul(n, splat(-2.12194440e-4f)));
  v128_t p = splat(1.9875691500e-4f);
  p = add(mul(p, r), splat(1.3981999507e-3f));
  p = add(mul(p, r), splat(8.3334519073e-3f));
  p = add(mul(p, r), splat(4.1665795894e-2f));
  p = add(mul(p, r), splat(1.6666665459e-1f));
  p = add(mul(p, r), splat(5.0000001201e-1f));
  p = add(add(mul(mul(p, r), r), r), splat(1.0f));
  return mul(p, wasm_i32x4_shl(wasm_i32x4_add(shifted, wasm_i32x4_splat(127)), 23));
}

#endif
