/*
 * The gradient of batch_norm.h: the sums of dy' and dy' * (x - mean), dy' being what the activation passes, and then
 * dx = scale * dy' + slope * x + offset. The activation's argument is computed again instead of being kept.
 * x and dy come from memory: a row at a time, because prefetchers follow one stream of each best. Jobs are passed by
 * value, so that no store can change their pointers, which would be loaded again for every vector.
 */
#include "batch_norm.h"

/* Adds dy' and dy' * (x - mean) of `lanes` channels from c on of the row that starts at `row`. */
INLINE void add_products(struct norm_gradient j, int row, int c, int lanes, float *sums, float *products,
                         int activation) {
  const vec x = load_lanes(j.x + row + c, lanes), outer = load_lanes(j.dy + row + c, lanes);
  const vec argument = multiply_add(x, load(j.scale + c), load(j.shift + c));
  const vec d = activation_gradient_lanes(argument, outer, activation);
  store(sums + c, load(sums + c) + d);
  store(products + c, multiply_add(d, x - load(j.mean + c), load(products + c)));
}

INLINE void sum_rows(struct norm_gradient j, int row, int end, float *sums, float *products, int activation) {
  for (int at = row * j.channels; at < end * j.channels; at += j.channels) {
    int c = 0;
    for (; c + LANES <= j.channels; c += LANES) add_products(j, at, c, LANES, sums, products, activation);
    if (c < j.channels) add_products(j, at, c, j.channels - c, sums, products, activation);
  }
}

INLINE void sum_span(struct norm_gradient j, struct span s, double *part, float *room, int activation) {
  const int width = padded(j.channels);
  float *sums = room, *products = room + width;
  for (int row = s.first; row < s.end; row += NORM_BLOCK) {
    clear(room, 2 * width);
    sum_rows(j, row, minimum(row + NORM_BLOCK, s.end), sums, products, activation);
    for (int c = 0; c < j.channels; c++) {
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
#define SUM(kind) sum_span(*j, s, part, room, kind)
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

/* dx of `lanes` channels from c on of the row that starts at `row`. */
INLINE void dx_part(struct norm_gradient j, int row, int c, int lanes, float *dx, int activation) {
  const vec x = load_lanes(j.x + row + c, lanes), outer = load_lanes(j.dy + row + c, lanes);
  const vec scale = load(j.scale + c), argument = multiply_add(x, scale, load(j.shift + c));
  const vec d = activation_gradient_lanes(argument, outer, activation);
  const vec tilted = multiply_add(x, load(j.slope + c), load(j.offset + c));
  store_lanes(dx + c, multiply_add(d, scale, tilted), lanes);
}

/* dx of `rows` rows from `row` on, to `dx`. */
INLINE void dx_span(struct norm_gradient j, int row, int rows, float *dx, int activation) {
  for (int r = 0; r < rows; r++, dx += j.channels) {
    const int at = (row + r) * j.channels;
    int c = 0;
    for (; c + LANES <= j.channels; c += LANES) dx_part(j, at, c, LANES, dx, activation);
    if (c < j.channels) dx_part(j, at, c, j.channels - c, dx, activation);
  }
}

static void write_norm_gradient(const struct norm_gradient *j, int row, int rows, float *dx) {
#define WRITE_DX(kind) dx_span(*j, row, rows, dx, kind)
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
  const struct span s = slice_span(j->norm.rows, j->slices, backwards(j->slices, slice), 1);
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
