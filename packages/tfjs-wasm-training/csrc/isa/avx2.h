/* x86-64 with AVX2 and FMA: eight lanes, sixteen registers. */
#include <immintrin.h>

#define LANES 8
#define TILE_ROWS 6
#include "lanes.h"

INLINE vec splat(float a) { return (vec)_mm256_set1_ps(a); }
INLINE vec multiply_add(vec a, vec b, vec c) { return (vec)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c); }
/* The second operand where one is NaN: min and max of x86 return it. */
INLINE vec smaller(vec a, vec b) { return (vec)_mm256_min_ps((__m256)b, (__m256)a); }
INLINE vec greater(vec a, vec b) { return (vec)_mm256_max_ps((__m256)b, (__m256)a); }
INLINE vec square_root(vec a) { return (vec)_mm256_sqrt_ps((__m256)a); }

INLINE __m128 low_half(vec v) { return _mm256_castps256_ps128((__m256)v); }
INLINE __m128 high_half(vec v) { return _mm256_extractf128_ps((__m256)v, 1); }

INLINE float sum_lanes(vec v) {
  const __m128 four = _mm_add_ps(low_half(v), high_half(v)), two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

INLINE float max_lanes(vec v) {
  const __m128 four = _mm_max_ps(low_half(v), high_half(v)), two = _mm_max_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
}

INLINE __m256i first_lanes(int lanes) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(lanes), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

INLINE vec load_lanes(const float *p, int lanes) {
  return lanes == LANES ? load(p) : (vec)_mm256_maskload_ps(p, first_lanes(lanes));
}

INLINE void store_lanes(float *p, vec v, int lanes) {
  if (lanes == LANES) {
    store(p, v);
    return;
  }
  _mm256_maskstore_ps(p, first_lanes(lanes), (__m256)v);
}
