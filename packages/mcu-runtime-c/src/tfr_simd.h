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

#endif
