/* The forward direction of batch_norm.h. */
#include "batch_norm.h"

#define ROWS_AT_ONCE 4 /* rows that share the loads of what belongs to a channel */

/* Adds x of some rows to the sums; or, given centres, the squares of x - centre. */
INLINE void add_rows(const float *x, int rows, int channels, const float *centres, float *sums) {
  for (int c = 0; c < channels; c += LANES) {
    const int lanes = minimum(LANES, channels - c);
    vec sum = load(sums + c);
    for (int i = 0; i < rows; i++) {
      vec value = load_lanes(x + i * channels + c, lanes);
      if (centres) value -= load(centres + c);
      sum = centres ? multiply_add(value, value, sum) : sum + value;
    }
    store(sums + c, sum);
  }
}

INLINE void add_block(const float *x, int rows, int channels, const float *centres, float *sums) {
  clear(sums, padded(channels));
  int r = 0;
  for (; r + ROWS_AT_ONCE <= rows; r += ROWS_AT_ONCE)
    add_rows(x + r * channels, ROWS_AT_ONCE, channels, centres, sums);
  for (; r < rows; r++) add_rows(x + r * channels, 1, channels, centres, sums);
}

struct statistics_job {
  const float *x;
  int rows, channels, slices;
  float *parts, *rooms; /* rooms: 2 * padded(channels) floats a thread */
};

/* Joins means and squared deviations of `rows` rows to those of `before` (Chan, Golub and LeVeque 1979). */
INLINE void join_moments(double *mean, double *squares, int before, double other_mean, double other_squares, int rows) {
  const double weight = (double)rows / (before + rows), delta = other_mean - *mean;
  *mean += delta * weight;
  *squares += other_squares + delta * delta * before * weight;
}

/* Mean and squared deviations of a slice: exact for data whose mean is far from 0, and x is read from memory once. */
static void statistics_slice(const void *context, int slice, int thread) {
  const struct statistics_job *j = context;
  const int channels = j->channels;
  const struct span s = slice_span(j->rows, j->slices, slice, NORM_BLOCK);
  double *means = part_of(j->parts, slice, channels), *squares = means + padded(channels);
  float *centres = j->rooms + thread * 2 * padded(channels), *sums = centres + padded(channels);
  for (int c = 0; c < channels; c++) means[c] = squares[c] = 0.0;
  for (int row = s.first; row < s.end; row += NORM_BLOCK) {
    const int rows = minimum(NORM_BLOCK, s.end - row);
    const float *x = j->x + row * channels;
    add_block(x, rows, channels, 0, centres);
    for (int c = 0; c < channels; c += LANES) store(centres + c, load(centres + c) * (1.0f / (float)rows));
    add_block(x, rows, channels, centres, sums);
    for (int c = 0; c < channels; c++)
      join_moments(means + c, squares + c, row - s.first, (double)centres[c], (double)sums[c], rows);
  }
}

static void join_statistics(const struct statistics_job *j, float *mean, float *variance) {
  for (int c = 0; c < j->channels; c++) {
    double total = 0.0, squares = 0.0;
    for (int slice = 0; slice < j->slices; slice++) {
      const struct span s = slice_span(j->rows, j->slices, slice, NORM_BLOCK);
      const double *part = part_of(j->parts, slice, j->channels);
      if (s.end == s.first) continue;
      join_moments(&total, &squares, s.first, part[c], part[c + padded(j->channels)], s.end - s.first);
    }
    mean[c] = (float)total;
    variance[c] = (float)(squares / j->rows);
  }
}

struct apply_job {
  const float *x, *scale, *shift;
  float *y;
  int rows, channels, activation, slices;
};

INLINE void apply_rows(const struct apply_job *j, int row, int rows, int activation) {
  for (int c = 0; c < j->channels; c += LANES) {
    const int lanes = minimum(LANES, j->channels - c);
    const vec scale = load(j->scale + c), shift = load(j->shift + c);
    for (int i = 0; i < rows; i++) {
      const int at = (row + i) * j->channels + c;
      store_lanes(j->y + at, activate_lanes(multiply_add(load_lanes(j->x + at, lanes), scale, shift), activation),
                  lanes);
    }
  }
}

INLINE void apply_span(const struct apply_job *j, struct span s, int activation) {
  int row = s.first;
  for (; row + ROWS_AT_ONCE <= s.end; row += ROWS_AT_ONCE) apply_rows(j, row, ROWS_AT_ONCE, activation);
  for (; row < s.end; row++) apply_rows(j, row, 1, activation);
}

static void apply_slice(const void *context, int slice, int thread) {
  (void)thread;
  const struct apply_job *j = context;
  const struct span s = slice_span(j->rows, j->slices, slice, ROWS_AT_ONCE);
#define APPLY(kind) apply_span(j, s, kind)
  SWITCH_ACTIVATION(j->activation, APPLY)
#undef APPLY
}

INLINE int apply_slices(int rows, int channels) { return slices_of(rows, maximum(4, 16384 / channels)); }

static void apply(struct team *team, char *heap, const struct batch_norm_arguments *a, float *scratch) {
  float *scale = scratch, *shift = scratch + padded(a->channels);
  scale_and_shift(a, heap, scale, shift);
  const struct apply_job j = {FLOATS(a->x), scale, shift, FLOATS(a->y), a->rows, a->channels, a->activation,
                              apply_slices(a->rows, a->channels)};
  run_slices(team, j.slices, apply_slice, &j);
}

SCRATCH(batch_norm_inference) { return 2 * padded(((const struct batch_norm_arguments *)arguments)->channels); }

KERNEL(batch_norm_inference) {
  const struct batch_norm_arguments *a = arguments;
  apply(team, heap, a, FLOATS(a->scratch));
  return 0;
}

SCRATCH(batch_norm) {
  const struct batch_norm_arguments *a = arguments;
  return norm_slices(a->rows) * part_floats(a->channels) + team->threads * 2 * padded(a->channels);
}

KERNEL(batch_norm) {
  const struct batch_norm_arguments *a = arguments;
  const int slices = norm_slices(a->rows);
  float *parts = FLOATS(a->scratch);
  const struct statistics_job j = {FLOATS(a->x), a->rows, a->channels, slices, parts,
                                   parts + slices * part_floats(a->channels)};
  run_slices(team, slices, statistics_slice, &j);
  join_statistics(&j, FLOATS(a->mean), FLOATS(a->variance));
  apply(team, heap, a, parts);
  return 0;
}
