/*
 * Four channels of an image as words of two rows: scratch [columns][TFR_DEPTHWISE_PAIRS][4 channels], the upper row in the
 * low half. What lies outside of the image holds the input's zero point.
 */
#ifndef TFR_DEPTHWISE_WIDEN_H
#define TFR_DEPTHWISE_WIDEN_H

#include "depthwise/tfr_depthwise_layer.h"
#include "tfr_dsp.h"

#define TFR_DEPTHWISE_COLUMN (TFR_DEPTHWISE_PAIRS * TFR_DEPTHWISE_GROUP) /* words */

/* Columns before and behind the image, once a call. */
static inline void tfr_depthwise_pad(const struct tfr_depthwise_params *params, uint32_t *scratch) {
  const uint32_t zero = tfr_pack16(params->input_zero_point, params->input_zero_point);
  const int32_t begin = params->padding_left * TFR_DEPTHWISE_COLUMN;
  const int32_t behind = begin + params->input_width * TFR_DEPTHWISE_COLUMN;
  const int32_t end = tfr_depthwise_columns(params) * TFR_DEPTHWISE_COLUMN;
  for (int32_t i = 0; i < begin; i++) scratch[i] = zero;
  for (int32_t i = behind; i < end; i++) scratch[i] = zero;
}

/* One row as a source: its first pixel and the bytes from one to the next, 0 where the row lies outside of the image. */
struct tfr_depthwise_source {
  const int8_t *pixel;
  int32_t step;
};

TFR_INLINE struct tfr_depthwise_source tfr_depthwise_source_of(const struct tfr_depthwise_params *params, int32_t row,
                                                               const int8_t *input, const uint32_t *outside) {
  const int inside = row >= 0 && row < params->input_height;
  return (struct tfr_depthwise_source){
      .pixel = inside ? input + row * params->input_width * params->channels : (const int8_t *)outside,
      .step = inside ? params->channels : 0};
}

/* Four channels of two rows, a word each. */
TFR_INLINE void tfr_depthwise_widen_words(uint32_t upper, uint32_t lower, uint32_t *words) {
  const uint32_t first = tfr_low_halves(upper, lower);
  const uint32_t second = tfr_high_halves(upper, lower);
  words[0] = tfr_sxtb16(first);
  words[1] = tfr_sxtb16_odd(first);
  words[2] = tfr_sxtb16(second);
  words[3] = tfr_sxtb16_odd(second);
}

/* A pair of rows to widen. */
struct tfr_depthwise_widening {
  struct tfr_depthwise_source upper;
  struct tfr_depthwise_source lower;
  uint32_t *words;
  uint32_t *end; /* behind the last column */
};

#define TFR_DEPTHWISE_WIDEN_COLUMN(upper, lower, at)                                                      \
  "pkhbt r10, " upper ", " lower ", lsl #16\n\tpkhtb r11, " lower ", " upper ", asr #16\n\t"              \
  "sxtb16 " upper ", r10\n\tsxtb16 " lower ", r10, ror #8\n\t"                                          \
  "sxtb16 r10, r11\n\tsxtb16 r11, r11, ror #8\n\t"                                                     \
  "str " upper ", [r4, #" at "]\n\tstr " lower ", [r4, #" at "+4]\n\t"                                  \
  "str r10, [r4, #" at "+8]\n\tstr r11, [r4, #" at "+12]\n\t"

/* r0, r1: rows; r2, r3: their steps; r4, r5: words and their end. Where columns are odd in number, one comes first. */
TFR_ASSEMBLY static void tfr_depthwise_widen_pair(__attribute__((unused)) const struct tfr_depthwise_widening *rows) {
  __asm volatile("push {r4-r11, lr}\n\t"
                 "ldr r1, [r0, #8]\n\tldr r2, [r0, #4]\n\tldr r3, [r0, #12]\n\tldr r4, [r0, #16]\n\t"
                 "ldr r5, [r0, #20]\n\tldr r0, [r0]\n\t"
                 "sub r6, r5, r4\n\t"
                 "tst r6, #16\n\t" /* columns are odd multiples of 16 bytes apart */
                 "beq 1f\n\t"
                 "ldr r6, [r0]\n\tldr r7, [r1]\n\tadd r0, r0, r2\n\tadd r1, r1, r3\n\t"
                 TFR_DEPTHWISE_WIDEN_COLUMN("r6", "r7", "0")
                 "add r4, r4, #144\n\t"
                 "b 2f\n\t"
                 "1:\n\t"
                 "ldr r6, [r0]\n\tldr r7, [r1]\n\tldr r8, [r0, r2]\n\tldr r9, [r1, r3]\n\t"
                 "add r0, r0, r2, lsl #1\n\tadd r1, r1, r3, lsl #1\n\t"
                 TFR_DEPTHWISE_WIDEN_COLUMN("r6", "r7", "0")
                 TFR_DEPTHWISE_WIDEN_COLUMN("r8", "r9", "144")
                 "add r4, r4, #288\n\t"
                 "2:\n\t"
                 "cmp r4, r5\n\t"
                 "bne 1b\n\t"
                 "pop {r4-r11, pc}");
}

/* `pairs` pairs of rows from `row` on; `input` is at the first channel. */
TFR_INLINE void tfr_depthwise_widen(const struct tfr_depthwise_params *params, int32_t row, int32_t pairs,
                                       const int8_t *input, uint32_t *scratch) {
  const uint32_t outside = (uint32_t)(params->input_zero_point & 0xff) * 0x01010101u;
  const int32_t room = tfr_depthwise_columns(params) - params->padding_left;
  const int32_t columns = params->input_width < room ? params->input_width : room;
  uint32_t *words = scratch + params->padding_left * TFR_DEPTHWISE_COLUMN;
  for (int32_t pair = 0; pair < pairs; pair++) {
    const struct tfr_depthwise_widening rows = {
        .upper = tfr_depthwise_source_of(params, row + 2 * pair, input, &outside),
        .lower = tfr_depthwise_source_of(params, row + 2 * pair + 1, input, &outside),
        .words = words + pair * TFR_DEPTHWISE_GROUP,
        .end = words + pair * TFR_DEPTHWISE_GROUP + columns * TFR_DEPTHWISE_COLUMN};
    tfr_depthwise_widen_pair(&rows);
  }
}

#endif
