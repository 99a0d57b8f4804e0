/*
 * The loops over blocks for the Cortex-M7, which issues two instructions a cycle, one of them a multiplication: a load, shift or
 * store goes before each multiplication that has one to spare. Taps leave their registers early, for what rescales.
 */
#ifndef TFR_DEPTHWISE_BLOCKS_M7_H
#define TFR_DEPTHWISE_BLOCKS_M7_H

#define TFR_DEPTHWISE_ROW_BEFORE 1 /* the output moves on before a block */
#define TFR_DEPTHWISE_MOVED(row, step) 0 /* and is left at its begin */
#define TFR_DEPTHWISE_TO_LOWER(row, step) (row)

/*
 * Stride 1. r0: words of the upper pair of rows. r1-r4: upper outputs, r5-r8: lower outputs. r9-r11: taps of the three kernel
 * columns, later what rescales. r12, r14: two columns of words. What a block begins with is loaded behind the one before.
 */
#define TFR_DEPTHWISE_BEGIN_S1 TFR_ASM_3("ldr r5, " TFR_AT_BIAS, "ldr r12, [r0]", "ldr r9, " TFR_AT_FIRST_0)

/* The first two taps of columns, and on the way the step to the next row of outputs. */
#define TFR_DEPTHWISE_FIRST_S1                                                                                        \
  TFR_ASM_4("ldr r14, [r0, #144]", "smlad r1, r12, r9, r5", "ldr r6, " TFR_AT_BIAS, "smlatb r5, r12, r9, r5")         \
  TFR_ASM_4("ldr r10, " TFR_AT_FIRST_1, "smlad r2, r14, r9, r6", "ldr r12, [r0, #288]", "smlatb r6, r14, r9, r6")     \
  TFR_ASM_4("ldr r11, " TFR_AT_FIRST_2, "smlad r1, r14, r10, r1", "ldr r7, " TFR_AT_BIAS, "smlatb r5, r14, r10, r5")  \
  TFR_ASM_4("ldr r14, [r0, #432]", "smlad r3, r12, r9, r7", "ldr r8, " TFR_AT_BIAS, "smlatb r7, r12, r9, r7")         \
  TFR_ASM_4("smlad r2, r12, r10, r2", "smlatb r6, r12, r10, r6", "smlad r1, r12, r11, r1", "smlatb r5, r12, r11, r5") \
  TFR_ASM_3("ldr r12, [r0, #576]", "smlad r4, r14, r9, r8", "smlatb r8, r14, r9, r8")                                 \
  TFR_ASM_3("ldr r9, " TFR_AT_UPPER, "smlad r3, r14, r10, r3", "smlatb r7, r14, r10, r7")                             \
  TFR_ASM_2("smlad r2, r14, r11, r2", "smlatb r6, r14, r11, r6")                                                      \
  TFR_ASM_3("ldr r14, [r0, #720]", "smlad r4, r12, r10, r4", "smlatb r8, r12, r10, r8")                               \
  TFR_ASM_3("ldr r10, " TFR_AT_LAST_0, "smlad r3, r12, r11, r3", "smlatb r7, r12, r11, r7")                           \
  TFR_ASM_3("ldr r12, [r0, #16]!", "smlad r4, r14, r11, r4", "smlatb r8, r14, r11, r8")

/* The last two; r10 and r12 become the factor and the offset as the leftmost outputs are complete, r11 the shift. */
#define TFR_DEPTHWISE_LAST_S1                                                                                        \
  TFR_ASM_4("ldr r14, [r0, #144]", "smlabt r1, r12, r10, r1", "ldr r11, " TFR_AT_NEXT_ROW, "smlad r5, r12, r10, r5") \
  TFR_ASM_4("add r9, r9, r11", "smlabt r2, r14, r10, r2", "ldr r11, " TFR_AT_LAST_1, "smlad r6, r14, r10, r6")       \
  TFR_ASM_4("ldr r12, [r0, #288]", "smlabt r1, r14, r11, r1", "str r9, " TFR_AT_UPPER, "smlad r5, r14, r11, r5")     \
  TFR_ASM_4("ldr r9, " TFR_AT_END, "smlabt r3, r12, r10, r3", "cmp r0, r9", "smlad r7, r12, r10, r7")                \
  TFR_ASM_4("ldr r9, " TFR_AT_LAST_2, "smlabt r2, r12, r11, r2", "ldr r14, [r0, #432]", "smlad r6, r12, r11, r6")    \
  TFR_ASM_2("smlabt r1, r12, r9, r1", "smlad r5, r12, r9, r5")                                                       \
  TFR_ASM_3("ldr r12, " TFR_AT_OFFSET, "smlabt r4, r14, r10, r4", "smlad r8, r14, r10, r8")                          \
  TFR_ASM_3("ldr r10, " TFR_AT_MULTIPLIER, "smlabt r3, r14, r11, r3", "smlad r7, r14, r11, r7")                      \
  TFR_ASM_2("smlabt r2, r14, r9, r2", "smlad r6, r14, r9, r6")                                                       \
  "ldr r14, [r0, #576]\n\t" TFR_ASM_SCALE_HIGH("r1", "r10", "r12")                                                   \
  TFR_ASM_3("smlabt r4, r14, r11, r4", "smlad r8, r14, r11, r8", "ldr r11, " TFR_AT_SHIFT)                           \
  TFR_ASM_SCALE_HIGH("r5", "r10", "r12") "smlabt r3, r14, r9, r3\n\t"                                                \
  TFR_ASM_SCALE_LOW("r1", "r12") TFR_ASM_2("asr r1, r1, r11", "smlad r7, r14, r9, r7")                               \
  "ldr r14, [r0, #720]\n\t" TFR_ASM_SCALE_HIGH("r2", "r10", "r12")                                                   \
  TFR_ASM_SCALE_LOW("r5", "r12") "asr r5, r5, r11\n\t" TFR_ASM_SCALE_HIGH("r6", "r10", "r12")                        \
  TFR_ASM_4("ssat r1, #8, r1", "smlabt r4, r14, r9, r4", "ssat r5, #8, r5", "smlad r8, r14, r9, r8")

#define TFR_DEPTHWISE_OUTPUTS_S1                                                                               \
  TFR_ASM_2("ldr r9, " TFR_AT_UPPER, "ldr r14, " TFR_AT_TO_LOWER)                                              \
  TFR_ASM_SCALE_LOW("r2", "r12") "asr r2, r2, r11\n\t" TFR_ASM_SCALE_HIGH("r3", "r10", "r12")                  \
  TFR_ASM_SCALE_LOW("r6", "r12") "asr r6, r6, r11\n\t" TFR_ASM_SCALE_HIGH("r7", "r10", "r12")                  \
  "ssat r2, #8, r2\n\t" TFR_ASM_SCALE_HIGH("r4", "r10", "r12")                                                 \
  "ssat r6, #8, r6\n\t" TFR_ASM_SCALE_HIGH("r8", "r10", "r12")                                                 \
  TFR_ASM_SCALE_LOW("r3", "r12") TFR_ASM_SCALE_LOW("r7", "r12")                                                \
  TFR_ASM_SCALE_LOW("r4", "r12") TFR_ASM_SCALE_LOW("r8", "r12")                                                \
  TFR_ASM_4("ldr r12, " TFR_AT_STEP, "ldr r10, " TFR_AT_THREE_STEPS, "asr r3, r3, r11", "strb r1, [r9]")       \
  TFR_ASM_4("add r14, r14, r9", "asr r7, r7, r11", "ssat r3, #8, r3", "strb r2, [r9, r12]")                    \
  TFR_ASM_4("asr r4, r4, r11", "strb r5, [r14]", "asr r8, r8, r11", "strb r6, [r14, r12]")                     \
  TFR_ASM_4("ssat r7, #8, r7", "strb r3, [r9, r12, lsl #1]", "ssat r4, #8, r4", "strb r7, [r14, r12, lsl #1]") \
  TFR_ASM_4("ssat r8, #8, r8", "strb r4, [r9, r10]", "ldr r5, " TFR_AT_BIAS, "strb r8, [r14, r10]")            \
  TFR_ASM_2("ldr r12, [r0]", "ldr r9, " TFR_AT_FIRST_0)

#define TFR_DEPTHWISE_BLOCK_S1 TFR_DEPTHWISE_FIRST_S1 TFR_DEPTHWISE_LAST_S1 TFR_DEPTHWISE_OUTPUTS_S1

/*
 * One row. r0: words. r1-r4: outputs. r5-r7: the first two taps of the kernel columns, later what rescales, r8: the third taps
 * of two of them, r9: that of the last in its high half. r10-r12: three columns of words. r14: output.
 */
#define TFR_DEPTHWISE_BEGIN_ROW \
  TFR_DEPTHWISE_TAPS TFR_ASM_4("ldr r14, " TFR_AT_UPPER, "ldr r1, " TFR_AT_BIAS, "ldr r10, [r0]", "ldr r11, [r0, #144]")

#define TFR_DEPTHWISE_SUMS_S2                                                                                       \
  TFR_ASM_4("ldr r12, [r0, #288]", "smlad r1, r10, r5, r1", "ldr r10, [r0, #16]!", "smlad r1, r11, r6, r1")         \
  TFR_ASM_4("ldr r11, [r0, #144]", "smlad r1, r12, r7, r1", "ldr r2, " TFR_AT_BIAS, "smlabb r1, r10, r8, r1")       \
  TFR_ASM_4("ldr r10, [r0, #288]", "smlad r2, r12, r5, r2", "ldr r12, [r0, #416]", "smlabt r1, r11, r8, r1")        \
  TFR_ASM_3("ldr r11, [r0, #560]", "smlabt r1, r10, r9, r1", "smlabb r2, r10, r8, r2")                              \
  TFR_ASM_4("ldr r10, [r0, #432]", "smlad r2, r12, r6, r2", "ldr r12, [r0, #576]", "smlad r2, r11, r7, r2")         \
  TFR_ASM_4("ldr r3, " TFR_AT_BIAS, "smlabt r2, r10, r8, r2", "ldr r10, [r0, #704]", "smlad r3, r11, r5, r3")       \
  TFR_ASM_4("ldr r11, [r0, #848]", "smlabt r2, r12, r9, r2", "ldr r4, " TFR_AT_BIAS, "smlabb r3, r12, r8, r3")      \
  TFR_ASM_4("ldr r12, [r0, #992]", "smlad r3, r10, r6, r3", "ldr r10, [r0, #1136]", "smlad r3, r11, r7, r3")        \
  TFR_ASM_3("smlad r4, r11, r5, r4", "ldr r11, [r0, #720]", "smlad r4, r12, r6, r4")                                \
  TFR_ASM_4("ldr r12, [r0, #864]", "smlad r4, r10, r7, r4", "ldr r5, " TFR_AT_MULTIPLIER, "smlabt r3, r11, r8, r3") \
  TFR_ASM_2("ldr r6, " TFR_AT_OFFSET, "smlabt r3, r12, r9, r3")

/* At stride 1. */
#define TFR_DEPTHWISE_SUMS_ROW                                                                                         \
  TFR_ASM_4("ldr r12, [r0, #288]", "smlad r1, r10, r5, r1", "ldr r2, " TFR_AT_BIAS, "smlad r1, r11, r6, r1")           \
  TFR_ASM_4("ldr r10, [r0, #432]", "smlad r2, r11, r5, r2", "ldr r3, " TFR_AT_BIAS, "smlad r1, r12, r7, r1")           \
  TFR_ASM_4("ldr r11, [r0, #576]", "smlad r2, r12, r6, r2", "ldr r4, " TFR_AT_BIAS, "smlad r3, r12, r5, r3")           \
  TFR_ASM_3("ldr r12, [r0, #720]", "smlad r2, r10, r7, r2", "smlad r3, r10, r6, r3")                                   \
  TFR_ASM_3("smlad r4, r10, r5, r4", "ldr r10, [r0, #16]!", "smlad r3, r11, r7, r3")                                   \
  TFR_ASM_3("smlad r4, r11, r6, r4", "ldr r11, [r0, #144]", "smlad r4, r12, r7, r4")                                   \
  TFR_ASM_4("ldr r12, [r0, #432]", "smlabb r1, r10, r8, r1", "ldr r10, [r0, #288]", "smlabt r1, r11, r8, r1")          \
  TFR_ASM_4("ldr r5, " TFR_AT_MULTIPLIER, "smlabb r2, r11, r8, r2", "ldr r6, " TFR_AT_OFFSET, "smlabt r1, r10, r9, r1") \
  TFR_ASM_3("ldr r11, [r0, #576]", "smlabt r2, r10, r8, r2", "smlabb r3, r10, r8, r3")                                 \
  TFR_ASM_3("smlabt r2, r12, r9, r2", "smlabt r3, r12, r8, r3", "smlabt r3, r11, r9, r3")

/* `second` and `third`: where the last two columns' third rows are. */
#define TFR_DEPTHWISE_OUTPUTS_ROW(second, third)                                                                       \
  "ldr r7, " TFR_AT_SHIFT "\n\t" TFR_ASM_SCALE_HIGH("r1", "r5", "r6")                                                  \
  TFR_ASM_3("ldr r10, [r0, #" second "]", "smlabb r4, r12, r8, r4", "ldr r12, " TFR_AT_NEXT_ROW)                       \
  TFR_ASM_SCALE_HIGH("r2", "r5", "r6") TFR_ASM_SCALE_LOW("r1", "r6")                                                   \
  TFR_ASM_3("asr r1, r1, r7", "smlabt r4, r10, r8, r4", "ldr r11, [r0, #" third "]")                                   \
  TFR_ASM_SCALE_HIGH("r3", "r5", "r6") TFR_ASM_SCALE_LOW("r2", "r6")                                                   \
  TFR_ASM_4("add r14, r14, r12", "asr r2, r2, r7", "ssat r1, #8, r1", "smlabt r4, r11, r9, r4")                        \
  "ldr r10, " TFR_AT_END "\n\t" TFR_ASM_SCALE_LOW("r3", "r6")                                                          \
  TFR_ASM_2("asr r3, r3, r7", "ssat r2, #8, r2") TFR_ASM_SCALE_HIGH("r4", "r5", "r6")                                  \
  TFR_ASM_4("ldr r12, " TFR_AT_STEP, "ldr r5, " TFR_AT_FIRST_0, "ssat r3, #8, r3", "strb r1, [r14]")                   \
  TFR_ASM_SCALE_LOW("r4", "r6") TFR_ASM_2("asr r4, r4, r7", "cmp r0, r10")                                             \
  TFR_ASM_4("ldr r6, " TFR_AT_FIRST_1, "strb r2, [r14, r12]", "ldr r11, " TFR_AT_THREE_STEPS, "strb r3, [r14, r12, lsl #1]") \
  TFR_ASM_4("ssat r4, #8, r4", "ldr r10, [r0]", "ldr r7, " TFR_AT_FIRST_2, "ldr r1, " TFR_AT_BIAS)                     \
  TFR_ASM_2("strb r4, [r14, r11]", "ldr r11, [r0, #144]")

#define TFR_DEPTHWISE_BLOCK_S2 TFR_DEPTHWISE_SUMS_S2 TFR_DEPTHWISE_OUTPUTS_ROW("1008", "1152")
#define TFR_DEPTHWISE_BLOCK_ROW TFR_DEPTHWISE_SUMS_ROW TFR_DEPTHWISE_OUTPUTS_ROW("576", "720")

#endif
