/* x86-64 with AVX-512F: sixteen lanes, thirty-two registers. */
#include <immintrin.h>

#define LANES 16
#define TILE_ROWS 8
#include "lanes.h"

INLINE vec splat(float a) { return (vec)_mm512_set1_ps(a); }
INLINE vec multiply_add(vec a, vec b, vec c) { return (vec)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c); }
/* The second operand where one is NaN: min and max of x86 return it. */
INLINE vec smaller(vec a, vec b) { return (vec)_mm512_min_ps((__m512)b, (__m512)a); }
INLINE vec greater(vec a, vec b) { return (vec)_mm512_max_ps((__m512)b, (__m512)a); }
INLINE vec square_root(vec a) { return (vec)_mm512_sqrt_ps((__m512)a); }
INLINE float sum_lanes(vec v) { return _mm512_reduce_add_ps((__m512)v); }
INLINE float max_lanes(vec v) { return _mm512_reduce_max_ps((__m512)v); }

INLINE __mmask16 first_lanes(int lanes) { return (__mmask16)((1u << lanes) - 1u); }

INLINE vec load_lanes(const float *p, int lanes) {
  return lanes == LANES ? load(p) : (vec)_mm512_maskz_loadu_ps(first_lanes(lanes), p);
}

INLINE void store_lanes(float *p, vec v, int lanes) {
  if (lanes == LANES) {
    store(p, v);
    return;
  }
  _mm512_mask_storeu_ps(p, first_lanes(lanes), (__m512)v);
}
