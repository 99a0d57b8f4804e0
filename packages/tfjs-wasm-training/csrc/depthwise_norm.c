/* See conv_norm.h: the depthwise convolution, with one output for every channel. */
#include "conv_norm.h"
#include "depthwise.h"
#include "reduce.h"

INLINE int depthwise_norm_slices(const struct window *w) { return minimum(slices_of(w->batch, 1), NORM_SLICES); }

SCRATCH(depthwise_norm) {
  const struct window *w = &((const struct conv_norm_arguments *)arguments)->w;
  return moments_floats(team, depthwise_norm_slices(w), w->out_channels) +
         team->threads * frame_floats(w, input_frame(w));
}

KERNEL(depthwise_norm) {
  const struct conv_norm_arguments *a = arguments;
  const int slices = depthwise_norm_slices(&a->w);
  float *scratch = FLOATS(a->scratch);
  const struct moments_job moments = moments_of(slices, a->w.out_channels, scratch);
  const struct depthwise_job j = {&a->w, FLOATS(a->x), FLOATS(a->filter), FLOATS(a->norm.x), input_frame(&a->w), slices,
                                  scratch + moments_floats(team, slices, a->w.out_channels), &moments};
  run_slices(team, slices, depthwise_slice, &j);
  join_moments(&moments, FLOATS(a->norm.mean), FLOATS(a->norm.variance));
  apply_norm(team, heap, &a->norm, scratch);
  return 0;
}

struct depthwise_norm_job {
  const struct window *w;
  struct norm_gradient norm;
  const float *x, *filter; /* filter: flipped where the input gradient is a correlation */
  float *dx, *parts;       /* parts: of dfilter, one a slice */
  int slices, back;        /* back: whether it is one */
  struct frame frame, dz;  /* around the input; and what dz is written to: a frame, or just the output's shape */
  float *rooms;            /* of each thread: dz, the frame of the input, a frame to spread into */
  int room_floats;
};

INLINE struct frame dz_frame(const struct window *w) {
  const struct frame plain = {w->out_height, w->out_width, 0, 0};
  return correlates_back(w) ? gradient_frame(w) : plain;
}

INLINE int depthwise_room(const struct window *w) {
  const int frame = frame_floats(w, input_frame(w));
  return frame_floats(w, dz_frame(w)) + frame + (correlates_back(w) ? 0 : frame);
}

/* The gradient of an image's z, in its frame; returns where it starts. */
static float *write_dz(const struct depthwise_norm_job *j, int image, float *room) {
  const struct window *w = j->w;
  float *dz = room + (j->dz.top * j->dz.width + j->dz.left) * w->out_channels;
  if (j->dz.width == w->out_width) {
    write_norm_gradient(&j->norm, image * w->out_height * w->out_width, w->out_height * w->out_width, dz);
    return dz;
  }
  for (int r = 0; r < w->out_height; r++)
    write_norm_gradient(&j->norm, (image * w->out_height + r) * w->out_width, w->out_width,
                        dz + r * j->dz.width * w->out_channels);
  return dz;
}

static void write_input_gradient(const struct depthwise_norm_job *j, int image, const float *dz, float *frame) {
  const struct window *w = j->w;
  float *dx = j->dx + image * in_floats(w);
  if (j->back) {
    correlate(plane_back(w, j->dz), dz, j->filter, dx);
    return;
  }
  clear(frame, frame_floats(w, j->frame));
  spread(plane_over(w, j->frame), dz, j->filter, frame);
  take_image(w, j->frame, frame, dx);
}

static void depthwise_norm_gradient_slice(const void *context, int turn, int thread) {
  const struct depthwise_norm_job *j = context;
  const int slice = backwards(j->slices, turn);
  const struct window *w = j->w;
  const struct span images = slice_span(w->batch, j->slices, slice, 1);
  float *room = j->rooms + thread * j->room_floats, *frame = room + frame_floats(w, j->dz);
  float *dfilter = j->parts + slice * taps_floats(w);
  struct plane p = plane_over(w, j->frame);
  p.row = j->dz.width * w->out_channels;
  clear(dfilter, taps_floats(w));
  clear(room, frame_floats(w, j->dz) + frame_floats(w, j->frame));
  for (int n = images.first; n < images.end; n++) {
    const float *dz = write_dz(j, n, room);
    fill_frame(j->frame, j->x + n * in_floats(w), w->in_height, w->in_width, w->in_channels, 1, frame);
    collect_filter(p, frame, dz, dfilter);
    if (j->dx) write_input_gradient(j, n, j->back ? room : dz, frame + frame_floats(w, j->frame));
  }
}

SCRATCH(depthwise_norm_gradient) {
  const struct conv_norm_arguments *a = arguments;
  const struct window *w = &a->w;
  return norm_gradient_floats(team, &a->norm) + padded(taps_floats(w)) + team->threads * depthwise_room(w) +
         depthwise_norm_slices(w) * taps_floats(w);
}

KERNEL(depthwise_norm_gradient) {
  const struct conv_norm_arguments *a = arguments;
  const struct window *w = &a->w;
  const int back = correlates_back(w);
  float *scratch = FLOATS(a->scratch), *flipped = scratch + norm_gradient_floats(team, &a->norm);
  float *rooms = flipped + padded(taps_floats(w));
  const struct depthwise_norm_job j = {w, sum_norm_gradient(team, heap, &a->norm, scratch), FLOATS(a->x),
                                       back ? flipped : FLOATS(a->filter), FLOATS_OR_NULL(a->dx),
                                       rooms + team->threads * depthwise_room(w), depthwise_norm_slices(w), back,
                                       input_frame(w), dz_frame(w), rooms, depthwise_room(w)};
  if (back) flip_filter(w, FLOATS(a->filter), flipped);
  run_slices(team, j.slices, depthwise_norm_gradient_slice, &j);
  join_parts(team, j.parts, j.slices, taps_floats(w), FLOATS(a->dfilter));
  return 0;
}
