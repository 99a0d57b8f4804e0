/*
 * What the scores of both cores have in common: how a job is taken in, and what becomes of the sums of two rows and four keys.
 *
 * r0 queries, r1 keys; sums of row 0: r4 r5 r8 r9, of row 1: r6 r7 r10 r11; operands r2 r3 r12 lr.
 * Stack: +0 end of the queries, +4 multiplier, +8 scores, +12 queries, +16 end of the scores, +20 maxima, +28 bytes of
 * the queries, +32 job.
 */
#ifndef TFR_ATTENTION_SCORE_ARM_H
#define TFR_ATTENTION_SCORE_ARM_H

/* `places` makes of the queries' r0, their end r2 and the keys' r3 what the core's loop begins with. */
#define TFR_SCORE_JOB(places)                                                                     \
  "push {r4-r11, lr}\n"                                                                           \
  "sub sp, sp, #36\n"                                                                             \
  "str r0, [sp, #32]\n"                                                                           \
  "ldrd r6, r7, [r0, #24]\n"                                                                      \
  "ldm r0, {r0, r2-r5, r8}\n" /* queries, end, keys, scores, end, multiplier */                   \
  "sub r11, r2, r0\n" places                                                                      \
  "str r2, [sp]\n"                                                                                \
  "str r8, [sp, #4]\n"                                                                            \
  "str r4, [sp, #8]\n"                                                                            \
  "str r0, [sp, #12]\n"                                                                           \
  "str r5, [sp, #16]\n"                                                                           \
  "strd r6, r7, [sp, #20]\n"                                                                      \
  "str r11, [sp, #28]\n"

/* Whether a sum goes on or begins. */
#define TFR_SCORE_SUM(sum, query, key) "smlad " sum ", " query ", " key ", " sum "\n"
#define TFR_SCORE_FIRST(sum, query, key) "smuad " sum ", " query ", " key "\n"

/* Sums to scores, the maxima, and the next group of keys at 1, which finds the bytes of the queries in r11. */
#define TFR_SCORE_GROUP_END                                                                       \
  "ldr r2, [sp, #4]\n"                                                                            \
  "ldr r3, [sp, #8]\n"                                                                            \
  "ldr r0, [sp, #12]\n"                                                                           \
  "ldr lr, [sp, #16]\n"                                                                           \
  "mov r12, #0x8000\n"                                                                            \
  ".irp sum, r4, r5, r6, r7, r8, r9, r10, r11\n"                                                  \
  "smmlar \\sum, \\sum, r2, r12\n"                                                                \
  ".endr\n"                                                                                       \
  "pkhbt r4, r4, r5, lsl #16\n"                                                                   \
  "pkhbt r6, r6, r7, lsl #16\n"                                                                   \
  "pkhbt r8, r8, r9, lsl #16\n"                                                                   \
  "pkhbt r10, r10, r11, lsl #16\n"                                                                \
  "ldr r5, [sp, #20]\n"                                                                           \
  "ldr r7, [sp, #24]\n"                                                                           \
  "ldr r11, [sp, #28]\n"                                                                          \
  "stmia r3!, {r4, r6, r8, r10}\n"                                                                \
  "str r3, [sp, #8]\n"                                                                            \
  "usub16 r9, r4, r5\n"                                                                           \
  "sel r5, r4, r5\n"                                                                              \
  "usub16 r9, r8, r5\n"                                                                           \
  "sel r5, r8, r5\n"                                                                              \
  "usub16 r9, r6, r7\n"                                                                           \
  "sel r7, r6, r7\n"                                                                              \
  "usub16 r9, r10, r7\n"                                                                          \
  "sel r7, r10, r7\n"                                                                             \
  "strd r5, r7, [sp, #20]\n"                                                                      \
  "cmp r3, lr\n"                                                                                  \
  "bne 1b\n"                                                                                      \
  "ldr r0, [sp, #32]\n"                                                                           \
  "strd r5, r7, [r0, #24]\n"                                                                      \
  "add sp, sp, #36\n"                                                                             \
  "pop {r4-r11, pc}\n"

#endif
