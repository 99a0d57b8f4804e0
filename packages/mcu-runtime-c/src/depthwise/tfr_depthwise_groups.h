/* Any depthwise convolution, four channels of one output position at a time; one multiplication a tap and channel. */
#ifndef TFR_DEPTHWISE_GROUPS_H
#define TFR_DEPTHWISE_GROUPS_H

#include "depthwise/tfr_depthwise_channels.h"

/* Four channels, all positions. */
struct tfr_depthwise_group {
  int32_t bias[TFR_DEPTHWISE_GROUP];
  struct tfr_rescale rule[TFR_DEPTHWISE_GROUP];
};

TFR_INLINE struct tfr_depthwise_group tfr_depthwise_group_of(const struct tfr_depthwise_params *params, int32_t c) {
  struct tfr_depthwise_group group;
  for (int32_t i = 0; i < TFR_DEPTHWISE_GROUP; i++) {
    group.bias[i] = params->bias[c + i];
    group.rule[i] = tfr_depthwise_rescale(params, c + i);
  }
  return group;
}

TFR_INLINE int32_t tfr_depthwise_value(const struct tfr_depthwise_group *group, int32_t i, int32_t acc) {
  return tfr_ssat8(tfr_rescale_apply(group->rule[i], acc));
}

/* Four channels of one output position; `pixels` and `taps` are at the first tap inside of the image. */
TFR_INLINE uint32_t tfr_depthwise_position(const struct tfr_depthwise_params *params,
                                           const struct tfr_depthwise_group *group, const int8_t *pixels,
                                           const int8_t *taps, int32_t rows, int32_t columns) {
  const int32_t channels = params->channels;
  const int32_t pixel_row = (params->input_width - columns) * channels;
  const int32_t tap_row = (params->kernel_width - columns) * channels;
  const uint32_t zero = tfr_pack16(-params->input_zero_point, -params->input_zero_point);
  int32_t a = group->bias[0];
  int32_t b = group->bias[1];
  int32_t c = group->bias[2];
  int32_t d = group->bias[3];
  do {
    const int8_t *end = pixels + columns * channels;
    do {
      const uint32_t value = tfr_load32(pixels);
      const uint32_t weight = tfr_load32(taps);
      pixels += channels;
      taps += channels;
      const uint32_t value_even = tfr_sxtab16(zero, value);
      const uint32_t value_odd = tfr_sxtab16_odd(zero, value);
      const uint32_t weight_even = tfr_sxtb16(weight);
      const uint32_t weight_odd = tfr_sxtb16_odd(weight);
      a = tfr_smlabb(value_even, weight_even, a);
      b = tfr_smlabb(value_odd, weight_odd, b);
      c = tfr_smlatt(value_even, weight_even, c);
      d = tfr_smlatt(value_odd, weight_odd, d);
    } while (pixels != end);
    pixels += pixel_row;
    taps += tap_row;
  } while (--rows > 0);
  return tfr_pack8(tfr_depthwise_value(group, 0, a), tfr_depthwise_value(group, 1, b),
                   tfr_depthwise_value(group, 2, c), tfr_depthwise_value(group, 3, d));
}

/* All positions of four channels from `first` on. */
TFR_APART void tfr_depthwise_group_run(const struct tfr_depthwise_params *params, int32_t first, const int8_t *input,
                                       int8_t *output) {
  const int32_t channels = params->channels;
  const struct tfr_depthwise_group group = tfr_depthwise_group_of(params, first);
  const int8_t *weights = params->weights + first;
  for (int32_t row = 0; row < params->output_height; row++) {
    const struct tfr_taps y = tfr_window_taps(tfr_depthwise_vertical(params), row);
    const int8_t *pixels = input + (y.first + y.begin) * params->input_width * channels + first;
    const int8_t *taps = weights + y.begin * params->kernel_width * channels;
    for (int32_t column = 0; column < params->output_width; column++) {
      const struct tfr_taps x = tfr_window_taps(tfr_depthwise_horizontal(params), column);
      tfr_store32(output + first, tfr_depthwise_position(params, &group, pixels + (x.first + x.begin) * channels,
                                                         taps + x.begin * channels, y.end - y.begin, x.end - x.begin));
      output += channels;
    }
  }
}

/* At least four channels; the last four overlap those before where their number is no multiple. */
TFR_INLINE void tfr_depthwise_groups(const struct tfr_depthwise_params *params, const int8_t *input, int8_t *output) {
  const int32_t last = params->channels - TFR_DEPTHWISE_GROUP;
  for (int32_t begin = 0; begin < params->channels; begin += TFR_DEPTHWISE_GROUP) {
    tfr_depthwise_group_run(params, begin < last ? begin : last, input, output);
  }
}

#endif
