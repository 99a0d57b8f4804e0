/* A depthwise layer as its parameters describe it: its axes, and their checks. */
#ifndef TFR_DEPTHWISE_LAYER_H
#define TFR_DEPTHWISE_LAYER_H

#include <stddef.h>
#include <stdint.h>

#include "convolution/tfr_window.h"
#include "tfr/tfr_params.h"
#include "tfr/tfr_types.h"
#include "tfr_core.h"
#include "tfr_requantize.h"
#include "tfr_simd.h"

#define TFR_DEPTHWISE_GROUP 4              /* channels that a word holds */
#define TFR_DEPTHWISE_BLOCK 4              /* output columns computed together */
#define TFR_DEPTHWISE_PAIRS 9              /* pairs of input rows in a strip */
#define TFR_DEPTHWISE_MAX_STRIP_BYTES 32768 /* an image whose strips are larger is not widened */

TFR_INLINE struct tfr_axis tfr_depthwise_vertical(const struct tfr_depthwise_params *params) {
  return (struct tfr_axis){params->input_height, params->output_height, params->kernel_height, params->stride_height,
                           params->padding_top};
}

TFR_INLINE struct tfr_axis tfr_depthwise_horizontal(const struct tfr_depthwise_params *params) {
  return (struct tfr_axis){params->input_width, params->output_width, params->kernel_width, params->stride_width,
                           params->padding_left};
}

/* Columns of a strip: all that the outputs read. */
TFR_INLINE int32_t tfr_depthwise_columns(const struct tfr_depthwise_params *params) {
  return (params->output_width - 1) * params->stride_width + params->kernel_width;
}

#define TFR_DEPTHWISE_COLUMN_BYTES (TFR_DEPTHWISE_PAIRS * TFR_DEPTHWISE_GROUP * 4)

/* Are strips widened for this call? Axes are valid. */
TFR_INLINE int tfr_depthwise_is_3x3(const struct tfr_depthwise_params *params) {
  return params->kernel_height == 3 && params->kernel_width == 3 && params->stride_height == params->stride_width &&
         params->stride_height <= 2 && params->output_width >= TFR_DEPTHWISE_BLOCK &&
         params->channels >= TFR_DEPTHWISE_GROUP && params->channels <= TFR_MAX_SIZE &&
         tfr_depthwise_columns(params) <= TFR_DEPTHWISE_MAX_STRIP_BYTES / TFR_DEPTHWISE_COLUMN_BYTES;
}

/* All but the factors and the length of the weights. */
TFR_INLINE tfr_status tfr_depthwise_check_layer(const struct tfr_depthwise_params *params, const int8_t *input,
                                          const int8_t *output) {
  if (params == NULL || input == NULL || output == NULL || params->weights == NULL || params->bias == NULL ||
      params->multiplier == NULL || params->shift == NULL) {
    return TFR_ERROR_NULL;
  }
  if (!tfr_axis_valid(tfr_depthwise_vertical(params)) || !tfr_axis_valid(tfr_depthwise_horizontal(params)) ||
      !tfr_volume_valid(params->input_height, params->input_width, params->channels) ||
      !tfr_volume_valid(params->output_height, params->output_width, params->channels) ||
      !tfr_volume_valid(params->kernel_height, params->kernel_width, params->channels) ||
      params->kernel_height * params->kernel_width > TFR_MAX_SIZE) {
    return TFR_ERROR_SIZE;
  }
  const bool in_range = tfr_s8_valid(params->input_zero_point) && tfr_s8_valid(params->output_zero_point) &&
                        tfr_clamp_valid(params->output_min, params->output_max);
  return in_range ? TFR_OK : TFR_ERROR_RANGE;
}

/* All of a call with dense weights but the factors. */
TFR_INLINE tfr_status tfr_depthwise_check(const struct tfr_depthwise_params *params, const int8_t *input,
                                          const int8_t *output) {
  const tfr_status status = tfr_depthwise_check_layer(params, input, output);
  if (status != TFR_OK) return status;
  return params->weight_bytes == params->kernel_height * params->kernel_width * params->channels ? TFR_OK
                                                                                                 : TFR_ERROR_SIZE;
}

#endif
