/* The loops over blocks for the Cortex-M4: loads in batches, as each but the first then takes one cycle. */
#ifndef TFR_DEPTHWISE_BLOCKS_M4_H
#define TFR_DEPTHWISE_BLOCKS_M4_H

#define TFR_DEPTHWISE_ROW_BEFORE 0 /* the output is at a block's row */
/* From a block's first output, in bytes, to where the block leaves it; from a row's last output to the lower row. */
#define TFR_DEPTHWISE_MOVED(row, step) ((row) + 3 * (step))
#define TFR_DEPTHWISE_TO_LOWER(row, step) ((row) - 3 * (step))

/*
 * Stride 1. r0: words of the upper pair of rows. r1-r4: upper outputs, r5-r8: lower outputs (r8 is the bias until then).
 * r9-r11: taps of the three kernel columns, later what rescales. r12, r14: two columns of words.
 */
#define TFR_DEPTHWISE_SUMS_S1                                                                                         \
  TFR_ASM_6("ldr r9, " TFR_AT_FIRST_0, "ldr r10, " TFR_AT_FIRST_1, "ldr r11, " TFR_AT_FIRST_2,                        \
            "ldr r8, " TFR_AT_BIAS, "ldr r12, [r0]", "ldr r14, [r0, #144]")                                           \
  TFR_ASM_2("smlad r1, r12, r9, r8", "smlatb r5, r12, r9, r8")                                                        \
  TFR_ASM_4("smlad r2, r14, r9, r8", "smlatb r6, r14, r9, r8", "smlad r1, r14, r10, r1", "smlatb r5, r14, r10, r5")   \
  TFR_ASM_2("ldr r12, [r0, #288]", "ldr r14, [r0, #432]")                                                             \
  TFR_ASM_6("smlad r3, r12, r9, r8", "smlatb r7, r12, r9, r8", "smlad r2, r12, r10, r2",                              \
            "smlatb r6, r12, r10, r6", "smlad r1, r12, r11, r1", "smlatb r5, r12, r11, r5")                           \
  TFR_ASM_6("smlad r4, r14, r9, r8", "smlatb r8, r14, r9, r8", "smlad r3, r14, r10, r3",                              \
            "smlatb r7, r14, r10, r7", "smlad r2, r14, r11, r2", "smlatb r6, r14, r11, r6")                           \
  TFR_ASM_2("ldr r12, [r0, #576]", "ldr r14, [r0, #720]")                                                             \
  TFR_ASM_4("smlad r4, r12, r10, r4", "smlatb r8, r12, r10, r8", "smlad r3, r12, r11, r3", "smlatb r7, r12, r11, r7") \
  TFR_ASM_2("smlad r4, r14, r11, r4", "smlatb r8, r14, r11, r8")                                                      \
  TFR_ASM_3("ldr r9, " TFR_AT_LAST_0, "ldr r10, " TFR_AT_LAST_1, "ldr r11, " TFR_AT_LAST_2)                           \
  TFR_ASM_2("ldr r14, [r0, #160]", "ldr r12, [r0, #16]!")                                                             \
  TFR_ASM_2("smlabt r1, r12, r9, r1", "smlad r5, r12, r9, r5")                                                        \
  TFR_ASM_4("smlabt r2, r14, r9, r2", "smlad r6, r14, r9, r6", "smlabt r1, r14, r10, r1", "smlad r5, r14, r10, r5")   \
  TFR_ASM_2("ldr r12, [r0, #288]", "ldr r14, [r0, #432]")                                                             \
  TFR_ASM_6("smlabt r3, r12, r9, r3", "smlad r7, r12, r9, r7", "smlabt r2, r12, r10, r2",                             \
            "smlad r6, r12, r10, r6", "smlabt r1, r12, r11, r1", "smlad r5, r12, r11, r5")                            \
  TFR_ASM_6("smlabt r4, r14, r9, r4", "smlad r8, r14, r9, r8", "smlabt r3, r14, r10, r3",                             \
            "smlad r7, r14, r10, r7", "smlabt r2, r14, r11, r2", "smlad r6, r14, r11, r6")                            \
  TFR_ASM_3("ldr r12, [r0, #576]", "ldr r14, [r0, #720]", "ldr r9, " TFR_AT_MULTIPLIER)                               \
  TFR_ASM_4("smlabt r4, r12, r10, r4", "smlad r8, r12, r10, r8", "smlabt r3, r12, r11, r3", "smlad r7, r12, r11, r7") \
  TFR_ASM_2("smlabt r4, r14, r11, r4", "smlad r8, r14, r11, r8")

#define TFR_DEPTHWISE_OUTPUTS_S1                                                                                    \
  TFR_ASM_4("ldr r10, " TFR_AT_OFFSET, "ldr r11, " TFR_AT_SHIFT, "ldr r12, " TFR_AT_UPPER, "ldr r14, " TFR_AT_STEP) \
  TFR_ASM_SCALE("r1", "r9", "r10") TFR_ASM_SCALE("r2", "r9", "r10")                                                 \
  TFR_ASM_SCALE("r3", "r9", "r10") TFR_ASM_SCALE("r4", "r9", "r10")                                                 \
  TFR_ASM_4("asr r1, r1, r11", "asr r2, r2, r11", "asr r3, r3, r11", "asr r4, r4, r11")                             \
  TFR_ASM_4("ssat r1, #8, r1", "ssat r2, #8, r2", "ssat r3, #8, r3", "ssat r4, #8, r4")                             \
  TFR_ASM_2("strb r1, [r12]", "add r12, r12, r14") TFR_ASM_SCALE("r5", "r9", "r10")                                 \
  TFR_ASM_2("strb r2, [r12]", "add r12, r12, r14") TFR_ASM_SCALE("r6", "r9", "r10")                                 \
  TFR_ASM_2("strb r3, [r12]", "add r12, r12, r14") TFR_ASM_SCALE("r7", "r9", "r10")                                 \
  TFR_ASM_4("strb r4, [r12]", "ldr r1, " TFR_AT_TO_LOWER, "ldr r2, " TFR_AT_NEXT_ROW, "ldr r3, " TFR_AT_END)        \
  TFR_ASM_SCALE("r8", "r9", "r10") "add r12, r12, r1\n\t"                                                           \
  TFR_ASM_4("asr r5, r5, r11", "asr r6, r6, r11", "asr r7, r7, r11", "asr r8, r8, r11")                             \
  TFR_ASM_4("ssat r5, #8, r5", "strb r5, [r12]", "add r12, r12, r14", "ssat r6, #8, r6")                            \
  TFR_ASM_4("strb r6, [r12]", "add r12, r12, r14", "ssat r7, #8, r7", "strb r7, [r12]")                             \
  TFR_ASM_4("add r12, r12, r14", "ssat r8, #8, r8", "cmp r0, r3", "strb r8, [r12]")                                 \
  TFR_ASM_2("add r12, r12, r2", "str r12, " TFR_AT_UPPER)

#define TFR_DEPTHWISE_BEGIN_S1 ""
#define TFR_DEPTHWISE_BLOCK_S1 TFR_DEPTHWISE_SUMS_S1 TFR_DEPTHWISE_OUTPUTS_S1

/*
 * One row. r0: words. r1-r4: outputs (r4 is the bias until then). r5-r7: the first two taps of the kernel columns, r8: the third
 * taps of two of them, r9: that of the last in its high half, and the step of the output. r10-r12: three columns of words.
 * r14: output.
 */
#define TFR_DEPTHWISE_BEGIN_ROW \
  TFR_DEPTHWISE_TAPS TFR_ASM_3("ldr r10, " TFR_AT_STEP, "ldr r14, " TFR_AT_UPPER, "pkhbt r9, r10, r9")

#define TFR_DEPTHWISE_SUMS_S2                                                                                       \
  TFR_ASM_4("ldr r10, [r0]", "ldr r11, [r0, #144]", "ldr r12, [r0, #288]", "ldr r4, " TFR_AT_BIAS)                  \
  TFR_ASM_4("smlad r1, r10, r5, r4", "smlad r2, r12, r5, r4", "smlad r1, r11, r6, r1", "smlad r1, r12, r7, r1")     \
  TFR_ASM_3("ldr r10, [r0, #432]", "ldr r11, [r0, #576]", "ldr r12, [r0, #720]")                                    \
  TFR_ASM_4("smlad r2, r10, r6, r2", "smlad r3, r11, r5, r4", "smlad r2, r11, r7, r2", "smlad r3, r12, r6, r3")     \
  TFR_ASM_3("ldr r10, [r0, #864]", "ldr r11, [r0, #1008]", "ldr r12, [r0, #1152]")                                  \
  TFR_ASM_4("smlad r4, r10, r5, r4", "smlad r3, r10, r7, r3", "smlad r4, r11, r6, r4", "smlad r4, r12, r7, r4")     \
  TFR_ASM_3("ldr r11, [r0, #160]", "ldr r12, [r0, #304]", "ldr r10, [r0, #16]!")                                    \
  TFR_ASM_4("smlabb r1, r10, r8, r1", "smlabb r2, r12, r8, r2", "smlabt r1, r11, r8, r1", "smlabt r1, r12, r9, r1") \
  TFR_ASM_3("ldr r10, [r0, #432]", "ldr r11, [r0, #576]", "ldr r12, [r0, #720]")                                    \
  TFR_ASM_4("smlabt r2, r10, r8, r2", "smlabb r3, r11, r8, r3", "smlabt r2, r11, r9, r2", "smlabt r3, r12, r8, r3") \
  TFR_ASM_3("ldr r10, [r0, #864]", "ldr r11, [r0, #1008]", "ldr r12, [r0, #1152]")                                  \
  TFR_ASM_4("smlabb r4, r10, r8, r4", "smlabt r3, r10, r9, r3", "smlabt r4, r11, r8, r4", "smlabt r4, r12, r9, r4")

/* At stride 1. */
#define TFR_DEPTHWISE_SUMS_ROW                                                                     \
  TFR_ASM_4("ldr r10, [r0]", "ldr r11, [r0, #144]", "ldr r12, [r0, #288]", "ldr r4, " TFR_AT_BIAS) \
  TFR_ASM_3("smlad r1, r10, r5, r4", "smlad r2, r11, r5, r4", "smlad r1, r11, r6, r1")             \
  TFR_ASM_3("smlad r3, r12, r5, r4", "smlad r2, r12, r6, r2", "smlad r1, r12, r7, r1")             \
  TFR_ASM_3("ldr r10, [r0, #432]", "ldr r11, [r0, #576]", "ldr r12, [r0, #720]")                   \
  TFR_ASM_3("smlad r4, r10, r5, r4", "smlad r3, r10, r6, r3", "smlad r2, r10, r7, r2")             \
  TFR_ASM_3("smlad r4, r11, r6, r4", "smlad r3, r11, r7, r3", "smlad r4, r12, r7, r4")             \
  TFR_ASM_3("ldr r11, [r0, #160]", "ldr r12, [r0, #304]", "ldr r10, [r0, #16]!")                   \
  TFR_ASM_3("smlabb r1, r10, r8, r1", "smlabb r2, r11, r8, r2", "smlabt r1, r11, r8, r1")          \
  TFR_ASM_3("smlabb r3, r12, r8, r3", "smlabt r2, r12, r8, r2", "smlabt r1, r12, r9, r1")          \
  TFR_ASM_3("ldr r10, [r0, #432]", "ldr r11, [r0, #576]", "ldr r12, [r0, #720]")                   \
  TFR_ASM_3("smlabb r4, r10, r8, r4", "smlabt r3, r10, r8, r3", "smlabt r2, r10, r9, r2")          \
  TFR_ASM_3("smlabt r4, r11, r8, r4", "smlabt r3, r11, r9, r3", "smlabt r4, r12, r9, r4")

#define TFR_DEPTHWISE_OUTPUTS_ROW                                                               \
  TFR_ASM_3("ldr r10, " TFR_AT_MULTIPLIER, "ldr r11, " TFR_AT_OFFSET, "ldr r12, " TFR_AT_SHIFT) \
  TFR_ASM_SCALE("r1", "r10", "r11") TFR_ASM_SCALE("r2", "r10", "r11")                           \
  TFR_ASM_SCALE("r3", "r10", "r11") TFR_ASM_SCALE("r4", "r10", "r11")                           \
  TFR_ASM_4("asr r1, r1, r12", "asr r2, r2, r12", "asr r3, r3, r12", "asr r4, r4, r12")         \
  TFR_ASM_3("ssat r1, #8, r1", "ldr r10, " TFR_AT_END, "ldr r11, " TFR_AT_NEXT_ROW)             \
  TFR_ASM_3("strb r1, [r14]", "uxtah r14, r14, r9", "ssat r2, #8, r2")                          \
  TFR_ASM_3("strb r2, [r14]", "uxtah r14, r14, r9", "ssat r3, #8, r3")                          \
  TFR_ASM_3("strb r3, [r14]", "uxtah r14, r14, r9", "ssat r4, #8, r4")                          \
  TFR_ASM_3("strb r4, [r14]", "add r14, r14, r11", "cmp r0, r10")

#define TFR_DEPTHWISE_BLOCK_S2 TFR_DEPTHWISE_SUMS_S2 TFR_DEPTHWISE_OUTPUTS_ROW
#define TFR_DEPTHWISE_BLOCK_ROW TFR_DEPTHWISE_SUMS_ROW TFR_DEPTHWISE_OUTPUTS_ROW

#endif
