/* The definitions of tfr_dsp.h as instructions (Arm DDI 0403E, A7.7). */
#ifndef TFR_DSP_ARM_H
#define TFR_DSP_ARM_H

#include <stdint.h>

#include "tfr_core.h"

/* A function written in assembly alone; compilers must not conclude from its empty body what it reads and changes. */
#if defined(__clang__)
#define TFR_ASSEMBLY __attribute__((naked, noinline, used))
#else
#define TFR_ASSEMBLY __attribute__((naked, noipa, used))
#endif
#define TFR_IN_REGISTER __attribute__((unused)) /* a parameter of such a function */

TFR_INLINE uint32_t tfr_load32(const void *from) {
  uint32_t word;
  __builtin_memcpy(&word, from, sizeof word);
  return word;
}

TFR_INLINE void tfr_store32(void *to, uint32_t word) { __builtin_memcpy(to, &word, sizeof word); }

TFR_INLINE int32_t tfr_low16(uint32_t word) { return (int16_t)word; }

TFR_INLINE int32_t tfr_high16(uint32_t word) { return (int32_t)word >> 16; }

TFR_INLINE uint32_t tfr_pack16(int32_t low, int32_t high) { return ((uint32_t)low & 0xffff) | (uint32_t)high << 16; }

TFR_INLINE int32_t tfr_leading_zeros(uint32_t word) { return __builtin_clz(word); }

#define TFR_DSP_ACCUMULATE(name, instruction, type)                                                        \
  TFR_INLINE int32_t name(type a, type b, int32_t acc) {                                                   \
    int32_t result;                                                                                        \
    __asm__(instruction " %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(acc));                      \
    return result;                                                                                         \
  }
TFR_DSP_ACCUMULATE(tfr_smlad, "smlad", uint32_t)
TFR_DSP_ACCUMULATE(tfr_smlabb, "smlabb", uint32_t)
TFR_DSP_ACCUMULATE(tfr_smlabt, "smlabt", uint32_t)
TFR_DSP_ACCUMULATE(tfr_smlatb, "smlatb", uint32_t)
TFR_DSP_ACCUMULATE(tfr_smlatt, "smlatt", uint32_t)
TFR_DSP_ACCUMULATE(tfr_smmla, "smmla", int32_t)
TFR_DSP_ACCUMULATE(tfr_mla, "mla", int32_t)
#undef TFR_DSP_ACCUMULATE

#define TFR_DSP_ACCUMULATE_HALF(name, instruction)                                                         \
  TFR_INLINE int32_t name(int32_t a, uint32_t b, int32_t acc) {                                            \
    int32_t result;                                                                                        \
    __asm__(instruction " %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(acc));                      \
    return result;                                                                                         \
  }
TFR_DSP_ACCUMULATE_HALF(tfr_smlawb, "smlawb")
TFR_DSP_ACCUMULATE_HALF(tfr_smlawt, "smlawt")
#undef TFR_DSP_ACCUMULATE_HALF

#define TFR_DSP_UNARY(name, text)                                   \
  TFR_INLINE uint32_t name(uint32_t word) {                         \
    uint32_t result;                                                \
    __asm__(text : "=r"(result) : "r"(word));                       \
    return result;                                                  \
  }
TFR_DSP_UNARY(tfr_sxtb16, "sxtb16 %0, %1")
TFR_DSP_UNARY(tfr_sxtb16_odd, "sxtb16 %0, %1, ror #8")
#undef TFR_DSP_UNARY

#define TFR_DSP_BINARY(name, text)                                  \
  TFR_INLINE uint32_t name(uint32_t a, uint32_t b) {                \
    uint32_t result;                                                \
    __asm__(text : "=r"(result) : "r"(a), "r"(b));                  \
    return result;                                                  \
  }
TFR_DSP_BINARY(tfr_sxtab16, "sxtab16 %0, %1, %2")
TFR_DSP_BINARY(tfr_sxtab16_odd, "sxtab16 %0, %1, %2, ror #8")
TFR_DSP_BINARY(tfr_low_halves, "pkhbt %0, %1, %2, lsl #16")
TFR_DSP_BINARY(tfr_high_halves, "pkhtb %0, %2, %1, asr #16")
TFR_DSP_BINARY(tfr_shadd16, "shadd16 %0, %1, %2")
TFR_DSP_BINARY(tfr_qsub16, "qsub16 %0, %1, %2")
TFR_DSP_BINARY(tfr_uqsub16, "uqsub16 %0, %1, %2")
#undef TFR_DSP_BINARY

/* These set the GE flags, which nothing else keeps a value in: "cc" stands for them. */
#define TFR_DSP_FLAGS(name, text)                                   \
  TFR_INLINE uint32_t name(uint32_t a, uint32_t b) {                \
    uint32_t result;                                                \
    __asm__(text : "=&r"(result) : "r"(a), "r"(b) : "cc");          \
    return result;                                                  \
  }
TFR_DSP_FLAGS(tfr_sadd16, "sadd16 %0, %1, %2")
TFR_DSP_FLAGS(tfr_max8, "ssub8 %0, %1, %2\n\tsel %0, %1, %2")
TFR_DSP_FLAGS(tfr_min8, "ssub8 %0, %1, %2\n\tsel %0, %2, %1")
TFR_DSP_FLAGS(tfr_sub8, "ssub8 %0, %1, %2")
#undef TFR_DSP_FLAGS

TFR_INLINE int32_t tfr_smmulr(int32_t a, int32_t b) {
  int32_t result;
  __asm__("smmulr %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
  return result;
}

TFR_INLINE uint32_t tfr_select16(uint32_t sign, uint32_t positive, uint32_t negative) {
  uint32_t result;
  __asm__("sadd16 %0, %1, %2\n\tsel %0, %3, %4"
          : "=&r"(result)
          : "r"(sign), "r"(0), "r"(positive), "r"(negative)
          : "cc");
  return result;
}

TFR_INLINE int32_t tfr_ssat8(int32_t value) {
  int32_t result;
  __asm__("ssat %0, #8, %1" : "=r"(result) : "r"(value));
  return result;
}

/* `shift` is a constant. */
#define tfr_ssat8_shifted(value, shift)                                                        \
  __extension__({                                                                              \
    int32_t saturated_;                                                                        \
    __asm__("ssat %0, #8, %1, asr %2" : "=r"(saturated_) : "r"(value), "i"(shift));            \
    saturated_;                                                                                \
  })

TFR_INLINE int32_t tfr_byte(uint32_t word, int32_t index) { return (int8_t)(word >> (8 * index)); }

/* `into` with its byte 1 replaced by the lowest of `value`. */
TFR_INLINE uint32_t tfr_insert_byte1(int32_t into, int32_t value) {
  __asm__("bfi %0, %1, #8, #8" : "+r"(into) : "r"(value));
  return (uint32_t)into;
}

TFR_INLINE uint32_t tfr_pack8(int32_t a, int32_t b, int32_t c, int32_t d) {
  return tfr_low_halves(tfr_insert_byte1(a, b), tfr_insert_byte1(c, d));
}

#endif
