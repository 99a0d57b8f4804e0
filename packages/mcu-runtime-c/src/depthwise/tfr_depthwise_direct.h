/* Depthwise convolution without scratch memory, four channels at a time with their sums in registers. */
#ifndef TFR_DEPTHWISE_DIRECT_H
#define TFR_DEPTHWISE_DIRECT_H

#include "depthwise/tfr_depthwise_layer.h"

TFR_INLINE int8_t tfr_depthwise_finish(const struct tfr_depthwise_params *params, int32_t c, int32_t sum) {
  return tfr_requantize_s8(sum + params->bias[c], params->multiplier[c], params->shift[c], params->output_zero_point,
                           params->output_min, params->output_max);
}

/* One or four channels from channel `c` on, at one output position; `lanes` is a constant. */
TFR_INLINE void tfr_depthwise_multiply(const struct tfr_depthwise_params *params, const int8_t *input,
                                       struct tfr_taps y, struct tfr_taps x, int32_t c, int32_t lanes, int8_t *output) {
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
  for (int32_t lane = 0; lane < lanes; lane++) output[c + lane] = tfr_depthwise_finish(params, c + lane, acc[lane]);
}

TFR_APART void tfr_depthwise_direct(const struct tfr_depthwise_params *params, const int8_t *input,
                                        int8_t *output) {
  for (int32_t row = 0; row < params->output_height; row++) {
    const struct tfr_taps y = tfr_window_taps(tfr_depthwise_vertical(params), row);
    for (int32_t column = 0; column < params->output_width; column++) {
      const struct tfr_taps x = tfr_window_taps(tfr_depthwise_horizontal(params), column);
      int32_t c = 0;
      for (; c + TFR_LANES <= params->channels; c += TFR_LANES) {
        tfr_depthwise_multiply(params, input, y, x, c, TFR_LANES, output);
      }
      for (; c < params->channels; c++) tfr_depthwise_multiply(params, input, y, x, c, 1, output);
      output += params->channels;
    }
  }
}

/* One channel at all positions. */
TFR_APART void tfr_depthwise_direct_channel(const struct tfr_depthwise_params *params, int32_t c, const int8_t *input,
                                            int8_t *output) {
  for (int32_t row = 0; row < params->output_height; row++) {
    const struct tfr_taps y = tfr_window_taps(tfr_depthwise_vertical(params), row);
    for (int32_t column = 0; column < params->output_width; column++) {
      const struct tfr_taps x = tfr_window_taps(tfr_depthwise_horizontal(params), column);
      tfr_depthwise_multiply(params, input, y, x, c, 1, output);
      output += params->channels;
    }
  }
}

#endif
