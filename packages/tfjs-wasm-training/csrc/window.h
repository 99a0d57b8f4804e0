/* Geometry of a window: convolutions and pooling. The caller writes it as fourteen int32. */
#ifndef WINDOW_H
#define WINDOW_H

#include "training.h"

/* Extents in pixels or channels. */
struct window {
  int32_t batch, in_height, in_width, in_channels;
  int32_t out_height, out_width, out_channels;
  int32_t kernel_height, kernel_width, stride_height, stride_width, pad_top, pad_left;
  int32_t groups; /* divides both channel counts; as many as input channels: depthwise */
};

/* Forward: x, filter -> y. Gradients: dy, filter -> dx and x, dy -> dfilter. */
struct window_arguments {
  struct window w;
  address first, second, result, scratch;
};

INLINE int out_pixels(const struct window *w) { return w->batch * w->out_height * w->out_width; }
INLINE int in_floats(const struct window *w) { return w->in_height * w->in_width * w->in_channels; }
INLINE int out_floats(const struct window *w) { return w->out_height * w->out_width * w->out_channels; }

#endif
