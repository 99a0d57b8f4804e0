/*
 * Vectors of LANES floats: the instruction set's header gives load, store, load_lanes, store_lanes (the first lanes
 * only), multiply_add, smaller, greater, square_root and sums over lanes; + - * / and comparisons are the compiler's.
 * Where a comparison meets NaN, `smaller` and `greater` return their first operand.
 */
#ifndef VECTOR_H
#define VECTOR_H

#include "training.h"
#include ISA_HEADER

INLINE vec keep_where(ivec mask, vec a) { return (vec)(mask & (ivec)a); }
INLINE vec absolute(vec a) { return (vec)((ivec)a & 0x7FFFFFFF); }

/* Channels rounded up to whole vectors. */
INLINE int padded(int channels) { return (channels + LANES - 1) & ~(LANES - 1); }

/*
 * exp(x) to 2 units in the last place: x = n ln 2 + r with |r| <= ln 2 / 2, the minimax polynomial of Cephes' expf
 * on r, times 2^n. Below -87.3 the result is the smallest normal number; above 88 it is exp(88). Adding 1.5 * 2^23
 * rounds to a whole number and leaves it in the low bits of the mantissa.
 */
INLINE vec exp_lanes(vec x) {
  x = smaller(greater(x, splat(-87.3f)), splat(88.0f));
  const vec shifted = multiply_add(x, splat(1.44269504f), splat(12582912.0f));
  const vec n = shifted - 12582912.0f;
  /* ln 2 in two parts: the first has few bits, so that n times it is exact. */
  const vec r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
  vec p = splat(1.9875691500e-4f);
  p = multiply_add(p, r, splat(1.3981999507e-3f));
  p = multiply_add(p, r, splat(8.3334519073e-3f));
  p = multiply_add(p, r, splat(4.1665795894e-2f));
  p = multiply_add(p, r, splat(1.6666665459e-1f));
  p = multiply_add(p, r, splat(5.0000001201e-1f));
  p = multiply_add(p * r, r, r) + 1.0f;
  return p * (vec)(((ivec)shifted + 127) << 23);
}

#endif
