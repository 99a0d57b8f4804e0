/*
 * Depthwise convolution by kept taps. A group of four channels is a word of pixels; the last one lies over channels of the
 * one before where their number is no multiple of four.
 */
#ifndef TFR_DEPTHWISE_TAPS_H
#define TFR_DEPTHWISE_TAPS_H

#include "depthwise/tfr_depthwise_channels.h"
#include "depthwise/tfr_depthwise_direct.h"
#include "depthwise/tfr_depthwise_stream.h"
#include "depthwise/tfr_depthwise_walk.h"

/* Four channels of one output position from channel `first` on. */
TFR_INLINE void tfr_depthwise_kept_position(const struct tfr_depthwise_params *params, struct tfr_depthwise_kept kept,
                                            struct tfr_taps y, struct tfr_taps x, int32_t first, const int8_t *input,
                                            int8_t *output) {
  int32_t acc[TFR_LANES] = {0};
  int32_t tap = 0;
  for (int32_t ky = 0; ky < params->kernel_height; ky++) {
    for (int32_t kx = 0; kx < params->kernel_width; kx++, tap++) {
      if ((kept.mask[tap / 8] >> tap % 8 & 1) == 0) continue;
      if (ky >= y.begin && ky < y.end && kx >= x.begin && kx < x.end) {
        const int8_t *pixel = input + ((y.first + ky) * params->input_width + x.first + kx) * params->channels + first;
        tfr_multiply_channels(acc, pixel, params->input_zero_point, kept.values, TFR_LANES);
      }
      kept.values += TFR_DEPTHWISE_GROUP;
    }
  }
  for (int32_t i = 0; i < TFR_LANES; i++) output[first + i] = tfr_depthwise_finish(params, first + i, acc[i]);
}

/* Any factors, all positions of the group from channel `first` on. */
TFR_APART void tfr_depthwise_kept_run(const struct tfr_depthwise_params *params, struct tfr_depthwise_kept kept,
                                      int32_t first, const int8_t *input, int8_t *output) {
  for (int32_t row = 0; row < params->output_height; row++) {
    const struct tfr_taps y = tfr_window_taps(tfr_depthwise_vertical(params), row);
    for (int32_t column = 0; column < params->output_width; column++) {
      const struct tfr_taps x = tfr_window_taps(tfr_depthwise_horizontal(params), column);
      tfr_depthwise_kept_position(params, kept, y, x, first, input, output);
      output += params->channels;
    }
  }
}

TFR_INLINE tfr_status tfr_depthwise_taps_check(const struct tfr_depthwise_params *params, const int8_t *input,
                                               const int8_t *output, const void *scratch,
                                               struct tfr_depthwise_kept *kept) {
  const tfr_status status = tfr_depthwise_check_layer(params, input, output);
  if (status != TFR_OK) return status;
  if (!tfr_depthwise_taps_sizes_valid(params)) return TFR_ERROR_SIZE;
  if (scratch == NULL && tfr_depthwise_strip_fits(params)) return TFR_ERROR_NULL;
  return tfr_depthwise_stream_open(params, kept);
}

TFR_INLINE int tfr_depthwise_group_is_long(const struct tfr_depthwise_params *params, int32_t first) {
  for (int32_t i = 0; i < TFR_DEPTHWISE_GROUP; i++) {
    if (tfr_depthwise_is_long(params, first + i)) return 1;
  }
  return 0;
}

/* Any factors; all groups, or those with a long channel only. */
TFR_INLINE void tfr_depthwise_kept_groups(const struct tfr_depthwise_params *params, struct tfr_depthwise_kept kept,
                                          int all, const int8_t *input, int8_t *output) {
  const int32_t last = params->channels - TFR_DEPTHWISE_GROUP;
  for (int32_t begin = 0; begin < params->channels; begin += TFR_DEPTHWISE_GROUP) {
    const int32_t first = begin < last ? begin : last;
    if (all || tfr_depthwise_group_is_long(params, first)) tfr_depthwise_kept_run(params, kept, first, input, output);
    tfr_depthwise_next_group(&kept, tfr_depthwise_mask_bytes(params));
  }
}

TFR_INLINE tfr_status tfr_depthwise_taps(const struct tfr_depthwise_params *params, struct tfr_depthwise_way way,
                                         const int8_t *input, int8_t *output, void *scratch) {
  struct tfr_depthwise_kept kept;
  const tfr_status status = tfr_depthwise_taps_check(params, input, output, scratch, &kept);
  if (status != TFR_OK) return status;
  const int walks = TFR_HAS_WALKERS && tfr_depthwise_strip_fits(params) && tfr_depthwise_apart(params) >= 0;
  if (walks) {
    struct tfr_depthwise_kept walked = kept;
    if (way.shift > 0 && !tfr_depthwise_shares(params, way.shift)) return TFR_ERROR_RANGE;
    tfr_depthwise_walk_kept(params, &walked, way, input, output, (uint32_t *)scratch);
    tfr_depthwise_clamp(params, output);
  } else if (!tfr_factors_valid(params->multiplier, params->shift, params->channels)) {
    return TFR_ERROR_RANGE;
  }
  tfr_depthwise_kept_groups(params, kept, !walks, input, output);
  return TFR_OK;
}

#endif
