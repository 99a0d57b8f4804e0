/* What becomes of the sums of channels: the short form of rescaling, and the clamp, which is done at the end. */
#ifndef TFR_DEPTHWISE_CHANNELS_H
#define TFR_DEPTHWISE_CHANNELS_H

#include "depthwise/tfr_depthwise.h"
#include "tfr_dsp.h"

#if defined(TFR_DOUBLE_ROUNDING)
#define TFR_DEPTHWISE_SHORT(shift) 0
#else
/* The high word of acc * multiplier is below 2^30, the zero point at most 2^28 and the rounding term 2^20. */
#define TFR_DEPTHWISE_SHORT(shift) ((shift) > 32 && (shift) <= 53)
#endif

/* Does one high multiplication rescale the sums of all channels? */
TFR_APART int tfr_depthwise_all_short(const struct tfr_depthwise_params *params) {
  for (int32_t c = 0; c < params->channels; c++) {
    if (!TFR_DEPTHWISE_SHORT(params->shift[c])) return 0;
  }
  return 1;
}

/* Zero point and rounding, to be added before the shift by `shift` - 32. */
TFR_INLINE int32_t tfr_depthwise_offset(const struct tfr_depthwise_params *params, int32_t shift) {
  return params->output_zero_point * ((int32_t)1 << (shift - 32)) + ((int32_t)1 << (shift - 33));
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
