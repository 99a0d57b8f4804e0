/*
 * The inner product primitives of every kernel, in portable C. A core with DSP instructions gets its definition here,
 * beside the portable one and equal to it to the bit; kernels contain no conditional code.
 */
#ifndef TFR_SIMD_H
#define TFR_SIMD_H

#include <stdint.h>

#include "tfr_core.h"

/*
 * Sums come in ones or in fours (`lanes` is 1 or TFR_LANES, a constant at every call). They are written out, not looped
 * over, so that compilers keep them in registers.
 */
#define TFR_LANES 4

/* acc[lane] += values[lane] * weight */
TFR_INLINE void tfr_multiply_lanes(int32_t *acc, const int16_t *values, int32_t weight, int32_t lanes) {
  acc[0] += values[0] * weight;
  if (lanes == TFR_LANES) {
    acc[1] += values[1] * weight;
    acc[2] += values[2] * weight;
    acc[3] += values[3] * weight;
  }
}

/* acc[lane] += (values[lane] - zero) * weight */
TFR_INLINE void tfr_multiply_scalar(int32_t *acc, const int8_t *values, int32_t zero, int32_t weight, int32_t lanes) {
  acc[0] += (values[0] - zero) * weight;
  if (lanes == TFR_LANES) {
    acc[1] += (values[1] - zero) * weight;
    acc[2] += (values[2] - zero) * weight;
    acc[3] += (values[3] - zero) * weight;
  }
}

/* acc[lane] += (values[lane] - zero) * weights[lane] */
TFR_INLINE void tfr_multiply_channels(int32_t *acc, const int8_t *values, int32_t zero, const int8_t *weights,
                                      int32_t lanes) {
  acc[0] += (values[0] - zero) * weights[0];
  if (lanes == TFR_LANES) {
    acc[1] += (values[1] - zero) * weights[1];
    acc[2] += (values[2] - zero) * weights[2];
    acc[3] += (values[3] - zero) * weights[3];
  }
}

/* acc[lane] += (values[lane * stride] - zero) * weight */
TFR_INLINE void tfr_multiply_strided(int32_t *acc, const int8_t *values, int32_t stride, int32_t zero, int32_t weight,
                                     int32_t lanes) {
  acc[0] += (values[0] - zero) * weight;
  if (lanes == TFR_LANES) {
    acc[1] += (values[stride] - zero) * weight;
    acc[2] += (values[2 * stride] - zero) * weight;
    acc[3] += (values[3 * stride] - zero) * weight;
  }
}

/*
 * One or two weight rows against a tile, acc[row][lane] += sum_k tile[k][lane] * weights[row][k] for k < count, the rows
 * `stride` apart. `rows` and `lanes` are constants at every call.
 */
TFR_INLINE void tfr_multiply_tile(int32_t *acc, const int16_t *tile, const int8_t *weights, int32_t stride,
                                  int32_t count, int32_t rows, int32_t lanes) {
  for (int32_t k = 0; k < count; k++) {
    tfr_multiply_lanes(acc, tile + k * lanes, weights[k], lanes);
    if (rows == 2) tfr_multiply_lanes(acc + lanes, tile + k * lanes, weights[stride + k], lanes);
  }
}

#endif
