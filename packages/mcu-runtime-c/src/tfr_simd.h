/*
 * The inner product primitives of every kernel, in portable C. A core with DSP instructions gets its definition here,
 * beside the portable one and equal to it to the bit; kernels contain no conditional code.
 */
#ifndef TFR_SIMD_H
#define TFR_SIMD_H

#include <stdint.h>

#if defined(__GNUC__) || defined(__clang__)
#define TFR_INLINE static inline __attribute__((always_inline))
#else
#define TFR_INLINE static inline
#endif

/*
 * acc[row][lane] += sum_k tile[k][lane] * weights[row][k] for k < count, weight rows `stride` apart. `rows` and `lanes`
 * are constants at every call, so that the accumulators stay in registers.
 */
TFR_INLINE void tfr_multiply_tile(int32_t *acc, const int16_t *tile, const int8_t *weights, int32_t stride,
                                  int32_t count, int32_t rows, int32_t lanes) {
  for (int32_t k = 0; k < count; k++) {
    for (int32_t row = 0; row < rows; row++) {
      for (int32_t lane = 0; lane < lanes; lane++) {
        acc[row * lanes + lane] += (int32_t)tile[k * lanes + lane] * weights[row * stride + k];
      }
    }
  }
}

/* acc[row] += sum_k (a[k] - a_zero) * (b[row][k] - b_zero) for k < count, rows of b `stride` apart; `rows` is a constant. */
TFR_INLINE void tfr_multiply_rows(int32_t *acc, const int8_t *a, int32_t a_zero, const int8_t *b, int32_t b_zero,
                                  int32_t stride, int32_t count, int32_t rows) {
  for (int32_t k = 0; k < count; k++) {
    const int32_t left = a[k] - a_zero;
    for (int32_t row = 0; row < rows; row++) acc[row] += left * (b[row * stride + k] - b_zero);
  }
}

/* acc[c] += factor * (values[c] - zero) for c < channels; `channels` is a constant. */
TFR_INLINE void tfr_multiply_scalar(int32_t *acc, int32_t factor, const int8_t *values, int32_t zero, int32_t channels) {
  for (int32_t c = 0; c < channels; c++) acc[c] += factor * (values[c] - zero);
}

/* acc[c] += (values[c] - zero) * weights[c] for c < channels; `channels` is a constant. */
TFR_INLINE void tfr_multiply_channels(int32_t *acc, const int8_t *values, int32_t zero, const int8_t *weights,
                                      int32_t channels) {
  for (int32_t c = 0; c < channels; c++) acc[c] += (values[c] - zero) * weights[c];
}

#endif
