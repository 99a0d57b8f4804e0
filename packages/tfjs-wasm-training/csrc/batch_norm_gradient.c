/*
 * The gradient of batch_norm.h: the sums of dy' and dy' * (x - mean), dy' being what the activation passes, and then
 * dx = scale * dy' + slope * x + offset. The activation's argument is computed again instead of being kept.
 */
#include "batch_norm.h"

/* Adds dy' and dy' * (x - mean) of some rows to the sums. */
INLINE void add_products(const struct norm_gradient *j, int row, int rows, float *sums, float *products,
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

INLINE void sum_span(const struct norm_gradient *j, struct span s, double *part, float *room, int activation) {
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
  const struct norm_gradient *j = context;
  const struct span s = slice_span(j->rows, j->slices, slice, NORM_BLOCK);
  double *part = part_of(j->parts, slice, j->channels);
  float *room = j->rooms + thread * 2 * padded(j->channels);
  for (int c = 0; c < 2 * padded(j->channels); c++) part[c] = 0.0;
#define SUM(kind) sum_span(j, s, part, room, kind)
  SWITCH_ACTIVATION(j->activation, SUM)
#undef SUM
}

/* What the sums say: dgamma, dbeta, and slope and offset, which are 0 in inference. */
static void finish_sums(const struct norm_gradient *j, const struct batch_norm_arguments *a, char *heap) {
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

/* dx of `rows` rows from `row` on, to `dx`. */
INLINE void dx_rows(const struct norm_gradient *j, int row, int rows, float *dx, int activation) {
  for (int c = 0; c < j->channels; c += LANES) {
    const int lanes = minimum(LANES, j->channels - c);
    const vec scale = load(j->scale + c), shift = load(j->shift + c);
    const vec slope = load(j->slope + c), offset = load(j->offset + c);
    for (int i = 0; i < rows; i++) {
      const int at = (row + i) * j->channels + c;
      const vec x = load_lanes(j->x + at, lanes), outer = load_lanes(j->dy + at, lanes);
      const vec d = activation_gradient_lanes(multiply_add(x, scale, shift), outer, activation);
      store_lanes(dx + i * j->channels + c, multiply_add(d, scale, multiply_add(x, slope, offset)), lanes);
    }
  }
}

INLINE void dx_span(const struct norm_gradient *j, int row, int rows, float *dx, int activation) {
  int r = 0;
  for (; r + 4 <= rows; r += 4) dx_rows(j, row + r, 4, dx + r * j->channels, activation);
  for (; r < rows; r++) dx_rows(j, row + r, 1, dx + r * j->channels, activation);
}

static void write_norm_gradient(const struct norm_gradient *j, int row, int rows, float *dx) {
#define WRITE_DX(kind) dx_span(j, row, rows, dx, kind)
  SWITCH_ACTIVATION(j->activation, WRITE_DX)
#undef WRITE_DX
}

static int norm_gradient_floats(const struct team *team, const struct batch_norm_arguments *a) {
  return norm_slices(a->rows) * part_floats(a->channels) + (5 + 2 * team->threads) * padded(a->channels);
}

static struct norm_gradient sum_norm_gradient(struct team *team, char *heap, const struct batch_norm_arguments *a,
                                              float *scratch) {
  const int slices = norm_slices(a->rows), width = padded(a->channels);
  float *scale = scratch + slices * part_floats(a->channels);
  const struct norm_gradient j = {FLOATS(a->x), FLOATS(a->dy), a->rows, a->channels, a->activation, slices,
                                  scale, scale + width, scale + 2 * width, scale + 3 * width, scale + 4 * width,
                                  scratch, scale + 5 * width};
  scale_and_shift(a, heap, scale, scale + width);
  copy_floats(scale + 2 * width, FLOATS(a->mean), a->channels);
  run_slices(team, slices, sum_slice, &j);
  finish_sums(&j, a, heap);
  return j;
}

struct norm_dx_job {
  struct norm_gradient norm;
  float *dx;
  int slices;
};

static void dx_slice(const void *context, int slice, int thread) {
  (void)thread;
  const struct norm_dx_job *j = context;
  const struct span s = slice_span(j->norm.rows, j->slices, slice, 4);
  write_norm_gradient(&j->norm, s.first, s.end - s.first, j->dx + s.first * j->norm.channels);
}

SCRATCH(batch_norm_gradient) { return norm_gradient_floats(team, arguments); }

KERNEL(batch_norm_gradient) {
  const struct batch_norm_arguments *a = arguments;
  const struct norm_dx_job j = {sum_norm_gradient(team, heap, a, FLOATS(a->scratch)), FLOATS(a->dx),
                                slices_of(a->rows, maximum(4, 16384 / a->channels))};
  run_slices(team, j.slices, dx_slice, &j);
  return 0;
}
