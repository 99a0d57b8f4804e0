/*
 * All channels of a position in assembly. Taps of a row are a run of equal pieces of code, entered such that as many are
 * left as the row has; longer rows pass it several times. r0: position. r5, r6: pixels and weights behind their row,
 * r7: from there to the tap. r8: channels. [sp]: where r6 is behind the window; [sp, #4]: where the run is entered;
 * r12, [sp, #8]: channel.
 */
#ifndef TFR_DEPTHWISE_POSITION_ARM_H
#define TFR_DEPTHWISE_POSITION_ARM_H

#include "depthwise/tfr_depthwise_scale.h"

typedef void tfr_depthwise_position_runner(const struct tfr_depthwise_position *position);

#define TFR_POSITION_BEGIN                                                                                         \
  "push {r4-r11, lr}\n\tldr r1, [r0, #60]\n\tadr.w r2, 2f\n\tadr.w r3, 3f\n\tsub r2, r3, r2\n\tlsr r2, r2, #3\n\t"  \
  "mls r14, r1, r2, r3\n\torr r14, r14, #1\n\tmovs r12, #0\n\tpush {r11, r12, r14}\n\tstr r14, [sp, #4]\n\t"

#define TFR_POSITION_2(piece) piece piece
#define TFR_POSITION_RUN(tap) TFR_POSITION_2(TFR_POSITION_2(TFR_POSITION_2(tap)))

/* On to the next row; behind the last one, falls through. */
#define TFR_POSITION_NEXT_ROW                                                                                      \
  "ldrd r10, r11, [r0, #36]\n\tldr r12, [sp]\n\tldr r7, [r0, #8]\n\tldr r14, [sp, #4]\n\t"                         \
  "add r6, r6, r11\n\tadd r5, r5, r10\n\tcmp r6, r12\n\tit ne\n\tbxne r14\n\t"

/* One channel. r1: sum of products with pixels, r2: of weights, r9: the input's negative zero point. */
#define TFR_POSITION_ONE_TAP                                                                                       \
  "ldrsb r11, [r6, r7]\n\tldrsb r10, [r5, r7]\n\tadds r7, r7, r8\n\tadd r2, r2, r11\n\tmla r1, r10, r11, r1\n\t"

/* Channel by channel. */
TFR_ASSEMBLY static void tfr_depthwise_position_few(__attribute__((unused)) const struct tfr_depthwise_position *position) {
  __asm volatile(
      TFR_POSITION_BEGIN "ldr r8, [r0, #44]\n\tldrsh r9, [r0, #48]\n\t"
      "1:\n\tldm r0, {r5, r6, r7, r10, r11}\n\tldr r14, [sp, #4]\n\tldr r1, [r11, r12, lsl #2]\n\t"
      "add r5, r5, r12\n\tadd r10, r10, r12\n\tadd r6, r6, r12\n\t"
      "str r12, [sp, #8]\n\tstr r10, [sp]\n\tmovs r2, #0\n\tbx r14\n\t.p2align 2\n\t"
      "2:\n\t" TFR_POSITION_RUN(TFR_POSITION_ONE_TAP) "3:\n\tbne 2b\n\t" TFR_POSITION_NEXT_ROW
      "ldr r12, [sp, #8]\n\tldr r10, [r0, #20]\n\tldr r11, [r0, #24]\n\tldrb r7, [r0, #28]\n\tldr r5, [r0, #32]\n\t"
      "mla r1, r2, r9, r1\n\tldr r10, [r10, r12, lsl #2]\n\tldrb r11, [r11, r12]\n\tldr r6, [r0, #52]\n\t"
      "sub r7, r11, r7\n\tlsl r5, r5, r7\n\t" TFR_ASM_SCALE("r1", "r10", "r5")
      "asr r1, r1, r7\n\tssat r1, #8, r1, asr #1\n\tstrb r1, [r6, r12]\n\t"
      "add r12, r12, #1\n\tcmp r12, r8\n\tbne 1b\n\tadd sp, sp, #12\n\tpop {r4-r11, pc}");
}

/* Four channels. r1-r4: sums, r9: the input's negative zero point, twice. */
#define TFR_POSITION_TAP                                                                                           \
  "ldr r10, [r5, r7]\n\tldr r11, [r6, r7]\n\tadds r7, r7, r8\n\t"                                                 \
  "sxtab16 r12, r9, r10\n\tsxtb16 r14, r11\n\tsmlabb r1, r12, r14, r1\n\tsxtab16 r10, r9, r10, ror #8\n\t"        \
  "smlatt r3, r12, r14, r3\n\tsxtb16 r11, r11, ror #8\n\tsmlabb r2, r10, r11, r2\n\tsmlatt r4, r10, r11, r4\n\t"

/* Sums to outputs. r5: twice the zero point and 1, r7: four shifts to the left; multipliers: r10, r11, r12, r14. */
#if defined(TFR_DOUBLE_ROUNDING)
#define TFR_POSITION_CHANNEL(x, multiplier)                                                                        \
  "lsl r6, r5, r7\n\t" TFR_ASM_SCALE(x, multiplier, "r6") "asr " x ", " x ", r7\n\tlsr r7, r7, #8\n\t"            \
  "ssat " x ", #8, " x ", asr #1\n\t"
#define TFR_POSITION_FINISH                                                                                        \
  TFR_POSITION_CHANNEL("r1", "r10") TFR_POSITION_CHANNEL("r2", "r11") TFR_POSITION_CHANNEL("r3", "r12")           \
  TFR_POSITION_CHANNEL("r4", "r14")
#else
#define TFR_POSITION_FINISH                                                                                        \
  "lsl r6, r5, r7\n\tlsr r8, r7, #8\n\tsmmla r1, r1, r10, r6\n\tlsl r6, r5, r8\n\tlsr r9, r7, #16\n\t"            \
  "smmla r2, r2, r11, r6\n\tlsl r6, r5, r9\n\tlsr r11, r7, #24\n\tsmmla r3, r3, r12, r6\n\tlsl r6, r5, r11\n\t"   \
  "asr r1, r1, r7\n\tsmmla r4, r4, r14, r6\n\tasr r2, r2, r8\n\tssat r1, #8, r1, asr #1\n\tasr r3, r3, r9\n\t"    \
  "ssat r2, #8, r2, asr #1\n\tasr r4, r4, r11\n\tssat r3, #8, r3, asr #1\n\tssat r4, #8, r4, asr #1\n\t"
#endif

/* Four channels at a time, of which there are four at least; the last four overlap those before. */
TFR_ASSEMBLY static void tfr_depthwise_position_run(__attribute__((unused)) const struct tfr_depthwise_position *position) {
  __asm volatile(
      TFR_POSITION_BEGIN
      "1:\n\tldm r0, {r5, r6, r7, r10, r11}\n\tldr r8, [r0, #44]\n\tldr r9, [r0, #48]\n\tldr r14, [sp, #4]\n\t"
      "add r5, r5, r12\n\tadd r11, r11, r12, lsl #2\n\tadd r10, r10, r12\n\tadd r6, r6, r12\n\t"
      "str r12, [sp, #8]\n\tstr r10, [sp]\n\tldm r11, {r1-r4}\n\tbx r14\n\t.p2align 2\n\t"
      "2:\n\t" TFR_POSITION_RUN(TFR_POSITION_TAP) "3:\n\tbne 2b\n\t" TFR_POSITION_NEXT_ROW
      "ldr r12, [sp, #8]\n\tldr r5, [r0, #20]\n\tldr r7, [r0, #24]\n\tldr r10, [r0, #28]\n\tldr r7, [r7, r12]\n\t"
      "add r11, r5, r12, lsl #2\n\tldr r5, [r0, #32]\n\tuqsub8 r7, r7, r10\n\tldm r11, {r10, r11, r12, r14}\n\t"
      TFR_POSITION_FINISH
      "ldr r12, [sp, #8]\n\tldr r10, [r0, #52]\n\tldr r11, [r0, #56]\n\t"
      "bfi r1, r2, #8, #8\n\tbfi r3, r4, #8, #8\n\tpkhbt r1, r1, r3, lsl #16\n\tstr r1, [r10, r12]\n\t"
      "cmp r12, r11\n\tbeq 4f\n\tadd r12, r12, #4\n\tcmp r12, r11\n\tit gt\n\tmovgt r12, r11\n\tb 1b\n\t"
      "4:\n\tadd sp, sp, #12\n\tpop {r4-r11, pc}");
}

#endif
