/*
 * Four channels of an image as words of two rows: scratch [columns][TFR_DEPTHWISE_PAIRS][4 channels], the upper row in the
 * low half. What lies outside of the image holds the input's zero point.
 */
#ifndef TFR_DEPTHWISE_WIDEN_H
#define TFR_DEPTHWISE_WIDEN_H

#include "depthwise/tfr_depthwise_plane.h"
#include "tfr_dsp.h"

#define TFR_DEPTHWISE_COLUMN (TFR_DEPTHWISE_PAIRS * TFR_DEPTHWISE_GROUP) /* words */

/* Columns before and behind the image, once a call. */
static inline void tfr_depthwise_pad(const struct tfr_depthwise_plane *plane, int32_t zero_point, uint32_t *scratch) {
  const uint32_t zero = tfr_pack16(zero_point, zero_point);
  const int32_t begin = plane->padding_left * TFR_DEPTHWISE_COLUMN;
  const int32_t behind = begin + plane->input_width * TFR_DEPTHWISE_COLUMN;
  const int32_t end = tfr_depthwise_strip_columns(plane->stride, plane->output_width) * TFR_DEPTHWISE_COLUMN;
  for (int32_t i = 0; i < begin; i++) scratch[i] = zero;
  for (int32_t i = behind; i < end; i++) scratch[i] = zero;
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

/* Rows of a strip to widen, at channel 0: the six words that the assembly is given come first. */
struct tfr_depthwise_widening {
  const int8_t *const *next; /* of two rows */
  const int8_t *const *end;
  const uint32_t *outside; /* stands for a row outside of the image, and is all of its pixels */
  int32_t step;            /* bytes from pixel to pixel */
  int32_t column_bytes;    /* of the words of all columns */
  uint32_t *words;         /* of the first column */
  const int8_t *const *inside_end; /* behind the last pair with a row inside: the others stay as they are from then on */
  const int8_t *row[2 * TFR_DEPTHWISE_PAIRS];
};

/* Columns from their words of two rows, whose registers and those that `low` and `high` name are lost. */
#define TFR_DEPTHWISE_WIDEN_PACK(upper, lower, low, high) \
  "pkhbt " low ", " upper ", " lower ", lsl #16\n\tpkhtb " high ", " lower ", " upper ", asr #16\n\t"
#define TFR_DEPTHWISE_WIDEN_COLUMN(upper, lower, low, high, at)                     \
  TFR_DEPTHWISE_WIDEN_PACK(upper, lower, low, high) "sxtb16 " upper ", " low "\n\t" \
  "sxtb16 " lower ", " low ", ror #8\n\tstr " upper ", [r4, #" at "]\n\t"           \
  "sxtb16 " low ", " high "\n\tstr " lower ", [r4, #" at "+4]\n\t"                  \
  "sxtb16 " high ", " high ", ror #8\n\tstr " low ", [r4, #" at "+8]\n\t"

#if TFR_CORE == TFR_CORE_M7
/* An extension and a store or an addition a cycle. */
#define TFR_DEPTHWISE_WIDEN_TWO                                                                          \
  "pkhbt r10, r6, r7, lsl #16\n\tadd r0, r0, r2\n\tpkhtb r11, r7, r6, asr #16\n\tadd r1, r1, r3\n\t"     \
  "sxtb16 r6, r10\n\tadd r0, r0, r2\n\tsxtb16 r7, r10, ror #8\n\tstr r6, [r4]\n\t"                       \
  "sxtb16 r10, r11\n\tstr r7, [r4, #4]\n\tsxtb16 r11, r11, ror #8\n\tstr r10, [r4, #8]\n\t"              \
  "pkhbt r12, r8, r9, lsl #16\n\tstr r11, [r4, #12]\n\tpkhtb r14, r9, r8, asr #16\n\tadd r1, r1, r3\n\t" \
  "sxtb16 r8, r12\n\tadd r4, r4, #288\n\tsxtb16 r9, r12, ror #8\n\tstr r8, [r4, #-144]\n\t"              \
  "sxtb16 r12, r14\n\tstr r9, [r4, #-140]\n\tsxtb16 r14, r14, ror #8\n\tstr r12, [r4, #-136]\n\t"        \
  "cmp r4, r5\n\tstr r14, [r4, #-132]\n\t"
#else
#define TFR_DEPTHWISE_WIDEN_TWO                                                         \
  "add r0, r0, r2, lsl #1\n\tadd r1, r1, r3, lsl #1\n\t"                                \
  TFR_DEPTHWISE_WIDEN_COLUMN("r6", "r7", "r10", "r11", "0") "str r11, [r4, #12]\n\t"    \
  TFR_DEPTHWISE_WIDEN_COLUMN("r8", "r9", "r10", "r11", "144") "str r11, [r4, #156]\n\t" \
  "add r4, r4, #288\n\tcmp r4, r5\n\t"
#endif

/* The first pixel of a row and the step to the next. */
#define TFR_DEPTHWISE_WIDEN_ROW(pixel, step) \
  "cmp " pixel ", r8\n\titee eq\n\tmoveq " step ", #0\n\tmovne " step ", r9\n\taddne " pixel ", " pixel ", r12\n\t"

/*
 * At channel `c`. r0, r1: rows; r2, r3: their steps; r4, r5: words and their end. Where columns are odd in number, one comes
 * first. On the stack the first six words of `rows`, then the channel.
 */
TFR_ASSEMBLY static void tfr_depthwise_widen(__attribute__((unused)) const struct tfr_depthwise_widening *rows,
                                             __attribute__((unused)) int32_t c) {
  __asm volatile("push {r4-r11, lr}\n\tmov r12, r1\n\tldm r0, {r6-r11}\n\tpush {r6-r12}\n\t"
                 "3:\n\t"
                 "ldr r14, [sp]\n\tldr r8, [sp, #8]\n\tldr r9, [sp, #12]\n\tldr r5, [sp, #16]\n\tldr r4, [sp, #20]\n\t"
                 "ldr r12, [sp, #24]\n\tldm r14!, {r0, r1}\n\t"
                 TFR_DEPTHWISE_WIDEN_ROW("r0", "r2") TFR_DEPTHWISE_WIDEN_ROW("r1", "r3")
                 "tst r5, #16\n\tadd r5, r5, r4\n\tadd r6, r4, #16\n\tstr r14, [sp]\n\tstr r6, [sp, #20]\n\t"
                 "beq 1f\n\t" /* columns are odd multiples of 16 bytes apart */
                 "ldr r6, [r0]\n\tldr r7, [r1]\n\tadd r0, r0, r2\n\tadd r1, r1, r3\n\t"
                 TFR_DEPTHWISE_WIDEN_COLUMN("r6", "r7", "r10", "r11", "0")
                 "add r4, r4, #144\n\tcmp r4, r5\n\tstr r11, [r4, #-132]\n\t"
                 "beq 2f\n\t"
                 "1:\n\t"
                 "ldr r6, [r0]\n\tldr r7, [r1]\n\tldr r8, [r0, r2]\n\tldr r9, [r1, r3]\n\t"
                 TFR_DEPTHWISE_WIDEN_TWO
                 "bne 1b\n\t"
                 "2:\n\t"
                 "ldr r6, [sp]\n\tldr r7, [sp, #4]\n\tcmp r6, r7\n\tbne 3b\n\t"
                 "add sp, sp, #28\n\tpop {r4-r11, pc}");
}

/* `pairs` pairs of rows from `row` on. `rows` must stay where it is. */
TFR_INLINE void tfr_depthwise_widening_of(const struct tfr_depthwise_plane *plane, int32_t row, int32_t pairs,
                                          const int8_t *input, const uint32_t *outside, uint32_t *scratch,
                                          struct tfr_depthwise_widening *rows) {
  const int32_t room = tfr_depthwise_strip_columns(plane->stride, plane->output_width) - plane->padding_left;
  const int32_t columns = plane->input_width < room ? plane->input_width : room;
  rows->next = rows->row;
  rows->end = rows->row + 2 * pairs;
  rows->inside_end = plane->input_height - row > 2 * pairs ? rows->end : rows->row + (plane->input_height - row + 1) / 2 * 2;
  rows->outside = outside;
  rows->step = plane->input_column;
  rows->column_bytes = 4 * TFR_DEPTHWISE_COLUMN * columns;
  rows->words = scratch + plane->padding_left * TFR_DEPTHWISE_COLUMN;
  for (int32_t i = 0; i < 2 * pairs; i++) {
    const int inside = row + i >= 0 && row + i < plane->input_height;
    rows->row[i] = inside ? input + (row + i) * plane->input_row : (const int8_t *)outside;
  }
}

#endif
