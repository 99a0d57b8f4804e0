/* WebAssembly SIMD: four lanes, sixteen registers; built for relaxed SIMD too, which has a fused multiply-add. */
#include <wasm_simd128.h>

#define LANES 4
#define TILE_ROWS 4 /* six rows of two vectors would spill */
#include "lanes.h"

INLINE vec splat(float a) { return (vec)wasm_f32x4_splat(a); }
#ifdef __wasm_relaxed_simd__
INLINE vec multiply_add(vec a, vec b, vec c) {
  return (vec)wasm_f32x4_relaxed_madd((v128_t)a, (v128_t)b, (v128_t)c);
}
#else
INLINE vec multiply_add(vec a, vec b, vec c) { return a * b + c; }
#endif

INLINE vec smaller(vec a, vec b) { return (vec)wasm_f32x4_pmin((v128_t)a, (v128_t)b); }
INLINE vec greater(vec a, vec b) { return (vec)wasm_f32x4_pmax((v128_t)a, (v128_t)b); }
INLINE vec square_root(vec a) { return (vec)wasm_f32x4_sqrt((v128_t)a); }
INLINE float sum_lanes(vec v) { return (v[0] + v[1]) + (v[2] + v[3]); }

INLINE float max_lanes(vec v) {
  const vec pairs = greater(v, __builtin_shufflevector(v, v, 2, 3, 0, 1));
  return greater(pairs, __builtin_shufflevector(pairs, pairs, 1, 0, 3, 2))[0];
}

INLINE vec load_lanes(const float *p, int lanes) {
  if (lanes == LANES) return load(p);
  v128_t v = wasm_v128_load32_zero(p);
  if (lanes > 1) v = wasm_v128_load32_lane(p + 1, v, 1);
  if (lanes > 2) v = wasm_v128_load32_lane(p + 2, v, 2);
  return (vec)v;
}

INLINE void store_lanes(float *p, vec v, int lanes) {
  if (lanes == LANES) {
    store(p, v);
    return;
  }
  wasm_v128_store32_lane(p, (v128_t)v, 0);
  if (lanes > 1) wasm_v128_store32_lane(p + 1, (v128_t)v, 1);
  if (lanes > 2) wasm_v128_store32_lane(p + 2, (v128_t)v, 2);
}
