/* Probabilities times values on the Cortex-M4; tfr_attention_m4.h has the thoughts behind it. */
#ifndef TFR_ATTENTION_MIX_M4_H
#define TFR_ATTENTION_MIX_M4_H

#include "attention/tfr_attention_mix_arm.h"
#include "attention/tfr_attention_rows.h"

/* Eight channels of one row. */
#define TFR_MIX_ROW_ENTRY                                                                         \
  "ldrd r1, r2, [r0], #16\n"                                                                      \
  "ldmia r1!, {r3, r12, lr}\n"                                                                    \
  "smlad r4, r2, r3, r4\n"                                                                        \
  "smlad r5, r2, r12, r5\n"                                                                       \
  "smlad r6, r2, lr, r6\n"                                                                        \
  "ldmia r1!, {r3, r12, lr}\n"                                                                    \
  "smlad r7, r2, r3, r7\n"                                                                        \
  "smlad r8, r2, r12, r8\n"                                                                       \
  "smlad r9, r2, lr, r9\n"                                                                        \
  "ldmia r1!, {r3, r12}\n"                                                                        \
  "smlad r10, r2, r3, r10\n"                                                                      \
  "smlad r11, r2, r12, r11\n"                                                                     \
  "str r1, [r0, #-16]\n"

/*
 * r0 entries, r1 an entry's values, r2 its probabilities, r4-r11 sums. Stack: +0 job, +4 end of the entries.
 */
static TFR_ASSEMBLY void tfr_attention_mix_row(TFR_IN_REGISTER struct tfr_attention_values *job) {
  __asm__ volatile(
      "push {r4-r11, lr}\n"
      "sub sp, sp, #12\n"
      "str r0, [sp]\n"
      "ldr r1, [r0, #4]\n"
      "str r1, [sp, #4]\n"
      "1:\n" /* eight channels */
      "ldr r4, [r0, #20]\n"
      "ldr r0, [r0]\n"
      "ldr r1, [sp, #4]\n"
      ".irp sum, r5, r6, r7, r8, r9, r10, r11\n"
      "mov \\sum, r4\n"
      ".endr\n"
      "subs r1, r1, r0\n" /* 16 bytes an entry; the first round takes the entries modulo 8 */
      "ubfx r1, r1, #4, #3\n"
      TFR_MIX_ENTER_8("r1") TFR_MIX_ENTRIES("8", TFR_MIX_ROW_ENTRY, "r1", "4") TFR_MIX_ROW_JOB
      ".irp sum, r4, r5, r6, r7, r8, r9, r10, r11\n"
      "smmlar \\sum, \\sum, r2, r3\n"
      "ssat \\sum, #8, \\sum\n"
      "strb \\sum, [r1], #1\n"
      ".endr\n"
      "subs r12, r12, #1\n"
      "str r1, [r0, #16]\n"
      "str r12, [r0, #12]\n"
      "bne 1b\n"
      "add sp, sp, #12\n"
      "pop {r4-r11, pc}\n");
}

/* Four channels of both rows. */
#define TFR_MIX_ROWS_ENTRY                                                                        \
  "ldmia r0!, {r1, r2, r3, r12}\n"                                                                \
  "ldmia r1!, {r3, lr}\n"                                                                         \
  "smlad r4, r2, r3, r4\n"                                                                        \
  "smlad r8, r12, r3, r8\n"                                                                       \
  "smlad r5, r2, lr, r5\n"                                                                        \
  "smlad r9, r12, lr, r9\n"                                                                       \
  "ldmia r1!, {r3, lr}\n"                                                                         \
  "smlad r6, r2, r3, r6\n"                                                                        \
  "smlad r10, r12, r3, r10\n"                                                                     \
  "smlad r7, r2, lr, r7\n"                                                                        \
  "smlad r11, r12, lr, r11\n"                                                                     \
  "str r1, [r0, #-16]\n"

/*
 * Both rows, whose entries are of the same token pairs: r0 entries, r1 their values, r2 r12 their probabilities; sums of
 * row 0: r4-r7, of row 1: r8-r11. Stack: +0 jobs, +8 end of the entries, +12 blocks of four channels.
 */
static TFR_ASSEMBLY void tfr_attention_mix_rows(TFR_IN_REGISTER struct tfr_attention_values *first,
                                                TFR_IN_REGISTER struct tfr_attention_values *second) {
  __asm__ volatile(
      "push {r4-r11, lr}\n"
      "sub sp, sp, #20\n"
      "strd r0, r1, [sp]\n"
      "ldr r2, [r0, #4]\n"
      "ldr r3, [r0, #12]\n"
      "str r2, [sp, #8]\n"
      "lsls r3, r3, #1\n"
      "str r3, [sp, #12]\n"
      "1:\n" /* four channels */
      "ldr r4, [r0, #20]\n"
      "ldr r8, [r1, #20]\n"
      "ldr r0, [r0]\n"
      "ldr r1, [sp, #8]\n"
      ".irp sum, r5, r6, r7\n"
      "mov \\sum, r4\n"
      ".endr\n"
      ".irp sum, r9, r10, r11\n"
      "mov \\sum, r8\n"
      ".endr\n"
      "subs r1, r1, r0\n" /* 16 bytes an entry; the first round takes the entries modulo 4 */
      "ubfx r1, r1, #4, #2\n"
      TFR_MIX_ENTER_4("r1") TFR_MIX_ENTRIES("4", TFR_MIX_ROWS_ENTRY, "r1", "8")
      "ldrd r0, r1, [sp]\n"
      "ldr r2, [r0, #24]\n"
      "ldr r3, [r1, #24]\n"
      "ldr r12, [r0, #28]\n"
      "ldr lr, [r0, #16]\n"
      ".irp sum, r4, r5, r6, r7\n"
      "smmlar \\sum, \\sum, r2, r12\n"
      "ssat \\sum, #8, \\sum\n"
      "strb \\sum, [lr], #1\n"
      ".endr\n"
      "str lr, [r0, #16]\n"
      "ldr lr, [r1, #16]\n"
      ".irp sum, r8, r9, r10, r11\n"
      "smmlar \\sum, \\sum, r3, r12\n"
      "ssat \\sum, #8, \\sum\n"
      "strb \\sum, [lr], #1\n"
      ".endr\n"
      "str lr, [r1, #16]\n"
      "ldr r2, [sp, #12]\n"
      "subs r2, r2, #1\n"
      "str r2, [sp, #12]\n"
      "bne 1b\n"
      "add sp, sp, #20\n"
      "pop {r4-r11, pc}\n");
}

void tfr_attention_mix(struct tfr_attention_values *first, struct tfr_attention_values *second, int32_t together) {
  if (together) {
    tfr_attention_mix_rows(first, second);
  } else {
    tfr_attention_mix_row(first);
    tfr_attention_mix_row(second);
  }
}

#endif
