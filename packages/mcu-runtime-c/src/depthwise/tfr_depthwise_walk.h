/*
 * Depthwise convolution of four channels by a list of taps, two output positions at a time, their sums in registers. The
 * image lies in scratch memory in strips of rows, four channels a word.
 */
#ifndef TFR_DEPTHWISE_WALK_H
#define TFR_DEPTHWISE_WALK_H

#include "depthwise/tfr_depthwise_stream.h"

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

/* Of the longest list. */
TFR_INLINE int32_t tfr_depthwise_list_words(const struct tfr_depthwise_params *params) {
  return 4 * (1 + params->kernel_height * params->kernel_width);
}

/* Image rows that `rows` rows of outputs read. */
TFR_INLINE int32_t tfr_depthwise_strip_height(const struct tfr_depthwise_params *params, int32_t rows) {
  return (rows - 1) * params->stride_height + params->kernel_height;
}

#define TFR_DEPTHWISE_STRIP_BYTES 8192 /* unless one row of outputs needs more */

/* Does a row of outputs read so few pixels that they are copied? */
TFR_INLINE int tfr_depthwise_strip_fits(const struct tfr_depthwise_params *params) {
  return tfr_depthwise_columns(params) <= TFR_DEPTHWISE_MAX_STRIP_BYTES / 4 / params->kernel_height;
}

/* Outputs below which a list is not worth its while. */
#define TFR_DEPTHWISE_WALK_OUTPUTS 12

/* Are dense weights walked? Axes are valid, and strips are not widened for this call. */
TFR_INLINE int tfr_depthwise_is_walked(const struct tfr_depthwise_params *params) {
  return tfr_depthwise_taps_sizes_valid(params) && tfr_depthwise_strip_fits(params) &&
         params->output_height * params->output_width >= TFR_DEPTHWISE_WALK_OUTPUTS;
}

/* Rows of outputs in a strip. */
TFR_INLINE int32_t tfr_depthwise_strip_rows(const struct tfr_depthwise_params *params) {
  const int32_t height = TFR_DEPTHWISE_STRIP_BYTES / 4 / tfr_depthwise_columns(params);
  const int32_t most = height < params->kernel_height ? 1 : (height - params->kernel_height) / params->stride_height + 1;
  return most < params->output_height ? most : params->output_height;
}

/* Scratch memory of a list and a strip. */
TFR_INLINE uint32_t tfr_depthwise_walk_bytes(const struct tfr_depthwise_params *params) {
  const int32_t rows = tfr_depthwise_strip_height(params, tfr_depthwise_strip_rows(params));
  return 4 * (uint32_t)(tfr_depthwise_list_words(params) + rows * tfr_depthwise_columns(params));
}

#if TFR_CORE != TFR_CORE_PORTABLE && defined(__GNUC__) && defined(__thumb2__) && defined(__ARM_FEATURE_DSP)
#include "depthwise/tfr_depthwise_lists.h"
#include "depthwise/tfr_depthwise_walk_arm.h"
#else
#define tfr_depthwise_way_of(params) ((struct tfr_depthwise_way){NULL, 0})
#define TFR_DEPTHWISE_WAY(name, shift) ((struct tfr_depthwise_way){NULL, 0})
#define tfr_depthwise_walks(params) 0
#define tfr_depthwise_walk_kept(params, kept, way, input, output, scratch) ((void)(way), (void)(kept))
#define TFR_DEPTHWISE_WALKER_OF(name, length, second, shift)
#endif

#endif
