/* Probabilities on the Cortex-M7; tfr_attention_m7.h has the thoughts behind it. */
#ifndef TFR_ATTENTION_WEIGH_M7_H
#define TFR_ATTENTION_WEIGH_M7_H

#include "attention/tfr_attention_rows.h"

/*
 * r0 scores, r1 table, r2 r3 bases, r4 r5 sums, r6 r7 entries, r8 values, r11 bytes of a token pair's values, lr ones.
 * Stack: +0 job, +4 end of the scores.
 */
TFR_ASSEMBLY void tfr_attention_weigh(TFR_IN_REGISTER struct tfr_attention_probabilities *job) {
  __asm__ volatile(
      "push {r4-r11, lr}\n"
      "sub sp, sp, #12\n"
      "str r0, [sp]\n"
      "ldr r4, [r0, #4]\n"
      "str r4, [sp, #4]\n"
      "add r12, r0, #8\n"
      "ldm r12, {r1-r3, r8, r11}\n"
      "ldr r6, [r0, #28]\n"
      "ldr r0, [r0]\n"
      "subs r8, r8, #4\n"
      "add r7, r6, #8\n"
      "movs r4, #0\n"
      "movs r5, #0\n"
      "mov lr, #0x00010001\n"
      "1:\n"
      ".rept 2\n"
      "ldrd r9, r10, [r0], #8\n"
      "uqsub16 r9, r9, r2\n"
      "uqsub16 r10, r10, r3\n"
      "cmp r9, #0\n"
      "beq 2f\n"
      "uxth r12, r9\n"
      "lsr r9, r9, #16\n"
      "ldrh r12, [r1, r12, lsl #1]\n"
      "ldrh r9, [r1, r9, lsl #1]\n"
      "pkhbt r9, r12, r9, lsl #16\n"
      "smlad r4, r9, lr, r4\n"
      "strd r8, r9, [r6], #16\n"
      "2:\n"
      "cmp r10, #0\n"
      "beq 3f\n"
      "uxth r12, r10\n"
      "lsr r10, r10, #16\n"
      "ldrh r12, [r1, r12, lsl #1]\n"
      "ldrh r10, [r1, r10, lsl #1]\n"
      "pkhbt r9, r12, r10, lsl #16\n"
      "smlad r5, r9, lr, r5\n"
      "strd r8, r9, [r7], #16\n"
      "3:\n"
      "add r8, r8, r11\n"
      ".endr\n"
      "ldr r9, [sp, #4]\n"
      "cmp r0, r9\n"
      "bne 1b\n"
      "ldr r0, [sp]\n"
      "strd r6, r7, [r0, #32]\n"
      "strd r4, r5, [r0, #40]\n"
      "add sp, sp, #12\n"
      "pop {r4-r11, pc}\n");
}

#endif
