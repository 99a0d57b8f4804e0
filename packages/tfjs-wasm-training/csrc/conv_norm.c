/* See conv_norm.h: any convolution. */
#include "conv_norm.h"
#include "gemm.h"
#include "reduce.h"

INLINE int conv_norm_slices(const struct window *w) { return minimum(slices_of(out_pixels(w), 256), NORM_SLICES); }

SCRATCH(conv2d_norm) {
  const struct window *w = &((const struct conv_norm_arguments *)arguments)->w;
  return moments_floats(team, conv_norm_slices(w), w->out_channels) + convolve_floats(team, w);
}

KERNEL(conv2d_norm) {
  const struct conv_norm_arguments *a = arguments;
  const int slices = conv_norm_slices(&a->w);
  float *scratch = FLOATS(a->scratch);
  const struct moments_job moments = moments_of(slices, a->w.out_channels, scratch);
  const struct conv_job j = {&a->w, FLOATS(a->x), FLOATS(a->filter), FLOATS(a->norm.x), slices,
                             scratch + moments_floats(team, slices, a->w.out_channels), 0, 0, &moments};
  convolve(team, j);
  join_moments(&moments, FLOATS(a->norm.mean), FLOATS(a->norm.variance));
  apply_norm(team, heap, &a->norm, scratch);
  return 0;
}

struct conv_norm_job {
  const struct window *w;
  struct norm_gradient norm;
  const float *x;
  float *dx, *parts; /* parts: of dfilter, one a slice */
  int slices;
  float *transposed; /* packed filters of all groups */
  float *rooms;      /* of each thread: a block of dz, panels to pack it in, patches */
  int room_floats;
};

/* A block of dz stays in the second-level cache, beside the block of x. */
#define NORM_BLOCK_FLOATS 16384

INLINE int gradient_block(const struct window *w) {
  const int pixels = maximum(8, minimum(MAX_BLOCK, NORM_BLOCK_FLOATS / w->out_channels & ~7));
  return is_pointwise(w) ? pixels : minimum(pixels, block_pixels(w));
}

INLINE int room_of(const struct window *w) {
  const int block = gradient_block(w);
  const int patches = is_pointwise(w) ? 0 : block * patch_length(w);
  return padded(block * w->out_channels) + gemm_scratch(group_out(w), block) + padded(patches);
}

/* Whole images where windows overlap. */
INLINE int gradient_slices(const struct window *w) {
  const int slices = filter_floats(w) > 16384 ? NORM_SLICES / 2 : NORM_SLICES;
  return minimum(is_pointwise(w) ? slices_of(out_pixels(w), 256) : slices_of(w->batch, 1), slices);
}

static void gradient_group(const struct conv_norm_job *j, struct span s, int group, const float *dz, float *panels,
                           float *dfilter) {
  const struct window *w = j->w;
  const int patch = patch_length(w), out = group_out(w), pointwise = is_pointwise(w), rows = s.end - s.first;
  float *patches = panels + gemm_scratch(out, gradient_block(w));
  const float *x = j->x + group * group_in(w);
  if (!pointwise) gather(w, x, s, patches);
  const struct gemm filter = {patch, out, rows, pointwise ? x + s.first * w->in_channels : patches, 1,
                              pointwise ? w->in_channels : patch, dz + group * out, w->out_channels, 1,
                              dfilter + group * out, w->out_channels, 1, 0};
  gemm(&filter, panels);
  if (!j->dx) return;
  float *dx = j->dx + group * group_in(w);
  const struct gemm input = {rows, patch, out, dz + group * out, w->out_channels, 1, 0, 0, 0,
                             pointwise ? dx + s.first * w->in_channels : patches, pointwise ? w->in_channels : patch,
                             0, 0};
  gemm_packed(&input, j->transposed + group * gemm_scratch(patch, out));
  if (!pointwise) scatter(w, dx, s, patches);
}

static void conv_norm_gradient_slice(const void *context, int turn, int thread) {
  const struct conv_norm_job *j = context;
  const int slice = backwards(j->slices, turn);
  const struct window *w = j->w;
  const int block = gradient_block(w), image = w->out_height * w->out_width, pointwise = is_pointwise(w);
  const struct span s = slice_span(out_pixels(w), j->slices, slice, pointwise ? 8 : image);
  float *dz = j->rooms + thread * j->room_floats, *panels = dz + padded(block * w->out_channels);
  float *dfilter = j->parts + slice * filter_floats(w);
  clear(dfilter, filter_floats(w));
  if (!pointwise && j->dx) clear(j->dx + s.first / image * in_floats(w), (s.end - s.first) / image * in_floats(w));
  for (int first = s.first; first < s.end; first += block) {
    const struct span part = {first, minimum(first + block, s.end)};
    write_norm_gradient(&j->norm, first, part.end - first, dz);
    for (int group = 0; group < w->groups; group++) gradient_group(j, part, group, dz, panels, dfilter);
  }
}

SCRATCH(conv2d_norm_gradient) {
  const struct conv_norm_arguments *a = arguments;
  const struct window *w = &a->w;
  return norm_gradient_floats(team, &a->norm) + w->groups * gemm_scratch(patch_length(w), group_out(w)) +
         team->threads * room_of(w) + gradient_slices(w) * filter_floats(w);
}

KERNEL(conv2d_norm_gradient) {
  const struct conv_norm_arguments *a = arguments;
  const struct window *w = &a->w;
  float *scratch = FLOATS(a->scratch), *transposed = scratch + norm_gradient_floats(team, &a->norm);
  float *rooms = transposed + w->groups * gemm_scratch(patch_length(w), group_out(w));
  const struct conv_norm_job j = {w, sum_norm_gradient(team, heap, &a->norm, scratch), FLOATS(a->x),
                                  FLOATS_OR_NULL(a->dx), rooms + team->threads * room_of(w), gradient_slices(w),
                                  transposed, rooms, room_of(w)};
  if (j.dx) pack_transposed(w, FLOATS(a->filter), transposed);
  run_slices(team, j.slices, conv_norm_gradient_slice, &j);
  join_parts(team, j.parts, j.slices, filter_floats(w), FLOATS(a->dfilter));
  return 0;
}
