/* Any processor: four lanes as the compiler sees fit (SSE2 on x86-64). */
#define LANES 4
#define TILE_ROWS 4
#include "lanes.h"

INLINE vec splat(float a) { return (vec){a, a, a, a}; }
INLINE vec multiply_add(vec a, vec b, vec c) { return a * b + c; }

INLINE vec smaller(vec a, vec b) { return choose(b < a, b, a); }
INLINE vec greater(vec a, vec b) { return choose(a < b, b, a); }

INLINE vec square_root(vec a) {
  vec root;
  for (int i = 0; i < LANES; i++) root[i] = __builtin_sqrtf(a[i]);
  return root;
}

INLINE float sum_lanes(vec v) { return (v[0] + v[1]) + (v[2] + v[3]); }

INLINE float max_lanes(vec v) {
  float top = v[0];
  for (int i = 1; i < LANES; i++) top = v[i] > top ? v[i] : top;
  return top;
}

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
