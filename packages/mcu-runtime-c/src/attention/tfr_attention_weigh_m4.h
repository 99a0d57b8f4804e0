/* Probabilities on the Cortex-M4; tfr_attention_m4.h has the thoughts behind it. */
#ifndef TFR_ATTENTION_WEIGH_M4_H
#define TFR_ATTENTION_WEIGH_M4_H

#include "attention/tfr_attention_rows.h"

/*
 * r0 scores, r1 r2 the words at hand, r3 r4 sums, r5 r6 entries, r7 values, r9 table, r10 r11 bases, r12 bytes of a
 * token pair's values, lr ones. Stack: +0 job, +4 end of the scores.
 */
TFR_ASSEMBLY void tfr_attention_weigh(TFR_IN_REGISTER struct tfr_attention_probabilities *job) {
  __asm__ volatile(
      "push {r4-r11, lr}\n"
      "sub sp, sp, #12\n"
      "str r0, [sp]\n"
      "ldr r1, [r0, #4]\n"
      "str r1, [sp, #4]\n"
      "ldr r9, [r0, #8]\n"
      "ldr r10, [r0, #12]\n"
      "ldr r11, [r0, #16]\n"
      "ldr r7, [r0, #20]\n"
      "ldr r12, [r0, #24]\n"
      "ldr r5, [r0, #28]\n"
      "ldr r0, [r0]\n"
      "add r6, r5, #8\n"
      "movs r3, #0\n"
      "movs r4, #0\n"
      "mov lr, #0x00010001\n"
      "1:\n"
      ".rept 2\n"
      "ldrd r1, r2, [r0], #8\n"
      "uqsub16 r1, r1, r10\n"
      "uqsub16 r2, r2, r11\n"
      "cbz r1, 2f\n"
      "uxth r8, r1\n"
      "lsrs r1, r1, #16\n"
      "ldrh r8, [r9, r8, lsl #1]\n"
      "ldrh r1, [r9, r1, lsl #1]\n"
      "pkhbt r8, r8, r1, lsl #16\n"
      "smlad r3, r8, lr, r3\n"
      "strd r7, r8, [r5], #16\n"
      "2:\n"
      "cbz r2, 3f\n"
      "uxth r8, r2\n"
      "lsrs r2, r2, #16\n"
      "ldrh r8, [r9, r8, lsl #1]\n"
      "ldrh r2, [r9, r2, lsl #1]\n"
      "pkhbt r8, r8, r2, lsl #16\n"
      "smlad r4, r8, lr, r4\n"
      "strd r7, r8, [r6], #16\n"
      "3:\n"
      "add r7, r7, r12\n"
      ".endr\n"
      "ldr r1, [sp, #4]\n"
      "cmp r0, r1\n"
      "bne 1b\n"
      "ldr r0, [sp]\n"
      "strd r5, r6, [r0, #32]\n"
      "strd r3, r4, [r0, #40]\n"
      "add sp, sp, #12\n"
      "pop {r4-r11, pc}\n");
}

#endif
