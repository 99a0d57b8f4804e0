/*
 * Depthwise convolution of four channels by a list of taps, two output positions at a time, their sums in registers. The
 * image lies in scratch memory in strips of rows, four channels a word.
 */
#ifndef TFR_DEPTHWISE_WALK_H
#define TFR_DEPTHWISE_WALK_H

#include "depthwise/tfr_depthwise_sizes.h"

/* A walker's job: lines of pairs of positions. */
struct tfr_depthwise_walk {
  const int8_t *pixels; /* of the first pair */
  int8_t *output;
  int32_t pixel_step; /* bytes from pair to pair */
  int32_t output_step;
  int32_t output_second; /* bytes from the first output of a pair to the second */
  int8_t *output_end;    /* of a line */
  const uint32_t *list;  /* four biases, then four words a tap: even weights, step, odd weights, second */
  int32_t taps;          /* of the list, at least 1 */
  const void *rules; /* four struct tfr_rescale; at a shift shared by all, the offset and four multipliers */
  int32_t line_pixels; /* bytes from the end of a line to the begin of the next */
  int32_t line_output;
  int32_t line_bytes; /* of the output, from line to line */
  int32_t lines;
};

typedef void tfr_depthwise_walker(struct tfr_depthwise_walk *walk);

/* How a call is walked. */
struct tfr_depthwise_way {
  tfr_depthwise_walker *walker;
  int32_t shift; /* the walker's, of all channels, less TFR_RESCALE_HIGH; 0 where each has its own */
};

#if TFR_CORE != TFR_CORE_PORTABLE && defined(__GNUC__) && defined(__thumb2__) && defined(__ARM_FEATURE_DSP)
#define TFR_HAS_WALKERS 1
#include "depthwise/tfr_depthwise_walk_arm.h"
#include "depthwise/tfr_depthwise_lists.h"
#else
#define TFR_HAS_WALKERS 0
#define tfr_depthwise_way_of(params) ((struct tfr_depthwise_way){NULL, 0})
#define TFR_DEPTHWISE_WAY(name, shift) ((struct tfr_depthwise_way){NULL, 0})
#define tfr_depthwise_walk_kept(params, kept, way, input, output, scratch) ((void)(way), (void)(kept))
#define TFR_DEPTHWISE_WALKER_OF(name, length, second, shift)
#endif

#endif
