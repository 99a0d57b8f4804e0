/* Products of matrices: c [batch, m, n] = a b, with a [m, k] or transposed [k, m], and so b; both may repeat. */
#include "gemm.h"
#include "team.h"

struct batch_matmul_arguments {
  int32_t batch, m, n, k, transpose_a, transpose_b;
  int32_t batch_a, batch_b; /* matrices in a and b, which are taken in turn */
  address a, b, c, scratch;
};

struct batch_matmul_job {
  const struct batch_matmul_arguments *args;
  const float *a, *b;
  float *c, *panels;
  int slices, row_slices; /* slices = batches * row_slices */
};

static void batch_matmul_slice(const void *context, int slice, int thread) {
  const struct batch_matmul_job *j = context;
  const struct batch_matmul_arguments *s = j->args;
  const int batches = j->slices / j->row_slices;
  const struct span all = slice_span(s->batch, batches, slice / j->row_slices, 1);
  const struct span rows = slice_span(s->m, j->row_slices, slice % j->row_slices, 8);
  float *panels = j->panels + thread * gemm_scratch(s->n, s->k);
  for (int i = all.first; i < all.end && rows.first < rows.end; i++) {
    const float *a = j->a + i % s->batch_a * s->m * s->k, *b = j->b + i % s->batch_b * s->k * s->n;
    const struct gemm g = {rows.end - rows.first, s->n, s->k,
                           a + rows.first * (s->transpose_a ? 1 : s->k), s->transpose_a ? 1 : s->k,
                           s->transpose_a ? s->m : 1, b, s->transpose_b ? 1 : s->n, s->transpose_b ? s->k : 1,
                           j->c + (i * s->m + rows.first) * s->n, s->n, 0, 0};
    gemm(&g, panels);
  }
}

SCRATCH(batch_matmul) {
  const struct batch_matmul_arguments *a = arguments;
  return team->threads * gemm_scratch(a->n, a->k);
}

KERNEL(batch_matmul) {
  const struct batch_matmul_arguments *a = arguments;
  const int batches = slices_of(a->batch, 1), row_slices = batches < 8 ? minimum(8, slices_of(a->m, 64)) : 1;
  const struct batch_matmul_job j = {a, FLOATS(a->a), FLOATS(a->b), FLOATS(a->c), FLOATS(a->scratch),
                                     batches * row_slices, row_slices};
  run_slices(team, j.slices, batch_matmul_slice, &j);
  return 0;
}
