/*
 * Dense layers: matrix products, with everything else done to a block of rows while it is in the cache.
 * x [rows, in], weights [in, out], bias [out] or null; y = activation(x weights + bias) + residual [rows, out]. The
 * gradient needs the activation's slopes [rows, out], which cost little beside the activation itself.
 */
#include "activation.h"
#include "gemm.h"
#include "reduce.h"

struct dense_arguments {
  int32_t rows, in, out, activation; /* enum activation */
  address x, weights, bias, residual, y, slopes; /* bias, residual and slopes may be null */
  address scratch;
};

struct dense_gradient_arguments {
  int32_t rows, in, out, adding; /* adding: 1: dx is added to, of several layers of one x */
  address x, weights, slopes, dy, dx, dweights, dbias; /* slopes: null without an activation; dx, dbias may be null */
  address scratch;
};

struct dense_job {
  int rows, in, out, activation, slices;
  const float *x, *weights, *bias, *residual;
  float *y, *slopes, *panels;
};

#define DENSE_BLOCK 64
#define GRADIENT_BLOCK 128

/* What is left to do to a block of y, `count` floats from `at` on. */
INLINE void finish_block(const struct dense_job *j, int at, int count, int kind) {
  const struct dense_job job = *j;
  for (int i = at; i < at + count; i += LANES) {
    const int lanes = minimum(LANES, at + count - i);
    const vec x = load_lanes(job.y + i, lanes), y = activate_lanes(x, kind);
    if (job.slopes) store_lanes(job.slopes + i, activation_gradient_lanes(x, splat(1.0f), kind), lanes);
    store_lanes(job.y + i, job.residual ? y + load_lanes(job.residual + i, lanes) : y, lanes);
  }
}

static void dense_slice(const void *context, int slice, int thread) {
  (void)thread;
  const struct dense_job *j = context;
  const struct span s = slice_span(j->rows, j->slices, slice, DENSE_BLOCK);
  for (int row = s.first; row < s.end; row += DENSE_BLOCK) {
    const int rows = minimum(DENSE_BLOCK, s.end - row), at = row * j->out;
    const struct gemm g = {rows, j->out, j->in, j->x + row * j->in, j->in, 1, 0, 0, 0, j->y + at, j->out, 0, j->bias};
    gemm_packed(&g, j->panels);
    if (j->activation == ACTIVATION_NONE && !j->residual) continue;
#define FINISH(kind) finish_block(j, at, rows * j->out, kind)
    SWITCH_ACTIVATION(j->activation, FINISH)
#undef FINISH
  }
}

SCRATCH(dense) {
  const struct dense_arguments *a = arguments;
  return gemm_scratch(a->out, a->in);
}

KERNEL(dense) {
  const struct dense_arguments *a = arguments;
  const struct dense_job j = {a->rows, a->in, a->out, a->activation, slices_of(a->rows, DENSE_BLOCK), FLOATS(a->x),
                              FLOATS(a->weights), FLOATS_OR_NULL(a->bias), FLOATS_OR_NULL(a->residual), FLOATS(a->y),
                              FLOATS_OR_NULL(a->slopes), FLOATS(a->scratch)};
  const struct gemm g = {0, a->out, a->in, 0, 0, 0, j.weights, a->out, 1, 0, 0, 0, 0};
  gemm_pack(&g, j.panels);
  run_slices(team, j.slices, dense_slice, &j);
  return 0;
}

struct dense_gradient_job {
  int rows, in, out, adding, slices;
  const float *x, *slopes, *dy, *transposed;
  float *dx, *parts, *rooms; /* rooms: of each thread, a block of dy times the slopes and panels to pack it in */
};

INLINE int dense_room(int out) { return padded(GRADIENT_BLOCK * out) + gemm_scratch(out, GRADIENT_BLOCK); }

INLINE const float *times_slopes(const struct dense_gradient_job *j, int at, int count, float *room) {
  if (!j->slopes) return j->dy + at;
  for (int i = 0; i < count; i += LANES) {
    const int lanes = minimum(LANES, count - i);
    store_lanes(room + i, load_lanes(j->dy + at + i, lanes) * load_lanes(j->slopes + at + i, lanes), lanes);
  }
  return room;
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

/* dx, and weights and then bias, [in + 1, out], of the rows of a slice. */
static void dense_gradient_slice(const void *context, int slice, int thread) {
  const struct dense_gradient_job *j = context;
  const struct span s = slice_span(j->rows, j->slices, slice, 8);
  float *dweights = j->parts + slice * (j->in + 1) * j->out, *room = j->rooms + thread * dense_room(j->out);
  float *panels = room + padded(GRADIENT_BLOCK * j->out);
  clear(dweights, (j->in + 1) * j->out);
  for (int row = s.first; row < s.end; row += GRADIENT_BLOCK) {
    const int rows = minimum(GRADIENT_BLOCK, s.end - row);
    const float *dy = times_slopes(j, row * j->out, rows * j->out, room);
    const struct gemm w = {j->in, j->out, rows, j->x + row * j->in, 1, j->in, dy, j->out, 1, dweights, j->out, 1, 0};
    gemm(&w, panels);
    add_columns(dy, rows, j->out, dweights + j->in * j->out);
    if (!j->dx) continue;
    const struct gemm x = {rows, j->in, j->out, dy, j->out, 1, 0, 0, 0, j->dx + row * j->in, j->in, j->adding, 0};
    gemm_packed(&x, j->transposed);
  }
}

INLINE int dense_gradient_slices(const struct dense_gradient_arguments *a) {
  return reduction_slices(a->rows, GRADIENT_BLOCK, (a->in + 1) * a->out);
}

SCRATCH(dense_gradient) {
  const struct dense_gradient_arguments *a = arguments;
  return (dense_gradient_slices(a) + 1) * padded((a->in + 1) * a->out) + gemm_scratch(a->in, a->out) +
         team->threads * dense_room(a->out);
}

KERNEL(dense_gradient) {
  const struct dense_gradient_arguments *a = arguments;
  const int slices = dense_gradient_slices(a), floats = (a->in + 1) * a->out;
  float *total = FLOATS(a->scratch), *parts = total + padded(floats), *transposed = parts + slices * padded(floats);
  const struct dense_gradient_job j = {a->rows, a->in, a->out, a->adding, slices, FLOATS(a->x),
                                       FLOATS_OR_NULL(a->slopes), FLOATS(a->dy), transposed, FLOATS_OR_NULL(a->dx),
                                       parts, transposed + gemm_scratch(a->in, a->out)};
  const struct gemm g = {0, a->in, a->out, 0, 0, 0, FLOATS(a->weights), 1, a->out, 0, 0, 0, 0};
  if (j.dx) gemm_pack(&g, transposed);
  run_slices(team, slices, dense_gradient_slice, &j);
  join_parts(team, parts, slices, floats, total);
  copy_floats(FLOATS(a->dweights), total, a->in * a->out);
  if (a->dbias) copy_floats(FLOATS(a->dbias), total + a->in * a->out, a->out);
  return 0;
}
