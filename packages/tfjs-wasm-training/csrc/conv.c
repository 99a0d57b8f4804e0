/*
 * Convolution as matrix multiplication. A block of output pixels has its windows laid out as rows of a patch matrix
 * small enough for the second-level cache (im2col, a block at a time); 1x1 at stride 1 needs no patches at all.
 * Filter [kernel_height, kernel_width, in_channels / groups, out_channels]; a group is a product of its own.
 */
#include "batch_norm.h"
#include "gemm.h"
#include "reduce.h"
#include "window.h"

#define PATCH_FLOATS 24576 /* 96 KiB */
#define MAX_BLOCK 256

INLINE int group_in(const struct window *w) { return w->in_channels / w->groups; }
INLINE int group_out(const struct window *w) { return w->out_channels / w->groups; }
INLINE int patch_length(const struct window *w) { return w->kernel_height * w->kernel_width * group_in(w); }
INLINE int is_pointwise(const struct window *w) {
  return w->kernel_height == 1 && w->kernel_width == 1 && w->stride_height == 1 && w->stride_width == 1;
}

/* Output pixels in a block: a multiple of 8. */
static int block_pixels(const struct window *w) {
  return maximum(8, minimum(MAX_BLOCK, PATCH_FLOATS / patch_length(w) & ~7));
}

static int patch_floats(const struct window *w) {
  return padded(is_pointwise(w) ? 0 : block_pixels(w) * patch_length(w));
}

/* The taps of a window starting at `start` that lie inside [0, extent). */
INLINE struct span inside(int start, int taps, int extent) {
  const struct span s = {start < 0 ? -start : 0, extent - start < taps ? extent - start : taps};
  return s;
}

/* Where the window of an output pixel lies. */
struct place {
  struct span rows, columns;
  int offset; /* of the first tap, inside or not, from the image's start; floats */
  int image;
};

INLINE struct place place_of(const struct window *w, int pixel) {
  const int column = pixel % w->out_width, rest = pixel / w->out_width, image = rest / w->out_height;
  const int top = rest % w->out_height * w->stride_height - w->pad_top, left = column * w->stride_width - w->pad_left;
  const struct place p = {inside(top, w->kernel_height, w->in_height), inside(left, w->kernel_width, w->in_width),
                          (top * w->in_width + left) * w->in_channels, image};
  return p;
}

INLINE int is_whole(const struct window *w, struct place p) {
  return p.rows.end - p.rows.first == w->kernel_height && p.columns.end - p.columns.first == w->kernel_width;
}

INLINE void copy_run(float *target, const float *source, int count) {
  int i = 0;
  for (; i + LANES <= count; i += LANES) store(target + i, load(source + i));
  for (; i < count; i++) target[i] = source[i];
}

INLINE void add_run(float *target, const float *source, int count) {
  int i = 0;
  for (; i + LANES <= count; i += LANES) store(target + i, load(target + i) + load(source + i));
  for (; i < count; i++) target[i] += source[i];
}

/*
 * Moves between the window of one output pixel and its patch, a run of contiguous floats at a time: a row of the
 * window, or one tap's channels of a group.
 */
INLINE void move_window(const struct window *w, float *x, struct place p, float *patch, int adding) {
  const int channels = group_in(w), columns = p.columns.end - p.columns.first;
  const int runs = w->groups == 1 ? 1 : columns, run = w->groups == 1 ? columns * channels : channels;
  for (int r = p.rows.first; r < p.rows.end; r++)
    for (int i = 0; i < runs; i++) {
      const int tap = p.columns.first + i;
      float *image = x + p.offset + (r * w->in_width + tap) * w->in_channels;
      float *at = patch + (r * w->kernel_width + tap) * channels;
      if (adding) {
        add_run(image, at, run);
      } else {
        copy_run(at, image, run);
      }
    }
}

/* Copies the windows of pixels [s.first, s.end) into patches, zeros where they leave the image. */
static void gather(const struct window *w, const float *x, struct span s, float *patches) {
  const int length = patch_length(w);
  for (int pixel = s.first; pixel < s.end; pixel++, patches += length) {
    const struct place p = place_of(w, pixel);
    if (!is_whole(w, p)) clear(patches, length);
    move_window(w, (float *)(uintptr_t)x + p.image * in_floats(w), p, patches, 0);
  }
}

/* Adds patches to the windows of pixels [s.first, s.end). */
static void scatter(const struct window *w, float *x, struct span s, const float *patches) {
  for (int pixel = s.first; pixel < s.end; pixel++, patches += patch_length(w)) {
    const struct place p = place_of(w, pixel);
    move_window(w, x + p.image * in_floats(w), p, (float *)(uintptr_t)patches, 1);
  }
}

struct conv_job {
  const struct window *w;
  const float *first, *second;
  float *result;
  int slices;
  float *panels, *patches; /* panels: the packed filters of all groups, or room to pack in for each thread */
  int panel_floats;        /* of one group or thread */
  const struct moments_job *moments; /* of the output; or null */
};

static void forward_block(const struct conv_job *j, struct span s, int group, float *patches) {
  const struct window *w = j->w;
  const int patch = patch_length(w), out = group_out(w);
  const float *x = j->first + group * group_in(w);
  struct gemm g = {s.end - s.first, out, patch, x + s.first * w->in_channels, w->in_channels, 1, 0, 0, 0,
                   j->result + s.first * w->out_channels + group * out, w->out_channels, 0, 0};
  if (!is_pointwise(w)) {
    gather(w, x, s, patches);
    g.a = patches;
    g.a_row = patch;
  }
  gemm_packed(&g, j->panels + group * j->panel_floats);
}

static void forward_slice(const void *context, int slice, int thread) {
  const struct conv_job *j = context;
  const int block = is_pointwise(j->w) ? MAX_BLOCK : block_pixels(j->w);
  const struct span s = slice_span(out_pixels(j->w), j->slices, slice, 8);
  if (j->moments) clear_moments(j->moments, slice);
  for (int first = s.first; first < s.end; first += block) {
    const struct span part = {first, minimum(first + block, s.end)};
    for (int group = 0; group < j->w->groups; group++)
      forward_block(j, part, group, j->patches + thread * patch_floats(j->w));
    if (j->moments)
      collect_moments(j->moments, slice, thread, j->result + first * j->w->out_channels, part.end - first);
  }
}

static int convolve_floats(const struct team *team, const struct window *w) {
  return w->groups * gemm_scratch(group_out(w), patch_length(w)) + team->threads * patch_floats(w);
}

/* Packs the filters and runs the slices of a job in which panels has the scratch. */
static void convolve(struct team *team, struct conv_job j) {
  const struct window *w = j.w;
  const int patch = patch_length(w), out = group_out(w);
  j.panel_floats = gemm_scratch(out, patch);
  j.patches = j.panels + w->groups * j.panel_floats;
  for (int group = 0; group < w->groups; group++) {
    const struct gemm g = {0, out, patch, 0, 0, 0, j.second + group * out, w->out_channels, 1, 0, 0, 0, 0};
    gemm_pack(&g, j.panels + group * j.panel_floats);
  }
  run_slices(team, j.slices, forward_slice, &j);
}

SCRATCH(conv2d) { return convolve_floats(team, &((const struct window_arguments *)arguments)->w); }

KERNEL(conv2d) {
  const struct window_arguments *a = arguments;
  const struct conv_job j = {&a->w, FLOATS(a->first), FLOATS(a->second), FLOATS(a->result),
                             slices_of(out_pixels(&a->w), 256), FLOATS(a->scratch), 0, 0, 0};
  convolve(team, j);
  return 0;
}

/* Gradients of patches, which are added to their windows; or, for 1x1, gradients of pixels. */
static void input_block(const struct conv_job *j, struct span s, int group, float *patches) {
  const struct window *w = j->w;
  const int patch = patch_length(w), out = group_out(w), pointwise = is_pointwise(w);
  float *dx = j->result + group * group_in(w);
  const struct gemm g = {s.end - s.first, patch, out, j->first + s.first * w->out_channels + group * out,
                         w->out_channels, 1, 0, 0, 0, pointwise ? dx + s.first * w->in_channels : patches,
                         pointwise ? w->in_channels : patch, 0, 0};
  gemm_packed(&g, j->panels + group * j->panel_floats);
  if (!pointwise) scatter(w, dx, s, patches);
}

/* Whole images where windows overlap. */
static void input_slice(const void *context, int slice, int thread) {
  const struct conv_job *j = context;
  const struct window *w = j->w;
  const int pointwise = is_pointwise(w), block = pointwise ? MAX_BLOCK : block_pixels(w);
  const struct span s = slice_span(out_pixels(w), j->slices, slice, pointwise ? 8 : w->out_height * w->out_width);
  const int image = w->out_height * w->out_width;
  if (!pointwise) clear(j->result + s.first / image * in_floats(w), (s.end - s.first) / image * in_floats(w));
  for (int first = s.first; first < s.end; first += block)
    for (int group = 0; group < w->groups; group++) {
      const struct span part = {first, minimum(first + block, s.end)};
      input_block(j, part, group, j->patches + thread * patch_floats(w));
    }
}

/* The transposed filter of every group. */
static void pack_transposed(const struct window *w, const float *filter, float *panels) {
  const int patch = patch_length(w), out = group_out(w);
  for (int group = 0; group < w->groups; group++) {
    const struct gemm g = {0, patch, out, 0, 0, 0, filter + group * out, 1, w->out_channels, 0, 0, 0, 0};
    gemm_pack(&g, panels + group * gemm_scratch(patch, out));
  }
}

SCRATCH(conv2d_input_gradient) {
  const struct window *w = &((const struct window_arguments *)arguments)->w;
  return w->groups * gemm_scratch(patch_length(w), group_out(w)) + team->threads * patch_floats(w);
}

KERNEL(conv2d_input_gradient) {
  const struct window_arguments *a = arguments;
  const struct window *w = &a->w;
  const int panel_floats = gemm_scratch(patch_length(w), group_out(w));
  float *panels = FLOATS(a->scratch);
  const struct conv_job j = {w, FLOATS(a->first), FLOATS(a->second), FLOATS(a->result),
                             is_pointwise(w) ? slices_of(out_pixels(w), 256) : slices_of(w->batch, 1),
                             panels, panels + w->groups * panel_floats, panel_floats, 0};
  pack_transposed(w, j.second, panels);
  run_slices(team, j.slices, input_slice, &j);
  return 0;
}

INLINE int filter_floats(const struct window *w) { return patch_length(w) * w->out_channels; }

static void filter_block(const struct conv_job *j, struct span s, int group, float *dfilter, int thread) {
  const struct window *w = j->w;
  const int patch = patch_length(w), out = group_out(w), pointwise = is_pointwise(w);
  const float *x = j->first + group * group_in(w);
  float *patches = j->patches + thread * patch_floats(w);
  if (!pointwise) gather(w, x, s, patches);
  const struct gemm g = {patch, out, s.end - s.first, pointwise ? x + s.first * w->in_channels : patches, 1,
                         pointwise ? w->in_channels : patch, j->second + s.first * w->out_channels + group * out,
                         w->out_channels, 1, dfilter + group * out, w->out_channels, 1, 0};
  gemm(&g, j->panels + thread * j->panel_floats);
}

/* Sums over the pixels of a slice, into a part of its own. */
static void filter_slice(const void *context, int slice, int thread) {
  const struct conv_job *j = context;
  const struct window *w = j->w;
  const int block = is_pointwise(w) ? MAX_BLOCK : block_pixels(w);
  const struct span s = slice_span(out_pixels(w), j->slices, slice, 8);
  float *dfilter = j->result + slice * filter_floats(w);
  clear(dfilter, filter_floats(w));
  for (int first = s.first; first < s.end; first += block)
    for (int group = 0; group < w->groups; group++) {
      const struct span part = {first, minimum(first + block, s.end)};
      filter_block(j, part, group, dfilter, thread);
    }
}

INLINE int filter_slices(const struct window *w) { return reduction_slices(out_pixels(w), 256, filter_floats(w)); }

SCRATCH(conv2d_filter_gradient) {
  const struct window *w = &((const struct window_arguments *)arguments)->w;
  const int each = gemm_scratch(group_out(w), MAX_BLOCK) + patch_floats(w);
  return filter_slices(w) * filter_floats(w) + team->threads * each;
}

KERNEL(conv2d_filter_gradient) {
  const struct window_arguments *a = arguments;
  const struct window *w = &a->w;
  const int panel_floats = gemm_scratch(group_out(w), MAX_BLOCK), slices = filter_slices(w);
  float *parts = FLOATS(a->scratch), *panels = parts + slices * filter_floats(w);
  const struct conv_job j = {w, FLOATS(a->first), FLOATS(a->second), parts, slices,
                             panels, panels + team->threads * panel_floats, panel_floats, 0};
  run_slices(team, slices, filter_slice, &j);
  join_parts(team, parts, slices, filter_floats(w), FLOATS(a->result));
  return 0;
}
