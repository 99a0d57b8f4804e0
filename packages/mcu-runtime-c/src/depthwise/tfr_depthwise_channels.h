/* What becomes of the sums of channels: the short form of rescaling, and the clamp, which is done at the end. */
#ifndef TFR_DEPTHWISE_CHANNELS_H
#define TFR_DEPTHWISE_CHANNELS_H

#include "depthwise/tfr_depthwise_layer.h"
#include "tfr_dsp.h"
#include "tfr_rescale.h"

#define TFR_DEPTHWISE_MAX_BIAS ((int32_t)1 << 29)
#define TFR_DEPTHWISE_MAX_TAPS 8192 /* times 127 * 255: below 2^28 */

/*
 * Are there four channels, the sums of all channels so small, and their factors such, that tfr_rescale_apply rescales them?
 * They are valid then. 0 or in [2^30, 2^31) becomes, less 1 and without sign, at least 2^30 - 1; what is negative the same,
 * so the sign is asked for apart.
 */
TFR_APART int tfr_depthwise_all_short(const struct tfr_depthwise_params *params) {
  if (params->kernel_height * params->kernel_width > TFR_DEPTHWISE_MAX_TAPS) return 0;
  if (params->channels < TFR_DEPTHWISE_GROUP) return 0;
  const int32_t *bias = params->bias;
  const int32_t *multiplier = params->multiplier;
  const uint8_t *shift = params->shift;
  for (const int32_t *end = bias + params->channels; bias != end; bias++) {
    const uint32_t factor = (uint32_t)*multiplier++;
    const int32_t right = *shift++;
    if (factor - 1 < ((uint32_t)1 << 30) - 1 || factor >> 31 != 0 || !TFR_RESCALE_VALID(right) ||
        (uint32_t)*bias + (uint32_t)TFR_DEPTHWISE_MAX_BIAS > 2 * (uint32_t)TFR_DEPTHWISE_MAX_BIAS) {
      return 0;
    }
  }
  return 1;
}

TFR_INLINE struct tfr_rescale tfr_depthwise_rescale(const struct tfr_depthwise_params *params, int32_t c) {
  return tfr_rescale_of(params->multiplier[c], params->shift[c], params->output_zero_point);
}

/* Whether all multipliers are whole numbers at this shift (less TFR_RESCALE_HIGH); 0: each may have its own. */
TFR_INLINE int tfr_depthwise_shares(const struct tfr_depthwise_params *params, int32_t shift) {
  const int32_t *multiplier = params->multiplier;
  const int32_t *end = multiplier + (shift > 0 ? params->channels : 0);
  for (const uint8_t *own = params->shift; multiplier != end; multiplier++, own++) {
    const int32_t more = *own - TFR_RESCALE_HIGH - shift;
    if (more < 0 || *multiplier >> more << more != *multiplier) return 0;
  }
  return 1;
}

TFR_INLINE int32_t tfr_depthwise_multiplier_at(const struct tfr_depthwise_params *params, int32_t c, int32_t shift) {
  return params->multiplier[c] >> (params->shift[c] - TFR_RESCALE_HIGH - shift);
}

/* The channel's rule at this shift, 0: at its own. */
TFR_INLINE struct tfr_rescale tfr_depthwise_rescale_at(const struct tfr_depthwise_params *params, int32_t c,
                                                       int32_t shift) {
  if (shift == 0) return tfr_depthwise_rescale(params, c);
  return tfr_rescale_of(tfr_depthwise_multiplier_at(params, c, shift), shift + TFR_RESCALE_HIGH,
                        params->output_zero_point);
}

/* The clamp of a fused activation, after the one to int8. */
TFR_APART void tfr_depthwise_clamp(const struct tfr_depthwise_params *params, int8_t *output) {
  const int32_t size = params->output_height * params->output_width * params->channels;
  const int32_t low = params->output_min;
  const int32_t high = params->output_max;
  if (low == INT8_MIN && high == INT8_MAX) return;
  const uint32_t lows = (uint32_t)(low & 0xff) * 0x01010101u;
  const uint32_t highs = (uint32_t)(high & 0xff) * 0x01010101u;
  int32_t i = 0;
  for (; i + 4 <= size; i += 4) tfr_store32(output + i, tfr_min8(tfr_max8(tfr_load32(output + i), lows), highs));
  for (; i < size; i++) output[i] = (int8_t)(output[i] < low ? low : output[i] > high ? high : output[i]);
}

#endif
