#include "tfr_clamp.h"

#include "tfr_dsp.h"

/* Sixteen at a time where a word's four are compared in one instruction; compilers of other cores find their own way. */
#if TFR_CORE != TFR_CORE_PORTABLE

static inline uint32_t clamp4(const int8_t *values, uint32_t lows, uint32_t highs) {
  return tfr_min8(tfr_max8(tfr_load32(values), lows), highs);
}

static int32_t clamp_blocks(int8_t *values, int32_t count, int32_t low, int32_t high) {
  const uint32_t lows = (uint32_t)(low & 0xff) * 0x01010101u;
  const uint32_t highs = (uint32_t)(high & 0xff) * 0x01010101u;
  int32_t i = 0;
  for (; i + 16 <= count; i += 16) {
    const uint32_t a = clamp4(values + i, lows, highs), b = clamp4(values + i + 4, lows, highs);
    const uint32_t c = clamp4(values + i + 8, lows, highs), d = clamp4(values + i + 12, lows, highs);
    tfr_store32(values + i, a);
    tfr_store32(values + i + 4, b);
    tfr_store32(values + i + 8, c);
    tfr_store32(values + i + 12, d);
  }
  return i;
}

#else
#define clamp_blocks(values, count, low, high) 0
#endif

void tfr_clamp_s8(int8_t *values, int32_t count, int32_t low, int32_t high) {
  const int8_t least = (int8_t)low, most = (int8_t)high; /* so that compilers compare bytes, not words */
  for (int32_t i = clamp_blocks(values, count, low, high); i < count; i++) {
    const int8_t raised = values[i] < least ? least : values[i];
    values[i] = raised > most ? most : raised;
  }
}
