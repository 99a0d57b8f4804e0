/* AArch64: four lanes, thirty-two registers, fused multiply-add. */
#include <arm_neon.h>

#define LANES 4
#define TILE_ROWS 8
#include "lanes.h"

INLINE vec splat(float a) { return (vec)vdupq_n_f32(a); }
INLINE vec multiply_add(vec a, vec b, vec c) { return (vec)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b); }
INLINE vec smaller(vec a, vec b) { return (vec)vbslq_f32((uint32x4_t)(b < a), (float32x4_t)b, (float32x4_t)a); }
INLINE vec greater(vec a, vec b) { return (vec)vbslq_f32((uint32x4_t)(a < b), (float32x4_t)b, (float32x4_t)a); }
INLINE vec square_root(vec a) { return (vec)vsqrtq_f32((float32x4_t)a); }
INLINE float sum_lanes(vec v) { return (v[0] + v[1]) + (v[2] + v[3]); }
INLINE float max_lanes(vec v) { return vmaxvq_f32((float32x4_t)v); }

INLINE vec load_lanes(const float *p, int lanes) {
  if (lanes == LANES) return load(p);
  vec v = {p[0]};
  for (int i = 1; i < lanes; i++) v[i] = p[i];
  return v;
}

INLINE void store_lanes(float *p, vec v, int lanes) {
  if (lanes == LANES) {
    store(p, v);
    return;
  }
  for (int i = 0; i < lanes; i++) p[i] = v[i];
}
