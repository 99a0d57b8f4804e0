/*
 * The one rescaling rule: acc * multiplier * 2^-shift, rounded. Single rounding is the default; TFR_DOUBLE_ROUNDING
 * gives the two steps of gemmlowp and TensorFlow Lite. Both need the right shift of negative numbers to be arithmetic,
 * as every compiler for the targets has it.
 */
#ifndef TFR_REQUANTIZE_H
#define TFR_REQUANTIZE_H

#include <stdint.h>

#include "tfr_dsp.h"
#include "tfr_simd.h"

#define TFR_MIN_SHIFT 17
#define TFR_MAX_SHIFT 62

/* Results beyond +-2^30 are given as +-2^30: every output is clamped far below, and adding a zero point is safe. */
#define TFR_REQUANTIZED_MAX ((int32_t)1 << 30)

TFR_INLINE int32_t tfr_saturate(int64_t value) {
  return (int32_t)(value > TFR_REQUANTIZED_MAX    ? TFR_REQUANTIZED_MAX
                   : value < -TFR_REQUANTIZED_MAX ? -TFR_REQUANTIZED_MAX
                                                  : value);
}

#if defined(TFR_DOUBLE_ROUNDING)

/*
 * SaturatingRoundingDoublingHighMul: gemmlowp's nudged division, which truncates, is this floor for either sign. It
 * saturates only for INT32_MIN times itself, and multipliers are not negative.
 */
TFR_INLINE int32_t tfr_doubling_high(int32_t value, int32_t multiplier) {
  return (int32_t)(((int64_t)value * multiplier + ((int64_t)1 << 30)) >> 31);
}

/*
 * Then RoundingDivideByPOT, halves away from zero, in two steps so that nothing overflows; for factors of 1 and more a
 * saturating left shift before instead.
 */
TFR_INLINE int32_t tfr_requantize(int32_t acc, int32_t multiplier, int32_t shift) {
  if (shift > 31) {
    const int32_t high = tfr_doubling_high(acc, multiplier);
    return (((high + (high >> 31)) >> (shift - 32)) + 1) >> 1;
  }
  const int64_t shifted = (int64_t)acc * ((int64_t)1 << (31 - shift));
  const int64_t saturated = shifted > INT32_MAX ? INT32_MAX : shifted < INT32_MIN ? INT32_MIN : shifted;
  return tfr_saturate(tfr_doubling_high((int32_t)saturated, multiplier));
}

#define TFR_SHORT_SHIFT (TFR_MAX_SHIFT + 1)

#else

/* From this shift on tfr_requantize_short gives the same. */
#define TFR_SHORT_SHIFT 33

/*
 * |acc * multiplier| < 2^62 and the rounding term is at most 2^61, so nothing overflows. For shifts above 32, which
 * networks nearly always have, the rounding term does not touch the product's low word and 32 bits do.
 */
TFR_INLINE int32_t tfr_requantize(int32_t acc, int32_t multiplier, int32_t shift) {
  const int64_t product = (int64_t)acc * multiplier;
  if (shift > 32) return ((int32_t)(product >> 32) + ((int32_t)1 << (shift - 33))) >> (shift - 32);
  return tfr_saturate((product + ((int64_t)1 << (shift - 1))) >> shift);
}

#endif

/* For shifts of TFR_SHORT_SHIFT and more: half = 1 << (shift - 33), high_shift = shift - 32. */
TFR_INLINE int32_t tfr_requantize_short(int32_t acc, int32_t multiplier, int32_t half, int32_t high_shift) {
  return tfr_smmla(acc, multiplier, half) >> high_shift;
}

/* An accumulator to an int8 output: rescaled, moved by the zero point, clamped to [low, high]. */
TFR_INLINE int8_t tfr_requantize_s8(int32_t acc, int32_t multiplier, int32_t shift, int32_t zero_point, int32_t low,
                                    int32_t high) {
  const int32_t value = zero_point + tfr_requantize(acc, multiplier, shift);
  return (int8_t)(value < low ? low : value > high ? high : value);
}

#endif
