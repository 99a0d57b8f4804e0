/* The forward direction of batch_norm.h. */
#include "batch_norm.h"

#define ROWS_AT_ONCE 4 /* rows in a cache that share the loads of what belongs to a channel */

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

/* Joins means and squared deviations of `rows` rows to those of `before` (Chan, Golub and LeVeque 1979). */
INLINE void join_pair(double *mean, double *squares, double weight, double before, double other_mean,
                      double other_squares) {
  const double delta = other_mean - *mean;
  *mean += delta * weight;
  *squares += other_squares + delta * delta * before * weight;
}

static void clear_moments(const struct moments_job *j, int slice) {
  clear(j->parts + slice * part_floats(j->channels), part_floats(j->channels));
}

/* Exact for data whose mean is far from 0, and x is read from memory once. */
static void collect_moments(const struct moments_job *j, int slice, int thread, const float *x, int rows) {
  const int channels = j->channels;
  double *means = part_of(j->parts, slice, channels), *squares = means + padded(channels);
  double *seen = squares + padded(channels);
  float *centres = j->rooms + thread * 2 * padded(channels), *sums = centres + padded(channels);
  for (int row = 0; row < rows; row += NORM_BLOCK, x += NORM_BLOCK * channels) {
    const int block = minimum(NORM_BLOCK, rows - row);
    add_block(x, block, channels, 0, centres);
    for (int c = 0; c < channels; c += LANES) store(centres + c, load(centres + c) * (1.0f / (float)block));
    add_block(x, block, channels, centres, sums);
    const double before = *seen, weight = block / (before + block);
    for (int c = 0; c < channels; c++)
      join_pair(means + c, squares + c, weight, before, (double)centres[c], (double)sums[c]);
    *seen += block;
  }
}

static void join_moments(const struct moments_job *j, float *mean, float *variance) {
  const int width = padded(j->channels);
  double *total = part_of(j->parts, 0, j->channels);
  for (int slice = 1; slice < j->slices; slice++) {
    const double *part = part_of(j->parts, slice, j->channels), before = total[2 * width], rows = part[2 * width];
    if (rows == 0.0) continue;
    const double weight = rows / (before + rows);
    for (int c = 0; c < j->channels; c++)
      join_pair(total + c, total + width + c, weight, before, part[c], part[width + c]);
    total[2 * width] += rows;
  }
  for (int c = 0; c < j->channels; c++) {
    mean[c] = (float)total[c];
    variance[c] = (float)(total[width + c] / total[2 * width]);
  }
}

struct statistics_job {
  struct moments_job moments;
  const float *x;
  int rows;
};

static void statistics_slice(const void *context, int slice, int thread) {
  const struct statistics_job *j = context;
  const struct span s = slice_span(j->rows, j->moments.slices, slice, NORM_BLOCK);
  clear_moments(&j->moments, slice);
  collect_moments(&j->moments, slice, thread, j->x + s.first * j->moments.channels, s.end - s.first);
}

struct apply_job {
  const float *x, *scale, *shift, *residual;
  float *y;
  int rows, channels, activation, slices;
};

/* `lanes` channels from c on of the row that starts at `row`. */
INLINE void apply_part(struct apply_job j, int row, int c, int lanes, int activation) {
  const vec x = load_lanes(j.x + row + c, lanes);
  const vec y = activate_lanes(multiply_add(x, load(j.scale + c), load(j.shift + c)), activation);
  store_lanes(j.y + row + c, j.residual ? y + load_lanes(j.residual + row + c, lanes) : y, lanes);
}

INLINE void apply_span(struct apply_job j, struct span s, int activation) {
  for (int row = s.first * j.channels; row < s.end * j.channels; row += j.channels) {
    int c = 0;
    for (; c + LANES <= j.channels; c += LANES) apply_part(j, row, c, LANES, activation);
    if (c < j.channels) apply_part(j, row, c, j.channels - c, activation);
  }
}

static void apply_slice(const void *context, int slice, int thread) {
  (void)thread;
  const struct apply_job *j = context;
  const struct span s = slice_span(j->rows, j->slices, backwards(j->slices, slice), 1);
#define APPLY(kind) apply_span(*j, s, kind)
  SWITCH_ACTIVATION(j->activation, APPLY)
#undef APPLY
}

static void apply_norm(struct team *team, char *heap, const struct batch_norm_arguments *a, float *scratch) {
  float *scale = scratch, *shift = scratch + padded(a->channels);
  scale_and_shift(a, heap, scale, shift);
  const struct apply_job j = {FLOATS(a->x), scale, shift, FLOATS_OR_NULL(a->residual), FLOATS(a->y), a->rows,
                              a->channels, a->activation, slices_of(a->rows, maximum(4, 16384 / a->channels))};
  run_slices(team, j.slices, apply_slice, &j);
}

SCRATCH(batch_norm_inference) { return 2 * padded(((const struct batch_norm_arguments *)arguments)->channels); }

KERNEL(batch_norm_inference) {
  const struct batch_norm_arguments *a = arguments;
  apply_norm(team, heap, a, FLOATS(a->scratch));
  return 0;
}

SCRATCH(batch_norm) {
  const struct batch_norm_arguments *a = arguments;
  return moments_floats(team, norm_slices(a->rows), a->channels);
}

KERNEL(batch_norm) {
  const struct batch_norm_arguments *a = arguments;
  float *scratch = FLOATS(a->scratch);
  const struct statistics_job j = {moments_of(norm_slices(a->rows), a->channels, scratch), FLOATS(a->x), a->rows};
  run_slices(team, j.moments.slices, statistics_slice, &j);
  join_moments(&j.moments, FLOATS(a->mean), FLOATS(a->variance));
  apply_norm(team, heap, a, scratch);
  return 0;
}
