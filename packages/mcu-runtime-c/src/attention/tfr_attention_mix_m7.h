/* Probabilities times values on the Cortex-M7; tfr_attention_m7.h has the thoughts behind it. */
#ifndef TFR_ATTENTION_MIX_M7_H
#define TFR_ATTENTION_MIX_M7_H

#include "attention/tfr_attention_mix_arm.h"
#include "attention/tfr_attention_rows.h"

/* Eight channels of one row. */
#define TFR_MIX_ROW_ENTRY                                                                         \
  "ldr r3, [r1, #4]\n"                                                                            \
  "ldr r12, [r1, #8]\n"                                                                           \
  "ldr lr, [r1, #12]\n"                                                                           \
  "smlad r4, r2, r3, r4\n"                                                                        \
  "ldr r3, [r1, #16]\n"                                                                           \
  "smlad r5, r2, r12, r5\n"                                                                       \
  "ldr r12, [r1, #20]\n"                                                                          \
  "smlad r6, r2, lr, r6\n"                                                                        \
  "ldr lr, [r1, #24]\n"                                                                           \
  "smlad r7, r2, r3, r7\n"                                                                        \
  "ldr r3, [r1, #28]\n"                                                                           \
  "smlad r8, r2, r12, r8\n"                                                                       \
  "ldr r12, [r1, #32]!\n"                                                                         \
  "smlad r9, r2, lr, r9\n"                                                                        \
  "str r1, [r0, #-16]\n"                                                                          \
  "smlad r10, r2, r3, r10\n"                                                                      \
  "ldr r1, [r0]\n"                                                                                \
  "smlad r11, r2, r12, r11\n"                                                                     \
  "ldr r2, [r0, #4]\n"                                                                            \
  "adds r0, r0, #16\n"

/*
 * r0 entries, r1 an entry's values, r2 its probabilities, r4-r11 sums.
 * Stack: +0 job, +4 end of the entries.
 */
static TFR_ASSEMBLY void tfr_attention_mix_row(TFR_IN_REGISTER struct tfr_attention_values *job) {
  __asm__ volatile(
      "push {r4-r11, lr}\n"
      "sub sp, sp, #12\n"
      "str r0, [sp]\n"
      "ldr r1, [r0, #4]\n"
      "adds r1, r1, #16\n"
      "str r1, [sp, #4]\n"
      "1:\n" /* eight channels */
      "ldr r4, [r0, #20]\n"
      "ldr r0, [r0]\n"
      "ldr r3, [sp, #4]\n"
      "ldr r1, [r0]\n"
      "ldr r2, [r0, #4]\n"
      "adds r0, r0, #16\n"
      ".irp sum, r5, r6, r7, r8, r9, r10, r11\n"
      "mov \\sum, r4\n"
      ".endr\n"
      "subs r3, r3, r0\n" /* 16 bytes an entry */
      "ubfx r3, r3, #4, #2\n"
      TFR_MIX_ENTER_4("r3") TFR_MIX_ENTRIES("4", TFR_MIX_ROW_ENTRY, "r3", "4") TFR_MIX_ROW_JOB
      ".irp sum, r4, r5, r6, r7, r8, r9, r10, r11\n"
      "smmlar \\sum, \\sum, r2, r3\n"
      ".endr\n"
      "ssat r4, #8, r4\n"
      "ssat r5, #8, r5\n"
      "ssat r6, #8, r6\n"
      "strb r4, [r1]\n"
      "ssat r7, #8, r7\n"
      "strb r5, [r1, #1]\n"
      "ssat r8, #8, r8\n"
      "strb r6, [r1, #2]\n"
      "ssat r9, #8, r9\n"
      "strb r7, [r1, #3]\n"
      "ssat r10, #8, r10\n"
      "strb r8, [r1, #4]\n"
      "ssat r11, #8, r11\n"
      "strb r9, [r1, #5]\n"
      "adds r3, r1, #8\n"
      "strb r10, [r1, #6]\n"
      "subs r12, r12, #1\n"
      "str r3, [r0, #16]\n"
      "str r12, [r0, #12]\n"
      "strb r11, [r1, #7]\n"
      "bne 1b\n"
      "add sp, sp, #12\n"
      "pop {r4-r11, pc}\n");
}

void tfr_attention_mix(struct tfr_attention_values *first, struct tfr_attention_values *second, int32_t together) {
  (void)together;
  tfr_attention_mix_row(first);
  tfr_attention_mix_row(second);
}

#endif
