/*
 * Rescaling with a zero point in a few instructions, equal to tfr_requantize for the factors and sums that networks have:
 * shifts in [TFR_RESCALE_MIN_SHIFT, TFR_RESCALE_MAX_SHIFT] and, where rounding is double, |acc| < 2^30. The rounding term
 * and the zero point, at most 2^20 and 2^28, are added in one to a high product of at most 2^30.
 *
 * Double rounding: SaturatingRoundingDoublingHighMul is floor((acc * multiplier + 2^30) / 2^31) for products of either
 * sign, which is SMMULR of twice the sum; RoundingDivideByPOT adds half a unit, less one if the sum is negative.
 */
#ifndef TFR_RESCALE_H
#define TFR_RESCALE_H

#include <stdint.h>

#include "tfr_dsp.h"

struct tfr_rescale {
  int32_t multiplier;
  int32_t offset;
  int32_t shift; /* right, of the high product */
};

#if defined(TFR_DOUBLE_ROUNDING)
#define TFR_RESCALE_HIGH 31
#else
#define TFR_RESCALE_HIGH 32
#endif

#define TFR_RESCALE_MIN_SHIFT (TFR_RESCALE_HIGH + 1)
#define TFR_RESCALE_MAX_SHIFT (TFR_RESCALE_HIGH + 21)
#define TFR_RESCALE_VALID(shift) ((shift) >= TFR_RESCALE_MIN_SHIFT && (shift) <= TFR_RESCALE_MAX_SHIFT)

TFR_INLINE struct tfr_rescale tfr_rescale_of(int32_t multiplier, int32_t shift, int32_t zero_point) {
  const int32_t right = shift - TFR_RESCALE_HIGH;
  return (struct tfr_rescale){.multiplier = multiplier,
                              .offset = zero_point * ((int32_t)1 << right) + ((int32_t)1 << (right - 1)),
                              .shift = right};
}

#if defined(TFR_DOUBLE_ROUNDING)
TFR_INLINE int32_t tfr_rescale_apply(struct tfr_rescale rule, int32_t acc) {
  const int32_t high = tfr_smmulr(2 * acc, rule.multiplier);
  return (high + (high >> 31) + rule.offset) >> rule.shift;
}
#else
TFR_INLINE int32_t tfr_rescale_apply(struct tfr_rescale rule, int32_t acc) {
  return tfr_smmla(acc, rule.multiplier, rule.offset) >> rule.shift;
}
#endif

#endif
