/* What kernels verify at entry, so that their loops need to verify nothing. */
#ifndef TFR_CHECK_H
#define TFR_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "tfr_requantize.h"

#define TFR_MAX_SIZE 65535 /* of an axis, and of a weight row */

/* Three sizes are positive and a tensor of them has at most 2^31 - 1 elements. */
static inline bool tfr_volume_valid(int32_t a, int32_t b, int32_t c) {
  if (a <= 0 || b <= 0 || c <= 0) return false;
  const uint64_t area = (uint64_t)(uint32_t)a * (uint32_t)b; /* without sign: one multiplication each */
  return area <= INT32_MAX && (uint64_t)(uint32_t)area * (uint32_t)c <= INT32_MAX;
}

static inline bool tfr_s8_valid(int32_t value) { return value >= INT8_MIN && value <= INT8_MAX; }

static inline bool tfr_clamp_valid(int32_t low, int32_t high) {
  return tfr_s8_valid(low) && tfr_s8_valid(high) && low <= high;
}

static inline bool tfr_factor_valid(int32_t multiplier, int32_t shift) {
  return (multiplier == 0 || multiplier >= (int32_t)1 << 30) && shift >= TFR_MIN_SHIFT && shift <= TFR_MAX_SHIFT;
}

static inline bool tfr_factors_valid(const int32_t *multiplier, const uint8_t *shift, int32_t count) {
  for (int32_t i = 0; i < count; i++) {
    if (!tfr_factor_valid(multiplier[i], shift[i])) return false;
  }
  return true;
}

#endif
