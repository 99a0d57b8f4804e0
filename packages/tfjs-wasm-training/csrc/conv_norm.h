/*
 * A convolution and the batch normalisation after it, as one: the statistics are taken while the convolution's output z
 * is in the cache, and the gradient of z goes from the normalisation into both gradients of the convolution without
 * reaching the memory.
 */
#ifndef CONV_NORM_H
#define CONV_NORM_H

#include "batch_norm.h"
#include "window.h"

/* Forward: x, filter -> z; z, gamma, beta -> mean, variance, y. Gradient: dy -> dx, dfilter, dgamma, dbeta. */
struct conv_norm_arguments {
  struct window w;
  struct batch_norm_arguments norm; /* its x is z; its dx and scratch are not used */
  address x, filter, dx, dfilter;   /* dx: null if nobody needs it */
  address scratch;
};

#define NORM_SLICES 16

#endif
