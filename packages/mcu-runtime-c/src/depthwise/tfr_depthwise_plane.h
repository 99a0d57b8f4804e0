/*
 * An image as strips of rows see it: its rows and columns or, where that is less work, its columns and rows. Kernels and
 * strides are as wide as they are high, so only sizes, padding and steps from pixel to pixel change places.
 */
#ifndef TFR_DEPTHWISE_PLANE_H
#define TFR_DEPTHWISE_PLANE_H

#include "depthwise/tfr_depthwise_layer.h"

#define TFR_DEPTHWISE_BLOCK 4 /* output columns computed together */
#define TFR_DEPTHWISE_PAIRS 9 /* pairs of input rows in a strip */
#define TFR_DEPTHWISE_COLUMN_BYTES (TFR_DEPTHWISE_PAIRS * TFR_DEPTHWISE_GROUP * 4)

/* Sizes in pixels, steps in bytes. */
struct tfr_depthwise_plane {
  int32_t stride;
  int32_t input_height;
  int32_t input_width;
  int32_t output_height;
  int32_t output_width;
  int32_t padding_top;
  int32_t padding_left;
  int32_t input_row;
  int32_t input_column;
  int32_t output_row;
  int32_t output_column; /* at most TFR_MAX_SIZE */
  int32_t tap_row;
  int32_t tap_column;
};

/* Columns of a strip: all that the outputs read. */
TFR_INLINE int32_t tfr_depthwise_strip_columns(int32_t stride, int32_t output_width) {
  return (output_width - 1) * stride + 3;
}

/* Rows of outputs of a strip. */
TFR_INLINE int32_t tfr_depthwise_strip_most(int32_t stride) {
  return stride == 1 ? 2 * (TFR_DEPTHWISE_PAIRS - 1) : TFR_DEPTHWISE_PAIRS - 1;
}

/* What a channel costs, about, in 16 cycles: 8 for a block of two rows, 5 for one of a single row, 8 for a strip. */
TFR_INLINE int32_t tfr_depthwise_strips_cost(int32_t stride, int32_t output_height, int32_t output_width) {
  const int32_t blocks = (output_width + TFR_DEPTHWISE_BLOCK - 1) / TFR_DEPTHWISE_BLOCK;
  const int32_t strips = (output_height - 1) / tfr_depthwise_strip_most(stride) + 1;
  return 8 * strips + blocks * (stride == 1 ? 8 * (output_height / 2) + 5 * (output_height % 2) : 5 * output_height);
}

/* Can strips be of rows of this many outputs, `step` of which stand between one and the next? */
TFR_INLINE int tfr_depthwise_strips_fit(const struct tfr_depthwise_params *params, int32_t output_width, int32_t step) {
  return output_width >= TFR_DEPTHWISE_BLOCK && step <= TFR_MAX_SIZE / params->channels &&
         tfr_depthwise_strip_columns(params->stride_height, output_width) <=
             TFR_DEPTHWISE_MAX_STRIP_BYTES / TFR_DEPTHWISE_COLUMN_BYTES;
}

TFR_INLINE int tfr_depthwise_fits_as_it_is(const struct tfr_depthwise_params *params) {
  return tfr_depthwise_strips_fit(params, params->output_width, 1);
}

TFR_INLINE int tfr_depthwise_fits_turned(const struct tfr_depthwise_params *params) {
  return tfr_depthwise_strips_fit(params, params->output_height, params->output_width);
}

/* Could strips be widened for this call, of at least four channels? Axes are valid. */
TFR_INLINE int tfr_depthwise_is_3x3(const struct tfr_depthwise_params *params) {
  return params->kernel_height == 3 && params->kernel_width == 3 && params->stride_height == params->stride_width &&
         params->stride_height <= 2 &&
         (tfr_depthwise_fits_as_it_is(params) || tfr_depthwise_fits_turned(params));
}

/* Do rows and columns change places? */
TFR_INLINE int tfr_depthwise_is_turned(const struct tfr_depthwise_params *params) {
  const int32_t stride = params->stride_height;
  const int32_t height = params->output_height;
  const int32_t width = params->output_width;
  if (!tfr_depthwise_fits_turned(params)) return 0;
  return !tfr_depthwise_fits_as_it_is(params) ||
         tfr_depthwise_strips_cost(stride, width, height) < tfr_depthwise_strips_cost(stride, height, width);
}

#define TFR_DEPTHWISE_MANY_OUTPUTS 64   /* for which strips pay in any case */
#define TFR_DEPTHWISE_STRIPS_SET_UP 11 /* besides what tfr_depthwise_strips_cost has */

/* Do strips cost less than one position after the other? An output costs 3 there, 2 where there is but one row of them. */
TFR_INLINE int tfr_depthwise_strips_pay(const struct tfr_depthwise_params *params) {
  const uint32_t outputs = (uint32_t)params->output_height * (uint32_t)params->output_width;
  if (outputs > TFR_DEPTHWISE_MANY_OUTPUTS) return 1;
  const int turned = tfr_depthwise_is_turned(params);
  const int32_t height = turned ? params->output_width : params->output_height;
  const int32_t width = turned ? params->output_height : params->output_width;
  return (int32_t)outputs * (height == 1 ? 2 : 3) >
         tfr_depthwise_strips_cost(params->stride_height, height, width) + TFR_DEPTHWISE_STRIPS_SET_UP;
}

TFR_INLINE struct tfr_depthwise_plane tfr_depthwise_plane_of(const struct tfr_depthwise_params *params) {
  const int32_t channels = params->channels;
  const struct tfr_depthwise_plane plane = {.stride = params->stride_height,
                                            .input_height = params->input_height,
                                            .input_width = params->input_width,
                                            .output_height = params->output_height,
                                            .output_width = params->output_width,
                                            .padding_top = params->padding_top,
                                            .padding_left = params->padding_left,
                                            .input_row = params->input_width * channels,
                                            .input_column = channels,
                                            .output_row = params->output_width * channels,
                                            .output_column = channels,
                                            .tap_row = 3 * channels,
                                            .tap_column = channels};
  if (!tfr_depthwise_is_turned(params)) return plane;
  return (struct tfr_depthwise_plane){.stride = plane.stride,
                                      .input_height = plane.input_width,
                                      .input_width = plane.input_height,
                                      .output_height = plane.output_width,
                                      .output_width = plane.output_height,
                                      .padding_top = plane.padding_left,
                                      .padding_left = plane.padding_top,
                                      .input_row = plane.input_column,
                                      .input_column = plane.input_row,
                                      .output_row = plane.output_column,
                                      .output_column = plane.output_row,
                                      .tap_row = plane.tap_column,
                                      .tap_column = plane.tap_row};
}

/* Scratch memory of strips. */
TFR_INLINE uint32_t tfr_depthwise_strips_bytes(const struct tfr_depthwise_params *params) {
  const int32_t width = tfr_depthwise_is_turned(params) ? params->output_height : params->output_width;
  return (uint32_t)(tfr_depthwise_strip_columns(params->stride_height, width) * TFR_DEPTHWISE_COLUMN_BYTES);
}

#endif
