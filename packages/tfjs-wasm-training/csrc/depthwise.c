/*
 * Depthwise convolution, an image at a time: it is copied into a frame of zeros, so that the loops know no edges.
 * Filter [kernel_height, kernel_width, out_channels]; where a channel has several outputs (the multiplier), the frame
 * repeats it.
 */
#include "batch_norm.h"
#include "depthwise.h"
#include "reduce.h"
#include "window.h"

/* Height and width of a frame, and where the image lies in it. */
struct frame {
  int height, width, top, left;
};

/* Around the input: every window of every output pixel lies inside. */
static struct frame input_frame(const struct window *w) {
  const struct frame f = {
      maximum((w->out_height - 1) * w->stride_height + w->kernel_height, w->pad_top + w->in_height),
      maximum((w->out_width - 1) * w->stride_width + w->kernel_width, w->pad_left + w->in_width),
      w->pad_top,
      w->pad_left,
  };
  return f;
}

/* Around the output's gradient for stride 1 and SAME padding, where the input gradient is a correlation of it. */
static struct frame gradient_frame(const struct window *w) {
  const struct frame f = {
      w->in_height + w->kernel_height - 1,
      w->in_width + w->kernel_width - 1,
      w->kernel_height - 1 - w->pad_top,
      w->kernel_width - 1 - w->pad_left,
  };
  return f;
}

INLINE int frame_floats(const struct window *w, struct frame f) { return padded(f.height * f.width * w->out_channels); }
INLINE int taps_floats(const struct window *w) { return w->kernel_height * w->kernel_width * w->out_channels; }
INLINE int multiplier(const struct window *w) { return w->out_channels / w->in_channels; }

INLINE struct plane plane_over(const struct window *w, struct frame f) {
  const struct plane p = {w->out_height,    w->out_width,     w->kernel_height, w->kernel_width,         w->out_channels,
                          w->stride_height, w->stride_width,  f.width * w->out_channels,
                          w->out_width * w->out_channels};
  return p;
}

/* Of a correlation back onto the input. */
INLINE struct plane plane_back(const struct window *w, struct frame f) {
  const int c = w->in_channels;
  const struct plane p = {w->in_height, w->in_width, w->kernel_height, w->kernel_width, c, 1, 1, f.width * c,
                          w->in_width * c};
  return p;
}

static void flip_filter(const struct window *w, const float *filter, float *flipped) {
  const int c = w->in_channels, taps = w->kernel_height * w->kernel_width;
  for (int i = 0; i < taps; i++) copy_floats(flipped + i * c, filter + (taps - 1 - i) * c, c);
}

/* Copies an image into its frame; the border must be zero already. `times`: outputs of each channel. */
static void fill_frame(struct frame f, const float *image, int height, int width, int channels, int times,
                       float *frame) {
  for (int r = 0; r < height; r++, image += width * channels) {
    float *at = frame + ((r + f.top) * f.width + f.left) * channels * times;
    if (times == 1) {
      copy_floats(at, image, width * channels);
    } else {
      for (int i = 0; i < width * channels; i++)
        for (int j = 0; j < times; j++) at[i * times + j] = image[i];
    }
  }
}

struct depthwise_job {
  const struct window *w;
  const float *first, *second;
  float *result;
  struct frame frame;
  int slices;
  float *frames;                     /* one a thread */
  const struct moments_job *moments; /* of the output; or null */
};

/* The thread's frame with an empty border. */
static float *clear_frame(const struct depthwise_job *j, int thread) {
  const int floats = frame_floats(j->w, j->frame);
  float *frame = j->frames + thread * floats;
  clear(frame, floats);
  return frame;
}

static void depthwise_slice(const void *context, int slice, int thread) {
  const struct depthwise_job *j = context;
  const struct window *w = j->w;
  const struct span images = slice_span(w->batch, j->slices, slice, 1);
  float *frame = clear_frame(j, thread);
  if (j->moments) clear_moments(j->moments, slice);
  for (int n = images.first; n < images.end; n++) {
    float *y = j->result + n * out_floats(w);
    fill_frame(j->frame, j->first + n * in_floats(w), w->in_height, w->in_width, w->in_channels, multiplier(w), frame);
    correlate(plane_over(w, j->frame), frame, j->second, y);
    if (j->moments) collect_moments(j->moments, slice, thread, y, w->out_height * w->out_width);
  }
}

SCRATCH(depthwise) {
  const struct window *w = &((const struct window_arguments *)arguments)->w;
  return team->threads * frame_floats(w, input_frame(w));
}

KERNEL(depthwise) {
  const struct window_arguments *a = arguments;
  const struct depthwise_job j = {&a->w, FLOATS(a->first), FLOATS(a->second), FLOATS(a->result), input_frame(&a->w),
                                  slices_of(a->w.batch, 1), FLOATS(a->scratch), 0};
  run_slices(team, j.slices, depthwise_slice, &j);
  return 0;
}

/* Adds up the outputs of each channel. */
static void take_image(const struct window *w, struct frame f, const float *frame, float *dx) {
  const int times = multiplier(w), row = w->in_width * w->in_channels;
  for (int r = 0; r < w->in_height; r++, dx += row) {
    const float *at = frame + ((r + f.top) * f.width + f.left) * w->out_channels;
    if (times == 1) {
      copy_floats(dx, at, row);
      continue;
    }
    for (int i = 0; i < row; i++) {
      float sum = 0.0f;
      for (int k = 0; k < times; k++) sum += at[i * times + k];
      dx[i] = sum;
    }
  }
}

static void spread_slice(const void *context, int slice, int thread) {
  const struct depthwise_job *j = context;
  const struct window *w = j->w;
  const struct span images = slice_span(w->batch, j->slices, slice, 1);
  for (int n = images.first; n < images.end; n++) {
    float *frame = clear_frame(j, thread);
    spread(plane_over(w, j->frame), j->first + n * out_floats(w), j->second, frame);
    take_image(w, j->frame, frame, j->result + n * in_floats(w));
  }
}

/* `second` is the flipped filter. */
static void correlate_back_slice(const void *context, int slice, int thread) {
  const struct depthwise_job *j = context;
  const struct window *w = j->w;
  const struct plane p = plane_back(w, j->frame);
  const struct span images = slice_span(w->batch, j->slices, slice, 1);
  float *frame = clear_frame(j, thread);
  for (int n = images.first; n < images.end; n++) {
    fill_frame(j->frame, j->first + n * out_floats(w), w->out_height, w->out_width, w->out_channels, 1, frame);
    correlate(p, frame, j->second, j->result + n * in_floats(w));
  }
}

/* Whether the input gradient is a correlation of the output's with the flipped filter. */
INLINE int correlates_back(const struct window *w) {
  return w->stride_height == 1 && w->stride_width == 1 && w->out_channels == w->in_channels &&
         w->out_height == w->in_height && w->out_width == w->in_width;
}

INLINE struct frame back_frame(const struct window *w) {
  return correlates_back(w) ? gradient_frame(w) : input_frame(w);
}

SCRATCH(depthwise_input_gradient) {
  const struct window *w = &((const struct window_arguments *)arguments)->w;
  return team->threads * frame_floats(w, back_frame(w)) + taps_floats(w);
}

KERNEL(depthwise_input_gradient) {
  const struct window_arguments *a = arguments;
  const struct window *w = &a->w;
  struct depthwise_job j = {w, FLOATS(a->first), FLOATS(a->second), FLOATS(a->result), back_frame(w),
                            slices_of(w->batch, 1), FLOATS(a->scratch), 0};
  if (!correlates_back(w)) {
    run_slices(team, j.slices, spread_slice, &j);
    return 0;
  }
  float *flipped = j.frames + team->threads * frame_floats(w, j.frame);
  flip_filter(w, j.second, flipped);
  j.second = flipped;
  run_slices(team, j.slices, correlate_back_slice, &j);
  return 0;
}

/* Sums over the images of a slice, into a part of its own. */
static void collect_slice(const void *context, int slice, int thread) {
  const struct depthwise_job *j = context;
  const struct window *w = j->w;
  const struct span images = slice_span(w->batch, j->slices, slice, 1);
  float *frame = clear_frame(j, thread), *dfilter = j->result + slice * taps_floats(w);
  clear(dfilter, taps_floats(w));
  for (int n = images.first; n < images.end; n++) {
    fill_frame(j->frame, j->first + n * in_floats(w), w->in_height, w->in_width, w->in_channels, multiplier(w), frame);
    collect_filter(plane_over(w, j->frame), frame, j->second + n * out_floats(w), dfilter);
  }
}

INLINE int image_slices(const struct window *w) { return reduction_slices(w->batch, 1, taps_floats(w)); }

SCRATCH(depthwise_filter_gradient) {
  const struct window *w = &((const struct window_arguments *)arguments)->w;
  return image_slices(w) * taps_floats(w) + team->threads * frame_floats(w, input_frame(w));
}

KERNEL(depthwise_filter_gradient) {
  const struct window_arguments *a = arguments;
  const struct window *w = &a->w;
  float *parts = FLOATS(a->scratch);
  const struct depthwise_job j = {w, FLOATS(a->first), FLOATS(a->second), parts, input_frame(w), image_slices(w),
                                  parts + image_slices(w) * taps_floats(w), 0};
  run_slices(team, j.slices, collect_slice, &j);
  join_parts(team, parts, j.slices, taps_floats(w), FLOATS(a->result));
  return 0;
}
