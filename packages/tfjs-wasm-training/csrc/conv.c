/*
 * Convolution as matrix multiplication. A block of output pixels has its windows laid out as rows of a patch matrix
 * small enough for the second-level cache (im2col, a block at a time); 1x1 at stride 1 needs no patches at all.
 */
#include "gemm.h"
#include "vector.h"

#define PATCH_FLOATS 24576 /* 96 KiB */
#define MAX_BLOCK 256

INLINE int patch_length(const struct window *w) { return w->kernel_height * w->kernel_width * w->in_channels; }
INLINE int out_pixels(const struct window *w) { return w->batch * w->out_height * w->out_width; }
INLINE int is_pointwise(const struct window *w) {
  return w->kernel_height == 1 && w->kernel_width == 1 && w->stride == 1;
}

/* Output pixels in a block: a multiple of 4. */
static int block_pixels(const struct window *w) {
  const int fitting = PATCH_FLOATS / patch_length(w) & ~3;
  return fitting < 4 ? 4 : fitting > MAX_BLOCK ? MAX_BLOCK : fitting;
}

EXPORT int conv2d_scratch(const struct window *w) {
  const int patch = patch_length(w), block = block_pixels(w);
  const int filter = gemm_scratch(w->out_channels, patch), transposed = gemm_scratch(patch, w->out_channels);
  const int gradient = gemm_scratch(w->out_channels, MAX_BLOCK);
  const int panels = filter > transposed ? filter : transposed;
  return (panels > gradient ? panels : gradient) + block * patch;
}

struct span {
  int first, end;
};

/* The taps of a window starting at `start` that lie inside [0, extent). */
INLINE struct span inside(int start, int taps, int extent) {
  const struct span s = {start < 0 ? -start : 0, extent - start < taps ? extent - start : taps};
  return s;
}

/* Copies the window of one output pixel into `patch`, zeros where it leaves the image. */
static void gather(const struct window *w, const float *x, int pixel, float *patch) {
  const int column = pixel % w->out_width, rest = pixel / w->out_width;
  const int top = rest % w->out_height * w->stride - w->pad_top, left = column * w->stride - w->pad_left;
  const struct span rows = inside(top, w->kernel_height, w->in_height);
  const struct span columns = inside(left, w->kernel_width, w->in_width);
  const int run = (columns.end - columns.first) * w->in_channels, row = w->kernel_width * w->in_channels;
  if (rows.first > 0 || rows.end < w->kernel_height || run < row)
    __builtin_memset(patch, 0, (unsigned)patch_length(w) * sizeof(float));
  const float *image = x + rest / w->out_height * w->in_height * w->in_width * w->in_channels;
  for (int r = rows.first; r < rows.end; r++) {
    const float *source = image + ((top + r) * w->in_width + left + columns.first) * w->in_channels;
    float *target = patch + r * row + columns.first * w->in_channels;
    int i = 0;
    for (; i + LANES <= run; i += LANES) wasm_v128_store(target + i, wasm_v128_load(source + i));
    for (; i < run; i++) target[i] = source[i];
  }
}

/* Adds a patch of gradients back to the window of one output pixel. */
static void scatter(const struct window *w, const float *patch, int pixel, float *dx) {
  const int column = pixel % w->out_width, rest = pixel / w->out_width;
  const int top = rest % w->out_height * w->stride - w->pad_top, left = column * w->stride - w->pad_left;
  const struct span rows = inside(top, w->kernel_height, w->in_height);
  const struct span columns = inside(left, w->kernel_width, w->in_width);
  const int run = (columns.end - columns.first) * w->in_channels, row = w->kernel_width * w->in_channels;
  float *image = dx + rest / w->out_height * w->in_height * w->in_width * w->in_channels;
  for (int r = rows.first; r < rows.end; r++) {
    float *target = image + ((top + r) * w->in_width + left + columns.first) * w->in_channels;
    const float *source = patch + r * row + columns.first * w->in_channels;
    int i = 0;
    for (; i + LANES <= run; i += LANES)
      wasm_v128_store(target + i, add(wasm_v128_load(target + i), wasm_v128_load(source + i)));
    for (; i < run; i++) target[i] += source[i];
  }
}

EXPORT void conv2d(const struct window *w, const float *x, const float *filter, float *y, float *scratch) {
  const int pixels = out_pixels(w), patch = patch_length(w), out = w->out_channels;
  struct gemm g = {pixels, out, patch, x, patch, 1, filter, out, 1, y, out, 0};
  if (is_pointwise(w)) {
    gemm(&g, scratch);
    return;
  }
  float *patches = scratch + gemm_scratch(out, patch);
  gemm_pack(&g, scratch);
  g.a = patches;
  const int block = block_pixels(w);
  for (int first = 0; first < pixels; first += block, g.c += block * out) {
    g.m = pixels - first < block ? pixels - first : block;
    for (int i = 0; i < g.m; i++) gather(w, x, first + i, patches + i * patch);
    gemm_packed(&g, scratch);
  }
}

EXPORT void conv2d_input_gradient(const struct window *w, const float *dy, const float *filter, float *dx,
                                  float *scratch) {
  const int pixels = out_pixels(w), patch = patch_length(w), out = w->out_channels;
  struct gemm g = {pixels, patch, out, dy, out, 1, filter, 1, out, dx, patch, 0};
  if (is_pointwise(w)) {
    gemm(&g, scratch);
    return;
  }
  float *patches = scratch + gemm_scratch(patch, out);
  __builtin_memset(dx, 0, (unsigned)(w->batch * w->in_height * w->in_width * w->in_channels) * sizeof(float));
  gemm_pack(&g, scratch);
  g.c = patches;
  const int block = block_pixels(w);
  for (int first = 0; first < pixels; first += block, g.a += block * out) {
    g.m = pixels - first < block ? pixels - first : block;
    gemm_packed(&g, scratch);
    for (int i = 0; i < g.m; i++) scatter(w, patches + i * patch, first + i, dx);
  }
}

EXPORT void conv2d_filter_gradient(const struct window *w, const float *x, const float *dy, float *dfilter,
                                   float *scratch) {
  const int pixels = out_pixels(w), patch = patch_length(w), out = w->out_channels;
  const int pointwise = is_pointwise(w), block = pointwise ? MAX_BLOCK : block_pixels(w);
  float *patches = scratch + gemm_scratch(out, MAX_BLOCK);
  __builtin_memset(dfilter, 0, (unsigned)(patch * out) * sizeof(float));
  for (int first = 0; first < pixels; first += block) {
    const int rows = pixels - first < block ? pixels - first : block;
    if (!pointwise)
      for (int i = 0; i < rows; i++) gather(w, x, first + i, patches + i * patch);
    const float *a = pointwise ? x + first * patch : patches;
    const struct gemm g = {patch, out, rows, a, 1, patch, dy + first * out, out, 1, dfilter, out, 1};
    gemm(&g, scratch);
  }
}
