/*
 * Batch normalisation with a fused activation (Ioffe and Szegedy, arXiv 1502.03167): y = act(x * scale + shift) + residual
 * with scale = gamma / sqrt(variance + epsilon) and shift = beta - mean * scale. x, y and the residual [rows, channels];
 * all else [channels].
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
  address y, residual;           /* the residual may be null; its gradient is dy */
  address dy, dx, dgamma, dbeta; /* of the gradient; there y and the residual are not used */
  address scratch;
};

#define NORM_BLOCK 64 /* rows whose sums are taken in float before they are joined in double */

INLINE int norm_slices(int rows) { return reduction_slices(rows, 2 * NORM_BLOCK, 0); }

/* Two doubles for every channel of a slice and one more, in floats. */
INLINE int part_floats(int channels) { return 4 * padded(channels) + 16; }
INLINE double *part_of(float *parts, int slice, int channels) {
  return (double *)(void *)(parts + slice * part_floats(channels));
}

/* Statistics that are collected while x is being computed: how many rows a slice has seen, their means and their squared
   deviations. */
struct moments_job {
  int channels, slices;
  float *parts, *rooms; /* rooms: 2 * padded(channels) floats a thread */
};

INLINE int moments_floats(const struct team *team, int slices, int channels) {
  return slices * part_floats(channels) + team->threads * 2 * padded(channels);
}
INLINE struct moments_job moments_of(int slices, int channels, float *scratch) {
  const struct moments_job j = {channels, slices, scratch, scratch + slices * part_floats(channels)};
  return j;
}
static void clear_moments(const struct moments_job *j, int slice);
/* Takes in some more rows of a slice. */
static void collect_moments(const struct moments_job *j, int slice, int thread, const float *x, int rows);
static void join_moments(const struct moments_job *j, float *mean, float *variance);

/* y of all rows; scratch: 2 * padded(channels) floats. */
static void apply_norm(struct team *team, char *heap, const struct batch_norm_arguments *a, float *scratch);

/* The gradient once its sums are known: dx = scale * dy' + slope * x + offset, dy' being what the activation passes. */
struct norm_gradient {
  const float *x, *dy;
  int rows, channels, activation, slices;
  const float *scale, *shift, *mean; /* padded to whole vectors, as are the next two */
  float *slope, *offset;
  float *parts, *rooms; /* of the sums: rooms 2 * padded(channels) floats a thread */
};

static int norm_gradient_floats(const struct team *team, const struct batch_norm_arguments *a);
/* Takes the sums; writes dgamma and dbeta. */
static struct norm_gradient sum_norm_gradient(struct team *team, char *heap, const struct batch_norm_arguments *a,
                                              float *scratch);
/* Writes dx of rows [row, row + rows) to a place of its own. */
static void write_norm_gradient(const struct norm_gradient *n, int row, int rows, float *dx);

INLINE void scale_and_shift(const struct batch_norm_arguments *a, char *heap, float *scale, float *shift) {
  const float *gamma = FLOATS(a->gamma), *beta = FLOATS(a->beta), *mean = FLOATS(a->mean);
  const float *variance = FLOATS(a->variance);
  for (int c = 0; c < a->channels; c++) {
    scale[c] = gamma[c] / __builtin_sqrtf(variance[c] + a->epsilon);
    shift[c] = beta[c] - mean[c] * scale[c];
  }
}

#endif
