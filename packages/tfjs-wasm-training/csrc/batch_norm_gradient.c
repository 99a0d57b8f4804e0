/*
 * The gradient of batch_norm.h: the sums of dy' and dy' * (x - mean), dy' being what the activation passes, and then
 * dx = scale * dy' + slope * x + offset. The activation's argument is computed again instead of being kept.
 */
#include "batch_norm.h"

struct norm_gradient_job {
  const float *x, *dy;
  float *dx;
  int rows, channels, activation, slices;
  const float *scale, *shift, *mean; /* padded to whole vectors, as are the next two */
  float *slope, *offset;
  float *parts, *rooms; /* of the sums: rooms 2 * padded(channels) floats a thread */
};

/* Adds dy' and dy' * (x - mean) of some rows to the sums. */
INLINE void add_products(const struct norm_gradient_job *j, int row, int rows, float *sums, float *products,
                         int activation) {
  const int channels = j->channels;
  for (int c = 0; c < channels; c += LANES) {
    const int lanes = minimum(LANES, channels - c);
    const vec scale = load(j->scale + c), shift = load(j->shift + c), mean = load(j->mean + c);
    vec sum = load(sums + c), product = load(products + c);
    for (int i = 0; i < rows; i++) {
      const int at = (row + i) * channels + c;
      const vec x = load_lanes(j->x + at, lanes), outer = load_lanes(j->dy + at, lanes);
      const vec d = activation_gradient_lanes(multiply_add(x, scale, shift), outer, activation);
      sum += d;
      product = multiply_add(d, x - mean, product);
    }
    store(sums + c, sum);
    store(products + c, product);
  }
}

INLINE void sum_span(const struct norm_gradient_job *j, struct span s, double *part, float *room, int activation) {
  const int width = padded(j->channels);
  float *sums = room, *products = room + width;
  for (int row = s.first; row < s.end; row += NORM_BLOCK) {
    const int end = minimum(row + NORM_BLOCK, s.end);
    clear(room, 2 * width);
    int r = row;
    for (; r + 4 <= end; r += 4) add_products(j, r, 4, sums, products, activation);
    for (; r < end; r++) add_products(j, r, 1, sums, products, activation);
    for (int c = 0; c < j->channels; c++) {
      part[c] += (double)sums[c];
      part[width + c] += (double)products[c];
    }
  }
}

static void sum_slice(const void *context, int slice, int thread) {
  const struct norm_gradient_job *j = context;
  const struct span s = slice_span(j->rows, j->slices, slice, NORM_BLOCK);
  double *part = part_of(j->parts, slice, j->channels);
  float *room = j->rooms + thread * 2 * padded(j->channels);
  for (int c = 0; c < 2 * padded(j->channels); c++) part[c] = 0.0;
#define SUM(kind) sum_span(j, s, part, room, kind)
  SWITCH_ACTIVATION(j->activation, SUM)
#undef SUM
}

/* What the sums say: dgamma, dbeta, and slope and offset, which are 0 in inference. */
static void finish_sums(const struct norm_gradient_job *j, const struct batch_norm_arguments *a, char *heap) {
  const float *variance = FLOATS(a->variance);
  for (int c = 0; c < j->channels; c++) {
    double sum = 0.0, product = 0.0;
    for (int slice = 0; slice < j->slices; slice++) {
      const double *part = part_of(j->parts, slice, j->channels);
      sum += part[c];
      product += part[padded(j->channels) + c];
    }
    const double spread = (double)variance[c] + (double)a->epsilon;
    FLOATS(a->dgamma)[c] = (float)(product / __builtin_sqrt(spread));
    FLOATS(a->dbeta)[c] = (float)sum;
    const double tilt = a->training ? -(double)j->scale[c] * product / (spread * j->rows) : 0.0;
    j->slope[c] = (float)tilt;
    j->offset[c] = a->training ? (float)(-(double)j->scale[c] * sum / j->rows - tilt * (double)j->mean[c]) : 0.0f;
  }
}

INLINE void dx_rows(const struct norm_gradient_job *j, int row, int rows, int activation) {
  for (int c = 0; c < j->channels; c += LANES) {
    const int lanes = minimum(LANES, j->channels - c);
    const vec scale = load(j->scale + c), shift = load(j->shift + c);
    const vec slope = load(j->slope + c), offset = load(j->offset + c);
    for (int i = 0; i < rows; i++) {
      const int at = (row + i) * j->channels + c;
      const vec x = load_lanes(j->x + at, lanes), outer = load_lanes(j->dy + at, lanes);
      const vec d = activation_gradient_lanes(multiply_add(x, scale, shift), outer, activation);
      store_lanes(j->dx + at, multiply_add(d, scale, multiply_add(x, slope, offset)), lanes);
    }
  }
}

INLINE void dx_span(const struct norm_gradient_job *j, struct span s, int activation) {
  int row = s.first;
  for (; row + 4 <= s.end; row += 4) dx_rows(j, row, 4, activation);
  for (; row < s.end; row++) dx_rows(j, row, 1, activation);
}

static void dx_slice(const void *context, int slice, int thread) {
  (void)thread;
  const struct norm_gradient_job *j = context;
  const struct span s = slice_span(j->rows, j->slices, slice, 4);
#define WRITE_DX(kind) dx_span(j, s, kind)
  SWITCH_ACTIVATION(j->activation, WRITE_DX)
#undef WRITE_DX
}

SCRATCH(batch_norm_gradient) {
  const struct batch_norm_arguments *a = arguments;
  return norm_slices(a->rows) * part_floats(a->channels) + (5 + 2 * team->threads) * padded(a->channels);
}

KERNEL(batch_norm_gradient) {
  const struct batch_norm_arguments *a = arguments;
  const int slices = norm_slices(a->rows), width = padded(a->channels);
  float *parts = FLOATS(a->scratch), *scale = parts + slices * part_floats(a->channels);
  struct norm_gradient_job j = {FLOATS(a->x), FLOATS(a->dy), FLOATS(a->dx), a->rows, a->channels, a->activation, slices,
                                scale, scale + width, scale + 2 * width, scale + 3 * width, scale + 4 * width,
                                parts, scale + 5 * width};
  scale_and_shift(a, heap, scale, scale + width);
  copy_floats(scale + 2 * width, FLOATS(a->mean), a->channels);
  run_slices(team, slices, sum_slice, &j);
  finish_sums(&j, a, heap);
  j.slices = slices_of(a->rows, maximum(4, 16384 / a->channels));
  run_slices(team, j.slices, dx_slice, &j);
  return 0;
}
