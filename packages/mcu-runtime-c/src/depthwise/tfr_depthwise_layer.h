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

#define TFR_DEPTHWISE_GROUP 4               /* channels that a word holds */
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

TFR_INLINE uint32_t tfr_depthwise_window_taps(const struct tfr_depthwise_params *params) {
  return (uint32_t)params->kernel_height * (uint32_t)params->kernel_width;
}

/* Has a tensor of these sizes, each at most 65535, at most 2^31 - 1 elements? */
TFR_INLINE int tfr_depthwise_volume_valid(int32_t height, int32_t width, int32_t channels) {
  return (uint64_t)((uint32_t)height * (uint32_t)width) * (uint32_t)channels <= INT32_MAX;
}

/* Are all of them an int8? A number with its sign turned is then below 256. */
TFR_INLINE int tfr_depthwise_bytes_valid(const struct tfr_depthwise_params *params) {
  return (((uint32_t)params->input_zero_point + 128) | ((uint32_t)params->output_zero_point + 128) |
          ((uint32_t)params->output_min + 128) | ((uint32_t)params->output_max + 128)) <= UINT8_MAX;
}

/* All but the factors and the length of the weights. */
TFR_INLINE tfr_status tfr_depthwise_check_layer(const struct tfr_depthwise_params *params, const int8_t *input,
                                          const int8_t *output) {
  if (params == NULL || input == NULL || output == NULL || params->weights == NULL || params->bias == NULL ||
      params->multiplier == NULL || params->shift == NULL) {
    return TFR_ERROR_NULL;
  }
  if (!tfr_axis_valid(tfr_depthwise_vertical(params)) || !tfr_axis_valid(tfr_depthwise_horizontal(params)) ||
      params->channels <= 0 ||
      !tfr_depthwise_volume_valid(params->input_height, params->input_width, params->channels) ||
      !tfr_depthwise_volume_valid(params->output_height, params->output_width, params->channels) ||
      !tfr_depthwise_volume_valid(params->kernel_height, params->kernel_width, params->channels) ||
      tfr_depthwise_window_taps(params) > TFR_MAX_SIZE) {
    return TFR_ERROR_SIZE;
  }
  return tfr_depthwise_bytes_valid(params) && params->output_min <= params->output_max ? TFR_OK : TFR_ERROR_RANGE;
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
