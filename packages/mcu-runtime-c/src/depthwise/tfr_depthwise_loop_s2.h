/*
 * The loop of tfr_depthwise_s2.h in assembly, for one shape: `step` and `row` are the bytes between pixels and between rows
 * of the image, as text. r0: pixels. r1-r8: the sums of four outputs of two channels, (r1, r2) ... (r7, r8). r9-r11: a row
 * of taps of both channels. r12, r14: pixels. `turn` rotates channels 1 and 3 to where 0 and 2 are.
 */
#ifndef TFR_DEPTHWISE_LOOP_S2_H
#define TFR_DEPTHWISE_LOOP_S2_H

/* On the stack: a copy of the job, and the output. */
#define TFR_S2_TAPS "[sp]"
#define TFR_S2_SUMS "[sp, #4]"
#define TFR_S2_RIGHT "[sp, #8]"
#define TFR_S2_RULE "[sp, #12]"
#define TFR_S2_COUNT "[sp, #16]"
#define TFR_S2_ROWS "[sp, #20]"
#define TFR_S2_LEFT "[sp, #24]"
#define TFR_S2_OUTPUT "[sp, #28]"

#define TFR_S2_LOAD(to, at, step) "ldr " to ", [r0, #" at "*" step "]\n\t"
#define TFR_S2_TURN(pixel, turn) "sxtb16 " pixel ", " pixel turn "\n\t"
/* A pixel times a tap for one output, both channels; `i` and `k` are where the sums begin. */
#define TFR_S2_LOW(a, pixel, tap, i) "smlabb " a ", " pixel ", " tap ", " i "\n\t"
#define TFR_S2_HIGH(b, pixel, tap, k) "smlatt " b ", " pixel ", " tap ", " k "\n\t"
#define TFR_S2_BOTH(a, b, pixel, tap, i, k) TFR_S2_LOW(a, pixel, tap, i) TFR_S2_HIGH(b, pixel, tap, k)

#if TFR_CORE == TFR_CORE_M7

/* Loads and extensions go before the multiplications that they are issued with. */
#define TFR_S2_PIXELS(step, turn, i, k, m, n)                                                                  \
  TFR_S2_TURN("r12", turn) TFR_S2_TURN("r14", turn)                                                            \
  TFR_S2_BOTH("r1", "r2", "r12", "r9", i, k)                                                                   \
  TFR_S2_LOAD("r12", "2", step) TFR_S2_LOW("r1", "r14", "r10", "r1")                                           \
  TFR_S2_TURN("r12", turn) TFR_S2_HIGH("r2", "r14", "r10", "r2")                                               \
  TFR_S2_LOAD("r14", "3", step) TFR_S2_LOW("r1", "r12", "r11", "r1")                                           \
  TFR_S2_TURN("r14", turn) TFR_S2_HIGH("r2", "r12", "r11", "r2") TFR_S2_BOTH("r3", "r4", "r12", "r9", m, n)    \
  TFR_S2_LOAD("r12", "4", step) TFR_S2_LOW("r3", "r14", "r10", "r3")                                           \
  TFR_S2_TURN("r12", turn) TFR_S2_HIGH("r4", "r14", "r10", "r4")                                               \
  TFR_S2_LOAD("r14", "5", step) TFR_S2_LOW("r3", "r12", "r11", "r3")                                           \
  TFR_S2_TURN("r14", turn) TFR_S2_HIGH("r4", "r12", "r11", "r4")                                               \
  TFR_S2_BOTH("r5", "r6", "r12", "r9", "r5", "r6")                                                             \
  TFR_S2_LOAD("r12", "6", step) TFR_S2_LOW("r5", "r14", "r10", "r5")                                           \
  TFR_S2_TURN("r12", turn) TFR_S2_HIGH("r6", "r14", "r10", "r6")                                               \
  TFR_S2_LOAD("r14", "7", step) TFR_S2_LOW("r5", "r12", "r11", "r5")                                           \
  TFR_S2_TURN("r14", turn) TFR_S2_HIGH("r6", "r12", "r11", "r6")                                               \
  TFR_S2_BOTH("r7", "r8", "r12", "r9", "r7", "r8")

#define TFR_S2_NINTH(step, turn)                                                                               \
  TFR_S2_LOAD("r12", "8", step) TFR_S2_LOW("r7", "r14", "r10", "r7")                                           \
  TFR_S2_TURN("r12", turn) TFR_S2_HIGH("r8", "r14", "r10", "r8") TFR_S2_BOTH("r7", "r8", "r12", "r11", "r7", "r8")

#else

/* Loads in pairs, of which the second takes one cycle. */
#define TFR_S2_PAIR(first, second, step, turn)                                                                 \
  TFR_S2_LOAD("r12", first, step) TFR_S2_LOAD("r14", second, step)                                             \
  TFR_S2_TURN("r12", turn) TFR_S2_TURN("r14", turn)

#define TFR_S2_PIXELS(step, turn, i, k, m, n)                                                                  \
  TFR_S2_TURN("r12", turn) TFR_S2_TURN("r14", turn)                                                            \
  TFR_S2_BOTH("r1", "r2", "r12", "r9", i, k) TFR_S2_BOTH("r1", "r2", "r14", "r10", "r1", "r2")                 \
  TFR_S2_PAIR("2", "3", step, turn)                                                                            \
  TFR_S2_BOTH("r1", "r2", "r12", "r11", "r1", "r2") TFR_S2_BOTH("r3", "r4", "r12", "r9", m, n)                 \
  TFR_S2_BOTH("r3", "r4", "r14", "r10", "r3", "r4")                                                            \
  TFR_S2_PAIR("4", "5", step, turn)                                                                            \
  TFR_S2_BOTH("r3", "r4", "r12", "r11", "r3", "r4") TFR_S2_BOTH("r5", "r6", "r12", "r9", "r5", "r6")           \
  TFR_S2_BOTH("r5", "r6", "r14", "r10", "r5", "r6")                                                            \
  TFR_S2_PAIR("6", "7", step, turn)                                                                            \
  TFR_S2_BOTH("r5", "r6", "r12", "r11", "r5", "r6") TFR_S2_BOTH("r7", "r8", "r12", "r9", "r7", "r8")

#define TFR_S2_NINTH(step, turn)                                                                               \
  TFR_S2_LOAD("r12", "8", step) TFR_S2_BOTH("r7", "r8", "r14", "r10", "r7", "r8")                              \
  TFR_S2_TURN("r12", turn) TFR_S2_BOTH("r7", "r8", "r12", "r11", "r7", "r8")

#endif

/* Where the ninth pixel lies outside of the image. */
#define TFR_S2_EIGHTH(step, turn) TFR_S2_BOTH("r7", "r8", "r14", "r10", "r7", "r8")

#define TFR_S2_FIRST_ROW(step, turn, sums)                                                                     \
  "ldr r11, " sums "\n\tldr r14, " TFR_S2_TAPS "\n\t"                                                          \
  "ldr r5, [r11]\n\tldr r6, [r11, #4]\n\tldr r7, [r11, #8]\n\tldr r8, [r11, #12]\n\t"                          \
  "ldr r9, [r14]\n\tldr r10, [r14, #4]\n\tldr r11, [r14, #8]\n\t"                                              \
  TFR_S2_LOAD("r12", "0", step) TFR_S2_LOAD("r14", "1", step)                                                  \
  TFR_S2_PIXELS(step, turn, "r5", "r6", "r5", "r6")

#define TFR_S2_LATER_ROW(step, row, turn, at)                                                                   \
  "add r0, r0, #" row "\n\tldr r11, " TFR_S2_TAPS "\n\t"                                                       \
  TFR_S2_LOAD("r12", "0", step) TFR_S2_LOAD("r14", "1", step)                                                  \
  "ldr r9, [r11, #" at "]\n\tldr r10, [r11, #" at "+4]\n\tldr r11, [r11, #" at "+8]\n\t"                       \
  TFR_S2_PIXELS(step, turn, "r1", "r2", "r3", "r4")

/* The outputs of one channel, `at` bytes from those of the first. */
#define TFR_S2_FINISH(a, b, c, d, step, at)                                                                    \
  TFR_ASM_SCALE(a, "r9", "r10") TFR_ASM_SCALE(b, "r9", "r10")                                                  \
  TFR_ASM_SCALE(c, "r9", "r10") TFR_ASM_SCALE(d, "r9", "r10")                                                  \
  "asr " a ", " a ", r12\n\tasr " b ", " b ", r12\n\tssat " a ", #8, " a "\n\tasr " c ", " c ", r12\n\t"       \
  "ssat " b ", #8, " b "\n\tasr " d ", " d ", r12\n\tssat " c ", #8, " c "\n\tstrb " a ", [r14, #" at "]\n\t"  \
  "ssat " d ", #8, " d "\n\tstrb " b ", [r14, #" at "+" step "]\n\t"                                           \
  "strb " c ", [r14, #" at "+2*" step "]\n\tstrb " d ", [r14, #" at "+3*" step "]\n\t"

#define TFR_S2_FINISH_EACH(step, shift)                                                                        \
  "ldr r9, [r11]\n\tldr r10, [r11, #4]\n\tldr r12, [r11, #8]\n\t"                                              \
  TFR_S2_FINISH("r1", "r3", "r5", "r7", step, "0")                                                             \
  "ldr r9, [r11, #12]\n\tldr r10, [r11, #16]\n\tldr r12, [r11, #20]\n\t"                                       \
  TFR_S2_FINISH("r2", "r4", "r6", "r8", step, "2")

/* Both channels at one shift. */
#define TFR_S2_SHARE(a, b, c, d, multiplier, step, at, shift)                                                  \
  TFR_ASM_SCALE(a, multiplier, "r10") TFR_ASM_SCALE(b, multiplier, "r10")                                      \
  "ssat " a ", #8, " a ", asr #" shift "\n\t" TFR_ASM_SCALE(c, multiplier, "r10")                               \
  "ssat " b ", #8, " b ", asr #" shift "\n\t" TFR_ASM_SCALE(d, multiplier, "r10")                               \
  "strb " a ", [r14, #" at "]\n\tssat " c ", #8, " c ", asr #" shift "\n\t"                                     \
  "strb " b ", [r14, #" at "+" step "]\n\tssat " d ", #8, " d ", asr #" shift "\n\t"                            \
  "strb " c ", [r14, #" at "+2*" step "]\n\tstrb " d ", [r14, #" at "+3*" step "]\n\t"
#define TFR_S2_FINISH_SHARED(step, shift)                                                                      \
  "ldr r9, [r11]\n\tldr r10, [r11, #4]\n\tldr r12, [r11, #12]\n\t"                                             \
  TFR_S2_SHARE("r1", "r3", "r5", "r7", "r9", step, "0", shift)                                                 \
  TFR_S2_SHARE("r2", "r4", "r6", "r8", "r12", step, "2", shift)

#define TFR_S2_BLOCK(step, row, turn, sums, ninth, finish, shift)                                                             \
  TFR_S2_FIRST_ROW(step, turn, sums) ninth(step, turn)                                                         \
  TFR_S2_LATER_ROW(step, row, turn, "12") ninth(step, turn)                                                     \
  TFR_S2_LATER_ROW(step, row, turn, "24") ninth(step, turn)                                                     \
  "ldr r11, " TFR_S2_RULE "\n\tldr r14, " TFR_S2_OUTPUT "\n\t" finish(step, shift)

/* Arguments: r0 job, r1 pixels, r2 output. `blocks` is the number of those before the last of a row, as text. */
#define TFR_S2_LOOP(step, row, blocks, turn, finish, shift)                                                                   \
  "push {r2, r4-r11, lr}\n\tldm r0, {r3-r9}\n\tpush {r3-r9}\n\tmov r0, r1\n\t"                             \
  "1:\n\t.if " blocks " > 1\n\tldr r12, " TFR_S2_COUNT "\n\tstr r12, " TFR_S2_LEFT "\n\t.endif\n\t"            \
  ".if " blocks " > 0\n\t2:\n\t" TFR_S2_BLOCK(step, row, turn, TFR_S2_SUMS, TFR_S2_NINTH, finish, shift)                     \
  "add r14, r14, #4*" step "\n\tadd r0, r0, #8*" step "-2*" row "\n\tstr r14, " TFR_S2_OUTPUT "\n\t"          \
  ".if " blocks " > 1\n\tldr r12, " TFR_S2_LEFT "\n\tsubs r12, r12, #1\n\tstr r12, " TFR_S2_LEFT "\n\t"        \
  "bne 2b\n\t.endif\n\t.endif\n\t" TFR_S2_BLOCK(step, row, turn, TFR_S2_RIGHT, TFR_S2_EIGHTH, finish, shift)                 \
  "ldr r12, " TFR_S2_ROWS "\n\tadd r14, r14, #4*" step "\n\tsub r0, r0, #8*" step "*" blocks "\n\t"           \
  "subs r12, r12, #1\n\t"                                                                                      \
  "str r14, " TFR_S2_OUTPUT "\n\tstr r12, " TFR_S2_ROWS "\n\tbne 1b\n\t"                                      \
  "add sp, sp, #28\n\tpop {r2, r4-r11, pc}"

#endif
