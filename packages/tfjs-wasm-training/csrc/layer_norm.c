/*
 * Layer normalisation (Ba, Kiros and Hinton, arXiv 1607.06450); x, y [rows, channels], gamma, beta [channels]. The
 * gradient computes the mean and deviation of a row again: the row is in the first-level cache by then.
 */
#include "reduce.h"

struct layer_norm_arguments {
  int32_t rows, channels;
  float epsilon;
  address x, gamma, beta, y;
  address dy, dx, dgamma, dbeta; /* of the gradient; there beta and y are not used */
  address scratch;
};

struct layer_norm_job {
  const float *x, *gamma, *beta, *dy;
  float *y; /* or dx */
  int rows, channels, slices;
  float epsilon;
  float *parts; /* of dgamma and dbeta, 2 * channels floats a slice */
};

struct moments {
  float mean, inverse; /* inverse: 1 / sqrt(variance + epsilon) */
};

static struct moments row_moments(const struct layer_norm_job *j, const float *x) {
  const int channels = j->channels, whole = channels & ~(LANES - 1), rest = channels - whole;
  vec sum = splat(0.0f), squares = splat(0.0f);
  for (int c = 0; c < whole; c += LANES) sum += load(x + c);
  if (rest) sum += load_lanes(x + whole, rest);
  const float mean = sum_lanes(sum) / (float)channels;
  for (int c = 0; c < whole; c += LANES) {
    const vec d = load(x + c) - mean;
    squares = multiply_add(d, d, squares);
  }
  float tail = 0.0f;
  for (int c = whole; c < channels; c++) tail += (x[c] - mean) * (x[c] - mean);
  const float variance = (sum_lanes(squares) + tail) / (float)channels;
  const struct moments m = {mean, 1.0f / __builtin_sqrtf(variance + j->epsilon)};
  return m;
}

static void layer_norm_slice(const void *context, int slice, int thread) {
  (void)thread;
  const struct layer_norm_job *j = context;
  const struct span s = slice_span(j->rows, j->slices, slice, 1);
  for (int r = s.first; r < s.end; r++) {
    const float *x = j->x + r * j->channels;
    const struct moments m = row_moments(j, x);
    for (int c = 0; c < j->channels; c += LANES) {
      const int lanes = minimum(LANES, j->channels - c);
      const vec normal = (load_lanes(x + c, lanes) - m.mean) * m.inverse;
      store_lanes(j->y + r * j->channels + c,
                  multiply_add(normal, load_lanes(j->gamma + c, lanes), load_lanes(j->beta + c, lanes)), lanes);
    }
  }
}

NO_SCRATCH(layer_norm)

KERNEL(layer_norm) {
  const struct layer_norm_arguments *a = arguments;
  const struct layer_norm_job j = {FLOATS(a->x), FLOATS(a->gamma), FLOATS(a->beta), 0, FLOATS(a->y), a->rows,
                                   a->channels, slices_of(a->rows, maximum(1, 8192 / a->channels)), a->epsilon, 0};
  run_slices(team, j.slices, layer_norm_slice, &j);
  return 0;
}

/* Adds dy * normal and dy to dgamma and dbeta; gives the means of gamma * dy and gamma * dy * normal. */
INLINE struct moments collect_row(const struct layer_norm_job *j, const float *x, const float *dy, struct moments m,
                                  float *dgamma) {
  const int channels = j->channels;
  float *dbeta = dgamma + channels;
  vec sum = splat(0.0f), products = splat(0.0f);
  for (int c = 0; c < channels; c += LANES) {
    const int lanes = minimum(LANES, channels - c);
    const vec d = load_lanes(dy + c, lanes), normal = (load_lanes(x + c, lanes) - m.mean) * m.inverse;
    const vec scaled = d * load_lanes(j->gamma + c, lanes); /* 0 in the lanes past the end */
    sum += scaled;
    products = multiply_add(scaled, normal, products);
    store_lanes(dgamma + c, multiply_add(d, normal, load_lanes(dgamma + c, lanes)), lanes);
    store_lanes(dbeta + c, load_lanes(dbeta + c, lanes) + d, lanes);
  }
  const struct moments means = {sum_lanes(sum) / (float)channels, sum_lanes(products) / (float)channels};
  return means;
}

static void layer_norm_gradient_slice(const void *context, int slice, int thread) {
  (void)thread;
  const struct layer_norm_job *j = context;
  const int channels = j->channels;
  const struct span s = slice_span(j->rows, j->slices, slice, 1);
  float *dgamma = j->parts + slice * 2 * channels;
  clear(dgamma, 2 * channels);
  for (int r = s.first; r < s.end; r++) {
    const float *x = j->x + r * channels, *dy = j->dy + r * channels;
    const struct moments m = row_moments(j, x);
    const struct moments means = collect_row(j, x, dy, m, dgamma);
    for (int c = 0; c < channels; c += LANES) {
      const int lanes = minimum(LANES, channels - c);
      const vec normal = (load_lanes(x + c, lanes) - m.mean) * m.inverse;
      const vec scaled = load_lanes(dy + c, lanes) * load_lanes(j->gamma + c, lanes);
      const vec rest = multiply_add(normal, splat(means.inverse), splat(means.mean));
      store_lanes(j->y + r * channels + c, (scaled - rest) * m.inverse, lanes);
    }
  }
}

INLINE int row_slices(const struct layer_norm_arguments *a) { return reduction_slices(a->rows, 32, 2 * a->channels); }

SCRATCH(layer_norm_gradient) {
  const struct layer_norm_arguments *a = arguments;
  return (row_slices(a) + 1) * 2 * a->channels;
}

KERNEL(layer_norm_gradient) {
  const struct layer_norm_arguments *a = arguments;
  const int slices = row_slices(a), floats = 2 * a->channels;
  float *parts = FLOATS(a->scratch), *total = parts + slices * floats;
  const struct layer_norm_job j = {FLOATS(a->x), FLOATS(a->gamma), 0, FLOATS(a->dy), FLOATS(a->dx), a->rows,
                                   a->channels, slices, a->epsilon, parts};
  run_slices(team, slices, layer_norm_gradient_slice, &j);
  join_parts(team, parts, slices, floats, total);
  copy_floats(FLOATS(a->dgamma), total, a->channels);
  copy_floats(FLOATS(a->dbeta), total + a->channels, a->channels);
  return 0;
}
