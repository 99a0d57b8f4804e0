/*
 * Dense layers: matrix products with the bias and the activation applied to a block of rows while it is in the cache.
 * x [rows, in], weights [in, out], bias [out] or null; `before` (the value before the activation) [rows, out].
 */
#include "activation.h"
#include "gemm.h"
#include "reduce.h"

struct dense_arguments {
  int32_t rows, in, out, activation; /* enum activation */
  address x, weights, bias, y, before; /* `before` is null without an activation */
  address scratch;
};

/* Of one of x (dy, weights -> dx) and the weights and bias (x, dy -> dweights, dbias or null). */
struct dense_gradient_arguments {
  int32_t rows, in, out;
  address first, second, result, dbias, scratch;
};

struct dense_job {
  int rows, in, out, activation, slices;
  const float *first, *second, *bias;
  float *result, *before, *panels;
  int panel_floats;
};

#define DENSE_BLOCK 64
#define REDUCTION_ROWS 256

INLINE void activate_block(const float *x, float *y, int count, int kind) {
  for (int i = 0; i < count; i += LANES) {
    const int lanes = minimum(LANES, count - i);
    store_lanes(y + i, activate_lanes(load_lanes(x + i, lanes), kind), lanes);
  }
}

static void dense_slice(const void *context, int slice, int thread) {
  (void)thread;
  const struct dense_job *j = context;
  const struct span s = slice_span(j->rows, j->slices, slice, DENSE_BLOCK);
  float *linear = j->before ? j->before : j->result;
  for (int row = s.first; row < s.end; row += DENSE_BLOCK) {
    const int rows = minimum(DENSE_BLOCK, s.end - row), at = row * j->out;
    const struct gemm g = {rows, j->out, j->in, j->first + row * j->in, j->in, 1, 0, 0, 0, linear + at, j->out, 0,
                           j->bias};
    gemm_packed(&g, j->panels);
    if (!j->before) continue;
#define ACTIVATE(kind) activate_block(linear + at, j->result + at, rows * j->out, kind)
    SWITCH_ACTIVATION(j->activation, ACTIVATE)
#undef ACTIVATE
  }
}

SCRATCH(dense) {
  const struct dense_arguments *a = arguments;
  return gemm_scratch(a->out, a->in);
}

KERNEL(dense) {
  const struct dense_arguments *a = arguments;
  const struct dense_job j = {a->rows, a->in, a->out, a->activation, slices_of(a->rows, DENSE_BLOCK), FLOATS(a->x),
                              FLOATS(a->weights), FLOATS_OR_NULL(a->bias), FLOATS(a->y), FLOATS_OR_NULL(a->before),
                              FLOATS(a->scratch), 0};
  const struct gemm g = {0, a->out, a->in, 0, 0, 0, j.second, a->out, 1, 0, 0, 0, 0};
  gemm_pack(&g, j.panels);
  run_slices(team, j.slices, dense_slice, &j);
  return 0;
}

static void dense_input_slice(const void *context, int slice, int thread) {
  (void)thread;
  const struct dense_job *j = context;
  const struct span s = slice_span(j->rows, j->slices, slice, DENSE_BLOCK);
  const struct gemm g = {s.end - s.first, j->in, j->out, j->first + s.first * j->out, j->out, 1, 0, 0, 0,
                         j->result + s.first * j->in, j->in, 0, 0};
  gemm_packed(&g, j->panels);
}

SCRATCH(dense_input_gradient) {
  const struct dense_gradient_arguments *a = arguments;
  return gemm_scratch(a->in, a->out);
}

KERNEL(dense_input_gradient) {
  const struct dense_gradient_arguments *a = arguments;
  const struct dense_job j = {a->rows, a->in, a->out, 0, slices_of(a->rows, DENSE_BLOCK), FLOATS(a->first),
                              FLOATS(a->second), 0, FLOATS(a->result), 0, FLOATS(a->scratch), 0};
  const struct gemm g = {0, a->in, a->out, 0, 0, 0, j.second, 1, a->out, 0, 0, 0, 0};
  gemm_pack(&g, j.panels);
  run_slices(team, j.slices, dense_input_slice, &j);
  return 0;
}

/* Adds the columns of dy [rows, out]. */
static void add_columns(const float *dy, int rows, int out, float *dbias) {
  for (int c = 0; c < out; c += LANES) {
    const int lanes = minimum(LANES, out - c);
    vec sum = splat(0.0f);
    for (int r = 0; r < rows; r++) sum += load_lanes(dy + r * out + c, lanes);
    store_lanes(dbias + c, load_lanes(dbias + c, lanes) + sum, lanes);
  }
}

/* Weights and then bias, [in + 1, out], of the rows of a slice. */
static void dense_weight_slice(const void *context, int slice, int thread) {
  const struct dense_job *j = context;
  const struct span s = slice_span(j->rows, j->slices, slice, DENSE_BLOCK);
  float *dweights = j->result + slice * (j->in + 1) * j->out;
  clear(dweights, (j->in + 1) * j->out);
  for (int row = s.first; row < s.end; row += REDUCTION_ROWS) {
    const int rows = minimum(REDUCTION_ROWS, s.end - row);
    const float *dy = j->second + row * j->out;
    const struct gemm g = {j->in, j->out, rows, j->first + row * j->in, 1, j->in, dy, j->out, 1, dweights, j->out, 1,
                           0};
    gemm(&g, j->panels + thread * j->panel_floats);
    add_columns(dy, rows, j->out, dweights + j->in * j->out);
  }
}

INLINE int weight_slices(const struct dense_gradient_arguments *a) {
  return reduction_slices(a->rows, REDUCTION_ROWS, (a->in + 1) * a->out);
}

SCRATCH(dense_weight_gradient) {
  const struct dense_gradient_arguments *a = arguments;
  return (weight_slices(a) + 1) * (a->in + 1) * a->out + team->threads * gemm_scratch(a->out, REDUCTION_ROWS);
}

KERNEL(dense_weight_gradient) {
  const struct dense_gradient_arguments *a = arguments;
  const int slices = weight_slices(a), floats = (a->in + 1) * a->out;
  float *total = FLOATS(a->scratch), *parts = total + floats;
  const struct dense_job j = {a->rows, a->in, a->out, 0, slices, FLOATS(a->first), FLOATS(a->second), 0, parts, 0,
                              parts + slices * floats, gemm_scratch(a->out, REDUCTION_ROWS)};
  run_slices(team, slices, dense_weight_slice, &j);
  join_parts(team, parts, slices, floats, total);
  copy_floats(FLOATS(a->result), total, a->in * a->out);
  if (a->dbias) copy_floats(FLOATS(a->dbias), total + a->in * a->out, a->out);
  return 0;
}
