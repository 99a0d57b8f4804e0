/* Sizes of what walks keep in scratch memory: a list of taps, and a strip of the image. */
#ifndef TFR_DEPTHWISE_SIZES_H
#define TFR_DEPTHWISE_SIZES_H

#include "depthwise/tfr_depthwise_stream.h"

#define TFR_DEPTHWISE_STRIP_BYTES 8192 /* unless one row of outputs needs more */

/* Of the longest list. */
TFR_INLINE int32_t tfr_depthwise_list_words(const struct tfr_depthwise_params *params) {
  return 4 * (1 + params->kernel_height * params->kernel_width);
}

/* Image rows that `rows` rows of outputs read. */
TFR_INLINE int32_t tfr_depthwise_strip_height(const struct tfr_depthwise_params *params, int32_t rows) {
  return (rows - 1) * params->stride_height + params->kernel_height;
}

/* Pairs go along an image's rows, or along its columns where it has a single one. */
TFR_INLINE int tfr_depthwise_is_column(const struct tfr_depthwise_params *params) { return params->output_width == 1; }

/*
 * Fewer than four channels: the bytes of an output row, pixel after pixel, take the place of channels. Four neighbours read
 * four neighbours of the image for each tap, at stride 1. At greater ones a strip's row holds the columns x with equal
 * x % stride side by side, a phase each; a tap then reads them from its own place in a phase on.
 */
TFR_INLINE int tfr_depthwise_has_few_channels(const struct tfr_depthwise_params *params) {
  return params->channels < TFR_DEPTHWISE_GROUP;
}

/* That taps read. */
TFR_INLINE int32_t tfr_depthwise_phases(const struct tfr_depthwise_params *params) {
  return params->stride_width < params->kernel_width ? params->stride_width : params->kernel_width;
}

TFR_INLINE int32_t tfr_depthwise_phase_bytes(const struct tfr_depthwise_params *params) {
  return (params->output_width + (params->kernel_width - 1) / params->stride_width) * params->channels;
}

/* Where the pixels of a row's tap begin. */
TFR_INLINE int32_t tfr_depthwise_phase_at(const struct tfr_depthwise_params *params, int32_t kx) {
  return kx % params->stride_width * tfr_depthwise_phase_bytes(params) + kx / params->stride_width * params->channels;
}

/* Lists of a call with few channels: one for each channel that a word can begin with. */
TFR_INLINE int32_t tfr_depthwise_flat_lists(const struct tfr_depthwise_params *params) {
  return params->channels == 3 ? 3 : 1;
}

/* Bytes from a word to the next one of its list, which a row of outputs must have at least. */
TFR_INLINE int32_t tfr_depthwise_flat_step(const struct tfr_depthwise_params *params) {
  return TFR_DEPTHWISE_GROUP * tfr_depthwise_flat_lists(params);
}

/* Bytes from the first word of a pair to the second: of one list's neighbours, or of a row's first and last. */
TFR_INLINE int32_t tfr_depthwise_flat_second(const struct tfr_depthwise_params *params) {
  const int32_t step = tfr_depthwise_flat_step(params);
  const int32_t left = params->output_width * params->channels - step;
  return left < step ? left : step;
}

/* A word, of four channels or, where there are fewer, of neighbours, for each tap and output. */
TFR_INLINE int32_t tfr_depthwise_row_bytes(const struct tfr_depthwise_params *params) {
  if (!tfr_depthwise_has_few_channels(params)) return 4 * tfr_depthwise_columns(params);
  return (tfr_depthwise_phases(params) * tfr_depthwise_phase_bytes(params) + 3) / 4 * 4;
}

/* Does a row of outputs read so few pixels that they are copied? */
TFR_INLINE int tfr_depthwise_strip_fits(const struct tfr_depthwise_params *params) {
  return tfr_depthwise_row_bytes(params) <= TFR_DEPTHWISE_MAX_STRIP_BYTES / params->kernel_height;
}

/* Rows of outputs in a strip, such that all strips have nearly as many. */
TFR_INLINE int32_t tfr_depthwise_strip_rows(const struct tfr_depthwise_params *params) {
  const int32_t height = TFR_DEPTHWISE_STRIP_BYTES / tfr_depthwise_row_bytes(params);
  const int32_t most = height < params->kernel_height ? 1 : (height - params->kernel_height) / params->stride_height + 1;
  if (most >= params->output_height) return params->output_height;
  const int32_t strips = (params->output_height + most - 1) / most;
  return (params->output_height + strips - 1) / strips;
}

/* Scratch memory of a list and a strip. */
TFR_INLINE uint32_t tfr_depthwise_walk_bytes(const struct tfr_depthwise_params *params) {
  const int32_t rows = tfr_depthwise_strip_height(params, tfr_depthwise_strip_rows(params));
  return 4 * (uint32_t)tfr_depthwise_list_words(params) + (uint32_t)(rows * tfr_depthwise_row_bytes(params));
}

#endif
