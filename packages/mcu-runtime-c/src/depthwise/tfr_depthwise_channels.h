/* What becomes of the sums of channels: the short form of rescaling, and the clamp, which is done at the end. */
#ifndef TFR_DEPTHWISE_CHANNELS_H
#define TFR_DEPTHWISE_CHANNELS_H

#include "depthwise/tfr_depthwise_direct.h"
#include "depthwise/tfr_depthwise_layer.h"
#include "tfr_clamp.h"
#include "tfr_dsp.h"
#include "tfr_rescale.h"

/* Is this a channel whose factor is outside of what tfr_rescale_apply takes? */
#define tfr_depthwise_is_long(params, c) (!TFR_RESCALE_VALID((params)->shift[c]))

/* Sums of two roundings must be below 2^30 (tfr_rescale.h); one takes any. */
#if defined(TFR_DOUBLE_ROUNDING)
#define TFR_DEPTHWISE_MAX_TAPS 8192 /* times 127 * 255: below 2^28 */
#define TFR_DEPTHWISE_MAX_BIAS ((int32_t)1 << 29)
#define tfr_depthwise_above_bias(bias) ((uint32_t)(bias) + (uint32_t)TFR_DEPTHWISE_MAX_BIAS)
#else
#define TFR_DEPTHWISE_MAX_TAPS TFR_MAX_SIZE
#define TFR_DEPTHWISE_MAX_BIAS 0
#define tfr_depthwise_above_bias(bias) ((void)(bias), 0u)
#endif

TFR_INLINE uint32_t tfr_depthwise_four(uint32_t byte) { return byte * 0x01010101u; }

/* Of all channels and factors that are not 0, seen four at a time: at least four channels. */
TFR_APART int tfr_depthwise_all_short(const struct tfr_depthwise_params *params) {
  const int32_t last = params->channels - TFR_DEPTHWISE_GROUP;
  uint32_t all = UINT32_MAX; /* of multipliers: bit 30 is set, */
  uint32_t any = 0;          /* bit 31 is not */
  uint32_t biases = 0;
  uint32_t enough = UINT32_MAX; /* shifts, the top bit of each: at least the least, */
  uint32_t above = 0;           /* not beyond the most */
  for (int32_t begin = 0;; begin += TFR_DEPTHWISE_GROUP) {
    const int32_t c = begin < last ? begin : last;
    const int32_t *multiplier = params->multiplier + c;
    const int32_t *bias = params->bias + c;
    const uint32_t shifts = tfr_load32(params->shift + c);
    for (int32_t i = 0; i < TFR_DEPTHWISE_GROUP; i++) {
      all &= (uint32_t)multiplier[i];
      any |= (uint32_t)multiplier[i];
      biases |= tfr_depthwise_above_bias(bias[i]);
    }
    enough &= shifts + tfr_depthwise_four(0x80 - TFR_RESCALE_MIN_SHIFT);
    above |= shifts | (shifts + tfr_depthwise_four(0x80 - 1 - TFR_RESCALE_MAX_SHIFT));
    if (c == last) break;
  }
  return (all >> 30 & 1) != 0 && any >> 31 == 0 && biases <= 2 * (uint32_t)TFR_DEPTHWISE_MAX_BIAS &&
         ((~enough | above) & tfr_depthwise_four(0x80)) == 0;
}

/*
 * How many channels tfr_rescale_apply cannot rescale, for their factors lie outside of what it takes; all of them where a
 * sum or multiplier of any is out of bounds. Where it is 0 the factors are valid. 0 or in [2^30, 2^31) becomes, less 1 and
 * without sign, at least 2^30 - 1; what is negative the same, so the sign is asked for apart.
 */
TFR_APART int32_t tfr_depthwise_count_long(const struct tfr_depthwise_params *params) {
  const int32_t *bias = params->bias;
  const int32_t *multiplier = params->multiplier;
  const uint8_t *shift = params->shift;
  int32_t count = 0;
  for (const int32_t *end = multiplier + params->channels; multiplier != end; bias++) {
    const uint32_t factor = (uint32_t)*multiplier++;
    if (factor - 1 < ((uint32_t)1 << 30) - 1 || factor >> 31 != 0 ||
        tfr_depthwise_above_bias(*bias) > 2 * (uint32_t)TFR_DEPTHWISE_MAX_BIAS) {
      return params->channels;
    }
    count += !TFR_RESCALE_VALID(*shift);
    shift++;
  }
  return count;
}

TFR_INLINE int32_t tfr_depthwise_long_channels(const struct tfr_depthwise_params *params) {
  if (tfr_depthwise_window_taps(params) > TFR_DEPTHWISE_MAX_TAPS) return params->channels;
  if (params->channels >= TFR_DEPTHWISE_GROUP && tfr_depthwise_all_short(params)) return 0;
  return tfr_depthwise_count_long(params);
}

/*
 * How many channels are to be computed apart; -1: so many, or so unfit, that all are to be computed the long way. Factors
 * are valid where it is not -1.
 */
TFR_INLINE int32_t tfr_depthwise_apart(const struct tfr_depthwise_params *params) {
  const int32_t count = tfr_depthwise_long_channels(params);
  const int few = count == 0 || (count <= params->channels / 4 &&
                                 tfr_factors_valid(params->multiplier, params->shift, params->channels));
  return few ? count : -1;
}

/* Of a long channel, which is computed again: any rule. */
TFR_INLINE struct tfr_rescale tfr_depthwise_rescale(const struct tfr_depthwise_params *params, int32_t c) {
  return tfr_rescale_of(params->multiplier[c], tfr_depthwise_is_long(params, c) ? TFR_RESCALE_MIN_SHIFT : params->shift[c],
                        params->output_zero_point);
}

/*
 * Whether the multipliers of all but long channels are whole numbers at this shift (less TFR_RESCALE_HIGH); 0: each may have
 * its own.
 */
TFR_INLINE int tfr_depthwise_shares(const struct tfr_depthwise_params *params, int32_t shift) {
  const int32_t *multiplier = params->multiplier;
  const int32_t *end = multiplier + (shift > 0 ? params->channels : 0);
  for (const uint8_t *own = params->shift; multiplier != end; multiplier++, own++) {
    const int32_t more = *own - TFR_RESCALE_HIGH - shift;
    if (!TFR_RESCALE_VALID(*own)) continue;
    if (more < 0 || *multiplier >> more << more != *multiplier) return 0;
  }
  return 1;
}

TFR_INLINE int32_t tfr_depthwise_multiplier_at(const struct tfr_depthwise_params *params, int32_t c, int32_t shift) {
  return tfr_depthwise_is_long(params, c) ? 0 : params->multiplier[c] >> (params->shift[c] - TFR_RESCALE_HIGH - shift);
}

/* The channel's rule at this shift, 0: at its own. */
TFR_INLINE struct tfr_rescale tfr_depthwise_rescale_at(const struct tfr_depthwise_params *params, int32_t c,
                                                       int32_t shift) {
  if (shift == 0) return tfr_depthwise_rescale(params, c);
  return tfr_rescale_of(tfr_depthwise_multiplier_at(params, c, shift), shift + TFR_RESCALE_HIGH,
                        params->output_zero_point);
}

/* The clamp of a fused activation, after the one to int8. */
TFR_INLINE void tfr_depthwise_clamp(const struct tfr_depthwise_params *params, int8_t *output) {
  if (params->output_min == INT8_MIN && params->output_max == INT8_MAX) return;
  tfr_clamp_s8(output, params->output_height * params->output_width * params->channels, params->output_min,
               params->output_max);
}

/* The clamp, and the channels that were left out. */
TFR_INLINE void tfr_depthwise_finish_channels(const struct tfr_depthwise_params *params, int32_t long_channels,
                                              const int8_t *input, int8_t *output) {
  tfr_depthwise_clamp(params, output);
  if (long_channels == 0) return;
  for (int32_t c = 0; c < params->channels; c++) {
    if (tfr_depthwise_is_long(params, c)) tfr_depthwise_direct_channel(params, c, input, output);
  }
}

#endif
