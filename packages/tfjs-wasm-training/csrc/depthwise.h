/*
 * Inner loops of the depthwise convolution, over frames: images with a border of zeros so wide that no window leaves
 * it. Channels go by vectors; `lanes` is how many of a vector exist.
 */
#ifndef DEPTHWISE_H
#define DEPTHWISE_H

#include "vector.h"

/* What the loops need of a layer; `height` and `width` of the output; the rows of the frame and of y or dy in floats. */
struct plane {
  int height, width;
  int kernel_height, kernel_width, channels, stride_height, stride_width, frame_row, row;
};

/* y[r, column] = sum of the window at (r, column) times the filter. */
static void correlate(struct plane p, const float *frame, const float *filter, float *y);
/* Adds dy * filter to the windows in the frame. */
static void spread(struct plane p, const float *dy, const float *filter, float *frame);
/* Adds the gradient of the filter. */
static void collect_filter(struct plane p, const float *frame, const float *dy, float *dfilter);

#endif
