/* The definitions of tfr_dsp.h in C. */
#ifndef TFR_DSP_PORTABLE_H
#define TFR_DSP_PORTABLE_H

#include <stdint.h>

#include "tfr_core.h"

TFR_INLINE uint32_t tfr_load32(const void *from) {
  const uint8_t *byte = (const uint8_t *)from;
  return (uint32_t)byte[0] | (uint32_t)byte[1] << 8 | (uint32_t)byte[2] << 16 | (uint32_t)byte[3] << 24;
}

TFR_INLINE void tfr_store32(void *to, uint32_t word) {
  uint8_t *byte = (uint8_t *)to;
  byte[0] = (uint8_t)word;
  byte[1] = (uint8_t)(word >> 8);
  byte[2] = (uint8_t)(word >> 16);
  byte[3] = (uint8_t)(word >> 24);
}

TFR_INLINE int32_t tfr_low16(uint32_t word) { return (int16_t)(word & 0xffff); }

TFR_INLINE int32_t tfr_high16(uint32_t word) { return (int16_t)(word >> 16); }

TFR_INLINE uint32_t tfr_pack16(int32_t low, int32_t high) { return ((uint32_t)low & 0xffff) | (uint32_t)high << 16; }

TFR_INLINE int32_t tfr_byte(uint32_t word, int32_t index) { return (int8_t)((word >> (8 * index)) & 0xff); }

/* Zeros before the first one; the word is not 0. */
TFR_INLINE int32_t tfr_leading_zeros(uint32_t word) {
  int32_t zeros = 0;
  while (word >> (31 - zeros) == 0) zeros++;
  return zeros;
}

/* acc + low(a) * low(b) + high(a) * high(b) */
TFR_INLINE int32_t tfr_smlad(uint32_t a, uint32_t b, int32_t acc) {
  return acc + tfr_low16(a) * tfr_low16(b) + tfr_high16(a) * tfr_high16(b);
}

/* acc + low(a) * low(b), and so on */
TFR_INLINE int32_t tfr_smlabb(uint32_t a, uint32_t b, int32_t acc) { return acc + tfr_low16(a) * tfr_low16(b); }

TFR_INLINE int32_t tfr_smlabt(uint32_t a, uint32_t b, int32_t acc) { return acc + tfr_low16(a) * tfr_high16(b); }

TFR_INLINE int32_t tfr_smlatb(uint32_t a, uint32_t b, int32_t acc) { return acc + tfr_high16(a) * tfr_low16(b); }

TFR_INLINE int32_t tfr_smlatt(uint32_t a, uint32_t b, int32_t acc) { return acc + tfr_high16(a) * tfr_high16(b); }

/* acc + a * b modulo 2^32 */
TFR_INLINE int32_t tfr_mla(int32_t a, int32_t b, int32_t acc) {
  return (int32_t)((uint32_t)a * (uint32_t)b + (uint32_t)acc);
}

/* acc + the upper 32 bits of a * b */
TFR_INLINE int32_t tfr_smmla(int32_t a, int32_t b, int32_t acc) { return acc + (int32_t)(((int64_t)a * b) >> 32); }

/* acc + a * low(b) / 2^16 (high(b)), rounded down */
TFR_INLINE int32_t tfr_smlawb(int32_t a, uint32_t b, int32_t acc) {
  return acc + (int32_t)(((int64_t)a * tfr_low16(b)) >> 16);
}

TFR_INLINE int32_t tfr_smlawt(int32_t a, uint32_t b, int32_t acc) {
  return acc + (int32_t)(((int64_t)a * tfr_high16(b)) >> 16);
}

/* The upper 32 bits of a * b, rounded */
TFR_INLINE int32_t tfr_smmulr(int32_t a, int32_t b) {
  return (int32_t)(((int64_t)a * b + ((int64_t)1 << 31)) >> 32);
}

/* Bytes 0 and 2 (1 and 3) as two int16; the second form adds them to the halves of acc. */
TFR_INLINE uint32_t tfr_sxtb16(uint32_t word) { return tfr_pack16(tfr_byte(word, 0), tfr_byte(word, 2)); }

TFR_INLINE uint32_t tfr_sxtb16_odd(uint32_t word) { return tfr_pack16(tfr_byte(word, 1), tfr_byte(word, 3)); }

TFR_INLINE uint32_t tfr_sxtab16(uint32_t acc, uint32_t word) {
  return tfr_pack16(tfr_low16(acc) + tfr_byte(word, 0), tfr_high16(acc) + tfr_byte(word, 2));
}

TFR_INLINE uint32_t tfr_sxtab16_odd(uint32_t acc, uint32_t word) {
  return tfr_pack16(tfr_low16(acc) + tfr_byte(word, 1), tfr_high16(acc) + tfr_byte(word, 3));
}

/* The low halves of two words, then the high halves. */
TFR_INLINE uint32_t tfr_low_halves(uint32_t first, uint32_t second) { return (first & 0xffff) | second << 16; }

TFR_INLINE uint32_t tfr_high_halves(uint32_t first, uint32_t second) {
  return first >> 16 | (second & 0xffff0000u);
}

/* int16 sums, and their floor halves */
TFR_INLINE uint32_t tfr_sadd16(uint32_t a, uint32_t b) {
  return tfr_pack16(tfr_low16(a) + tfr_low16(b), tfr_high16(a) + tfr_high16(b));
}

TFR_INLINE uint32_t tfr_shadd16(uint32_t a, uint32_t b) {
  return tfr_pack16((tfr_low16(a) + tfr_low16(b)) >> 1, (tfr_high16(a) + tfr_high16(b)) >> 1);
}

/* int16 differences, saturated */
TFR_INLINE int32_t tfr_ssat16(int32_t value) {
  return value < INT16_MIN ? INT16_MIN : value > INT16_MAX ? INT16_MAX : value;
}

TFR_INLINE uint32_t tfr_qsub16(uint32_t a, uint32_t b) {
  return tfr_pack16(tfr_ssat16(tfr_low16(a) - tfr_low16(b)), tfr_ssat16(tfr_high16(a) - tfr_high16(b)));
}

/* uint16 differences, 0 where they would be negative */
TFR_INLINE uint32_t tfr_uqsub16(uint32_t a, uint32_t b) {
  const uint32_t low = (a & 0xffff) > (b & 0xffff) ? (a & 0xffff) - (b & 0xffff) : 0;
  return low | ((a >> 16) > (b >> 16) ? (a >> 16) - (b >> 16) : 0) << 16;
}

/* Half by half: `positive` where the int16 of `sign` is at least 0, else `negative`. */
TFR_INLINE uint32_t tfr_select16(uint32_t sign, uint32_t positive, uint32_t negative) {
  return (tfr_low16(sign) >= 0 ? positive & 0xffff : negative & 0xffff) |
         (tfr_high16(sign) >= 0 ? positive & 0xffff0000u : negative & 0xffff0000u);
}

TFR_INLINE uint32_t tfr_pack8(int32_t a, int32_t b, int32_t c, int32_t d) {
  return ((uint32_t)a & 0xff) | ((uint32_t)b & 0xff) << 8 | ((uint32_t)c & 0xff) << 16 | (uint32_t)d << 24;
}

/* Four int8: the larger ones, the smaller ones, and differences modulo 256. */
TFR_INLINE uint32_t tfr_max8(uint32_t a, uint32_t b) {
  uint32_t result = 0;
  for (int32_t i = 0; i < 4; i++) {
    const uint32_t larger = tfr_byte(a, i) >= tfr_byte(b, i) ? a : b;
    result |= larger & (uint32_t)0xff << (8 * i);
  }
  return result;
}

TFR_INLINE uint32_t tfr_min8(uint32_t a, uint32_t b) {
  uint32_t result = 0;
  for (int32_t i = 0; i < 4; i++) {
    const uint32_t smaller = tfr_byte(a, i) >= tfr_byte(b, i) ? b : a;
    result |= smaller & (uint32_t)0xff << (8 * i);
  }
  return result;
}

TFR_INLINE uint32_t tfr_sub8(uint32_t a, uint32_t b) {
  return tfr_pack8(tfr_byte(a, 0) - tfr_byte(b, 0), tfr_byte(a, 1) - tfr_byte(b, 1), tfr_byte(a, 2) - tfr_byte(b, 2),
                   tfr_byte(a, 3) - tfr_byte(b, 3));
}

/* Clamped to [-128, 127]; tfr_ssat8_shifted shifts right first, by a constant. */
TFR_INLINE int32_t tfr_ssat8(int32_t value) { return value < INT8_MIN ? INT8_MIN : value > INT8_MAX ? INT8_MAX : value; }

#define tfr_ssat8_shifted(value, shift) tfr_ssat8((value) >> (shift))

#endif
