/* Depthwise convolution, four channels at a time with their sums in registers. */
#include <stddef.h>

#include "convolution/tfr_window.h"
#include "tfr/tfr_kernels.h"
#include "tfr_check.h"

static struct tfr_axis vertical(const struct tfr_depthwise_params *params) {
  return (struct tfr_axis){params->input_height, params->output_height, params->kernel_height, params->stride_height,
                           params->padding_top};
}

static struct tfr_axis horizontal(const struct tfr_depthwise_params *params) {
  return (struct tfr_axis){params->input_width, params->output_width, params->kernel_width, params->stride_width,
                           params->padding_left};
}

static tfr_status check(const struct tfr_depthwise_params *params, const int8_t *input, const int8_t *output) {
  if (params == NULL || input == NULL || output == NULL || params->weights == NULL || params->bias == NULL ||
      params->multiplier == NULL || params->shift == NULL) {
    return TFR_ERROR_NULL;
  }
  if (!tfr_axis_valid(vertical(params)) || !tfr_axis_valid(horizontal(params)) ||
      !tfr_volume_valid(params->input_height, params->input_width, params->channels) ||
      !tfr_volume_valid(params->output_height, params->output_width, params->channels) ||
      !tfr_volume_valid(params->kernel_height, params->kernel_width, params->channels) ||
      params->kernel_height * params->kernel_width > TFR_MAX_SIZE ||
      params->weight_bytes != params->kernel_height * params->kernel_width * params->channels) {
    return TFR_ERROR_SIZE;
  }
  const bool in_range =
      tfr_s8_valid(params->input_zero_point) && tfr_s8_valid(params->output_zero_point) &&
      tfr_clamp_valid(params->output_min, params->output_max) &&
      tfr_factors_valid(params->multiplier, params->shift, params->channels);
  return in_range ? TFR_OK : TFR_ERROR_RANGE;
}

TFR_INLINE int8_t finish(const struct tfr_depthwise_params *params, int32_t c, int32_t sum) {
  return tfr_requantize_s8(sum + params->bias[c], params->multiplier[c], params->shift[c], params->output_zero_point,
                           params->output_min, params->output_max);
}

/* One or four channels from channel `c` on, at one output position; `lanes` is a constant. */
TFR_INLINE void multiply(const struct tfr_depthwise_params *params, const int8_t *input, struct tfr_taps y,
                         struct tfr_taps x, int32_t c, int32_t lanes, int8_t *output) {
  const int32_t channels = params->channels;
  int32_t acc[TFR_LANES] = {0};
  for (int32_t ky = y.begin; ky < y.end; ky++) {
    const int8_t *pixels = input + ((y.first + ky) * params->input_width + x.first + x.begin) * channels + c;
    const int8_t *weights = params->weights + (ky * params->kernel_width + x.begin) * channels + c;
    for (int32_t kx = x.begin; kx < x.end; kx++) {
      tfr_multiply_channels(acc, pixels, params->input_zero_point, weights, lanes);
      pixels += channels;
      weights += channels;
    }
  }
  output[c] = finish(params, c, acc[0]);
  if (lanes == TFR_LANES) {
    output[c + 1] = finish(params, c + 1, acc[1]);
    output[c + 2] = finish(params, c + 2, acc[2]);
    output[c + 3] = finish(params, c + 3, acc[3]);
  }
}

tfr_status tfr_depthwise_dense_s8(const struct tfr_depthwise_params *params, const int8_t *input, int8_t *output,
                                  void *scratch) {
  (void)scratch;
  const tfr_status status = check(params, input, output);
  if (status != TFR_OK) return status;
  for (int32_t row = 0; row < params->output_height; row++) {
    const struct tfr_taps y = tfr_window_taps(vertical(params), row);
    for (int32_t column = 0; column < params->output_width; column++) {
      const struct tfr_taps x = tfr_window_taps(horizontal(params), column);
      int32_t c = 0;
      for (; c + TFR_LANES <= params->channels; c += TFR_LANES) multiply(params, input, y, x, c, TFR_LANES, output);
      for (; c < params->channels; c++) multiply(params, input, y, x, c, 1, output);
      output += params->channels;
    }
  }
  return TFR_OK;
}

uint32_t tfr_depthwise_dense_s8_scratch_bytes(const struct tfr_depthwise_params *params) {
  (void)params;
  return 0;
}
