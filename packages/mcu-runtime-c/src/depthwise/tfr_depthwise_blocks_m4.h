/* The loops over blocks for the Cortex-M4: loads in batches, as each but the first then takes one cycle. */
#ifndef TFR_DEPTHWISE_BLOCKS_M4_H
#define TFR_DEPTHWISE_BLOCKS_M4_H

#include "depthwise/tfr_depthwise_scale.h"

/* Byte offsets on the stack: what belongs to the channel, then what belongs to the part (at stride 2 nearer). */
#define TFR_BIAS "0"
#define TFR_MULTIPLIER "4"
#define TFR_OFFSET "8"
#define TFR_SHIFT "12"
#define TFR_FIRST_0 "16"
#define TFR_FIRST_1 "20"
#define TFR_FIRST_2 "24"
#define TFR_LAST_0 "28"
#define TFR_LAST_1 "32"
#define TFR_LAST_2 "36"
#define TFR_END "40"
#define TFR_NEXT_ROW "44"
#define TFR_NEXT_WORDS "48"
#define TFR_NEXT_BLOCK "52"
#define TFR_BLOCKS "56"
#define TFR_UPPER "60"
#define TFR_LOWER "64"
#define TFR_STEP "68"
#define TFR_S2_END "16"
#define TFR_S2_NEXT_ROW "20"
#define TFR_S2_NEXT_WORDS "24"
#define TFR_S2_NEXT_BLOCK "28"
#define TFR_S2_BLOCKS "32"

/* Arguments: r0 part, r1 the channel's first word of its lanes, r2 and r3 the channel's bytes in words and output. */
#define TFR_DEPTHWISE_ENTER                                                             \
  "push {r4-r11, lr}\n\tldm r0, {r4-r12}\n\t"                                          \
  "add r4, r4, r2\n\tadd r9, r9, r3\n\tadd r10, r10, r3\n\tadd r0, r12, r2\n\t"

/* Lines of assembly. */
#define TFR_ASM_2(a, b) a "\n\t" b "\n\t"
#define TFR_ASM_3(a, b, c) TFR_ASM_2(a, b) c "\n\t"
#define TFR_ASM_4(a, b, c, d) TFR_ASM_2(a, b) TFR_ASM_2(c, d)
#define TFR_ASM_6(a, b, c, d, e, f) TFR_ASM_3(a, b, c) TFR_ASM_3(d, e, f)

/*
 * Stride 1. r0: words of the upper pair of rows. r1-r4: upper outputs, r5-r8: lower outputs (r8 is the bias until then).
 * r9-r11: taps of the three kernel columns, later what rescales. r12, r14: two columns of words.
 */
#define TFR_DEPTHWISE_SUMS_S1                                                                                    \
  TFR_ASM_6("ldr r9, [sp, #" TFR_FIRST_0 "]", "ldr r10, [sp, #" TFR_FIRST_1 "]", "ldr r11, [sp, #" TFR_FIRST_2 "]", \
            "ldr r8, [sp, #" TFR_BIAS "]", "ldr r12, [r0]", "ldr r14, [r0, #144]")                               \
  TFR_ASM_2("smlad r1, r12, r9, r8", "smlatb r5, r12, r9, r8")                                                   \
  TFR_ASM_4("smlad r2, r14, r9, r8", "smlatb r6, r14, r9, r8", "smlad r1, r14, r10, r1", "smlatb r5, r14, r10, r5") \
  TFR_ASM_2("ldr r12, [r0, #288]", "ldr r14, [r0, #432]")                                                        \
  TFR_ASM_6("smlad r3, r12, r9, r8", "smlatb r7, r12, r9, r8", "smlad r2, r12, r10, r2",                         \
            "smlatb r6, r12, r10, r6", "smlad r1, r12, r11, r1", "smlatb r5, r12, r11, r5")                      \
  TFR_ASM_6("smlad r4, r14, r9, r8", "smlatb r8, r14, r9, r8", "smlad r3, r14, r10, r3",                         \
            "smlatb r7, r14, r10, r7", "smlad r2, r14, r11, r2", "smlatb r6, r14, r11, r6")                      \
  TFR_ASM_2("ldr r12, [r0, #576]", "ldr r14, [r0, #720]")                                                        \
  TFR_ASM_4("smlad r4, r12, r10, r4", "smlatb r8, r12, r10, r8", "smlad r3, r12, r11, r3", "smlatb r7, r12, r11, r7") \
  TFR_ASM_2("smlad r4, r14, r11, r4", "smlatb r8, r14, r11, r8")                                                 \
  TFR_ASM_3("ldr r9, [sp, #" TFR_LAST_0 "]", "ldr r10, [sp, #" TFR_LAST_1 "]", "ldr r11, [sp, #" TFR_LAST_2 "]") \
  TFR_ASM_2("ldr r12, [r0, #16]", "ldr r14, [r0, #160]")                                                         \
  TFR_ASM_2("smlabt r1, r12, r9, r1", "smlad r5, r12, r9, r5")                                                   \
  TFR_ASM_4("smlabt r2, r14, r9, r2", "smlad r6, r14, r9, r6", "smlabt r1, r14, r10, r1", "smlad r5, r14, r10, r5") \
  TFR_ASM_2("ldr r12, [r0, #304]", "ldr r14, [r0, #448]")                                                        \
  TFR_ASM_6("smlabt r3, r12, r9, r3", "smlad r7, r12, r9, r7", "smlabt r2, r12, r10, r2",                        \
            "smlad r6, r12, r10, r6", "smlabt r1, r12, r11, r1", "smlad r5, r12, r11, r5")                       \
  TFR_ASM_6("smlabt r4, r14, r9, r4", "smlad r8, r14, r9, r8", "smlabt r3, r14, r10, r3",                        \
            "smlad r7, r14, r10, r7", "smlabt r2, r14, r11, r2", "smlad r6, r14, r11, r6")                       \
  TFR_ASM_3("ldr r12, [r0, #592]", "ldr r14, [r0, #736]", "ldr r9, [sp, #" TFR_MULTIPLIER "]")                   \
  TFR_ASM_4("smlabt r4, r12, r10, r4", "smlad r8, r12, r10, r8", "smlabt r3, r12, r11, r3", "smlad r7, r12, r11, r7") \
  TFR_ASM_2("smlabt r4, r14, r11, r4", "smlad r8, r14, r11, r8")

/* The lower row first: where there is only one row, the upper one overwrites it. */
#define TFR_DEPTHWISE_OUTPUTS_S1                                                                                 \
  TFR_ASM_4("ldr r10, [sp, #" TFR_OFFSET "]", "ldr r11, [sp, #" TFR_SHIFT "]", "ldr r12, [sp, #" TFR_LOWER "]",  \
            "ldr r14, [sp, #" TFR_STEP "]")                                                                      \
  TFR_ASM_SCALE("r5", "r9", "r10") TFR_ASM_SCALE("r6", "r9", "r10") TFR_ASM_SCALE("r7", "r9", "r10") TFR_ASM_SCALE("r8", "r9", "r10")  \
  TFR_ASM_4("asr r5, r5, r11", "asr r6, r6, r11", "asr r7, r7, r11", "asr r8, r8, r11")                          \
  TFR_ASM_4("ssat r5, #8, r5", "ssat r6, #8, r6", "ssat r7, #8, r7", "ssat r8, #8, r8")                          \
  TFR_ASM_2("strb r5, [r12]", "add r12, r12, r14")                                                               \
  TFR_ASM_SCALE("r1", "r9", "r10") TFR_ASM_2("strb r6, [r12]", "add r12, r12, r14")                                      \
  TFR_ASM_SCALE("r2", "r9", "r10") TFR_ASM_2("strb r7, [r12]", "add r12, r12, r14")                                      \
  TFR_ASM_SCALE("r3", "r9", "r10") TFR_ASM_2("strb r8, [r12]", "add r12, r12, r14")                                      \
  TFR_ASM_3("ldr r5, [sp, #" TFR_UPPER "]", "ldr r6, [sp, #" TFR_NEXT_ROW "]", "ldr r7, [sp, #" TFR_END "]")     \
  TFR_ASM_SCALE("r4", "r9", "r10")                                                                               \
  TFR_ASM_4("asr r1, r1, r11", "asr r2, r2, r11", "asr r3, r3, r11", "asr r4, r4, r11")                          \
  TFR_ASM_4("ssat r1, #8, r1", "ssat r2, #8, r2", "ssat r3, #8, r3", "ssat r4, #8, r4")                          \
  TFR_ASM_3("strb r1, [r5]", "add r5, r5, r14", "add r12, r12, r6")                                              \
  TFR_ASM_3("strb r2, [r5]", "add r5, r5, r14", "add r0, r0, #16")                                               \
  TFR_ASM_3("strb r3, [r5]", "add r5, r5, r14", "str r12, [sp, #" TFR_LOWER "]")                                 \
  TFR_ASM_4("strb r4, [r5]", "add r5, r5, r14", "add r5, r5, r6", "cmp r0, r7")                                  \
  "str r5, [sp, #" TFR_UPPER "]\n\t"

TFR_ASSEMBLY static void tfr_depthwise_blocks_s1(__attribute__((unused)) const struct tfr_depthwise_part *part,
                                                 __attribute__((unused)) const int32_t *lane,
                                                 __attribute__((unused)) int32_t words_bytes,
                                                 __attribute__((unused)) int32_t output_bytes) {
  __asm volatile(TFR_DEPTHWISE_ENTER
                 "push {r4-r11}\n\t"
                 "ldr r2, [r1]\n\tldr r3, [r1, #16]\n\tldr r4, [r1, #32]\n\tldr r5, [r1, #48]\n\tldr r6, [r1, #64]\n\t"
                 "ldr r7, [r1, #80]\n\tldr r8, [r1, #96]\n\tldr r9, [r1, #112]\n\tldr r10, [r1, #128]\n\t"
                 "ldr r11, [r1, #144]\n\tpush {r2-r11}\n\t"
                 "1:\n\t" TFR_DEPTHWISE_SUMS_S1 TFR_DEPTHWISE_OUTPUTS_S1 "bne 1b\n\t"
                 "ldr r1, [sp, #" TFR_NEXT_WORDS "]\n\tldr r2, [sp, #" TFR_NEXT_BLOCK "]\n\t"
                 "ldr r3, [sp, #" TFR_BLOCKS "]\n\t"
                 "add r0, r0, r1\n\tadd r5, r5, r2\n\tadd r12, r12, r2\n\tadd r7, r7, #576\n\tsubs r3, r3, #1\n\t"
                 "str r7, [sp, #" TFR_END "]\n\tstr r5, [sp, #" TFR_UPPER "]\n\tstr r12, [sp, #" TFR_LOWER "]\n\t"
                 "str r3, [sp, #" TFR_BLOCKS "]\n\t"
                 "bne 1b\n\t"
                 "add sp, sp, #72\n\t"
                 "pop {r4-r11, pc}");
}

/*
 * Stride 2. r0: words. r1-r4: outputs (r4 is the bias until then). r5-r7: the first two taps of the kernel columns, r8:
 * the third taps of two of them, r9: that of the last, and the step of the output in its high half. r10-r12: three columns
 * of words. r14: output.
 */
#define TFR_DEPTHWISE_SUMS_S2                                                                                    \
  TFR_ASM_4("ldr r10, [r0]", "ldr r11, [r0, #144]", "ldr r12, [r0, #288]", "ldr r4, [sp, #" TFR_BIAS "]")        \
  TFR_ASM_4("smlad r1, r10, r5, r4", "smlad r2, r12, r5, r4", "smlad r1, r11, r6, r1", "smlad r1, r12, r7, r1")  \
  TFR_ASM_3("ldr r10, [r0, #432]", "ldr r11, [r0, #576]", "ldr r12, [r0, #720]")                                 \
  TFR_ASM_4("smlad r2, r10, r6, r2", "smlad r3, r11, r5, r4", "smlad r2, r11, r7, r2", "smlad r3, r12, r6, r3")  \
  TFR_ASM_3("ldr r10, [r0, #864]", "ldr r11, [r0, #1008]", "ldr r12, [r0, #1152]")                               \
  TFR_ASM_4("smlad r4, r10, r5, r4", "smlad r3, r10, r7, r3", "smlad r4, r11, r6, r4", "smlad r4, r12, r7, r4")  \
  TFR_ASM_3("ldr r10, [r0, #16]", "ldr r11, [r0, #160]", "ldr r12, [r0, #304]")                                  \
  TFR_ASM_4("smlabb r1, r10, r8, r1", "smlabb r2, r12, r8, r2", "smlabt r1, r11, r8, r1", "smlabb r1, r12, r9, r1") \
  TFR_ASM_3("ldr r10, [r0, #448]", "ldr r11, [r0, #592]", "ldr r12, [r0, #736]")                                 \
  TFR_ASM_4("smlabt r2, r10, r8, r2", "smlabb r3, r11, r8, r3", "smlabb r2, r11, r9, r2", "smlabt r3, r12, r8, r3") \
  TFR_ASM_3("ldr r10, [r0, #880]", "ldr r11, [r0, #1024]", "ldr r12, [r0, #1168]")                               \
  TFR_ASM_4("smlabb r4, r10, r8, r4", "smlabb r3, r10, r9, r3", "smlabt r4, r11, r8, r4", "smlabb r4, r12, r9, r4")

#define TFR_DEPTHWISE_OUTPUTS_S2                                                                                 \
  TFR_ASM_3("ldr r10, [sp, #" TFR_MULTIPLIER "]", "ldr r11, [sp, #" TFR_OFFSET "]", "ldr r12, [sp, #" TFR_SHIFT "]") \
  TFR_ASM_SCALE("r1", "r10", "r11") TFR_ASM_SCALE("r2", "r10", "r11") TFR_ASM_SCALE("r3", "r10", "r11") TFR_ASM_SCALE("r4", "r10", "r11") \
  TFR_ASM_4("asr r1, r1, r12", "asr r2, r2, r12", "asr r3, r3, r12", "asr r4, r4, r12")                          \
  TFR_ASM_3("ssat r1, #8, r1", "ldr r10, [sp, #" TFR_S2_END "]", "ldr r11, [sp, #" TFR_S2_NEXT_ROW "]")                \
  TFR_ASM_3("strb r1, [r14]", "add r14, r14, r9, lsr #16", "ssat r2, #8, r2")                                    \
  TFR_ASM_3("strb r2, [r14]", "add r14, r14, r9, lsr #16", "ssat r3, #8, r3")                                    \
  TFR_ASM_4("strb r3, [r14]", "add r14, r14, r9, lsr #16", "ssat r4, #8, r4", "add r0, r0, #16")                 \
  TFR_ASM_4("strb r4, [r14]", "add r14, r14, r9, lsr #16", "cmp r0, r10", "add r14, r14, r11")

TFR_ASSEMBLY static void tfr_depthwise_blocks_s2(__attribute__((unused)) const struct tfr_depthwise_part *part,
                                                 __attribute__((unused)) const int32_t *lane,
                                                 __attribute__((unused)) int32_t words_bytes,
                                                 __attribute__((unused)) int32_t output_bytes) {
  __asm volatile(TFR_DEPTHWISE_ENTER
                 "push {r4-r8}\n\tmov r14, r9\n\t"
                 "ldr r5, [r1, #64]\n\tldr r6, [r1, #80]\n\tldr r7, [r1, #96]\n\tldr r8, [r1, #112]\n\tldr r9, [r1, #128]\n\t"
                 "ldr r2, [r1]\n\tldr r3, [r1, #16]\n\tldr r4, [r1, #32]\n\tldr r10, [r1, #48]\n\t"
                 "push {r2-r4, r10}\n\t"
                 "1:\n\t" TFR_DEPTHWISE_SUMS_S2 TFR_DEPTHWISE_OUTPUTS_S2 "bne 1b\n\t"
                 "ldr r1, [sp, #" TFR_S2_NEXT_WORDS "]\n\tldr r2, [sp, #" TFR_S2_NEXT_BLOCK "]\n\t"
                 "ldr r3, [sp, #" TFR_S2_BLOCKS "]\n\t"
                 "add r0, r0, r1\n\tadd r14, r14, r2\n\tadd r10, r10, #1152\n\tsubs r3, r3, #1\n\t"
                 "str r10, [sp, #" TFR_S2_END "]\n\tstr r3, [sp, #" TFR_S2_BLOCKS "]\n\t"
                 "bne 1b\n\t"
                 "add sp, sp, #36\n\t"
                 "pop {r4-r11, pc}");
}

#endif
