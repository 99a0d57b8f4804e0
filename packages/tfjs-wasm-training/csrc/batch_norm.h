/*
 * Batch normalisation with a fused activation (Ioffe and Szegedy, arXiv 1502.03167): y = act(x * scale + shift) with
 * scale = gamma / sqrt(variance + epsilon) and shift = beta - mean * scale. x, y [rows, channels]; all else [channels].
 */
#ifndef BATCH_NORM_H
#define BATCH_NORM_H

#include "activation.h"
#include "team.h"

struct batch_norm_arguments {
  int32_t rows, channels, activation; /* enum activation */
  int32_t training;                   /* of the gradient; 1: the statistics depend on x */
  float epsilon;
  address x, gamma, beta, mean, variance; /* in training the last two are written */
  address y;
  address dy, dx, dgamma, dbeta; /* of the gradient; there y is not used */
  address scratch;
};

#define NORM_BLOCK 64 /* rows whose sums are taken in float before they are joined in double */

INLINE int norm_slices(int rows) { return reduction_slices(rows, 2 * NORM_BLOCK, 0); }

/* Two doubles for every channel of a slice, in floats. */
INLINE int part_floats(int channels) { return 4 * padded(channels); }
INLINE double *part_of(float *parts, int slice, int channels) {
  return (double *)(void *)(parts + slice * part_floats(channels));
}

INLINE void scale_and_shift(const struct batch_norm_arguments *a, char *heap, float *scale, float *shift) {
  const float *gamma = FLOATS(a->gamma), *beta = FLOATS(a->beta), *mean = FLOATS(a->mean);
  const float *variance = FLOATS(a->variance);
  for (int c = 0; c < a->channels; c++) {
    scale[c] = gamma[c] / __builtin_sqrtf(variance[c] + a->epsilon);
    shift[c] = beta[c] - mean[c] * scale[c];
  }
}

#endif
