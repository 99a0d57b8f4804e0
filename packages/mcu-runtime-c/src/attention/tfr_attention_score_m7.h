/* Scores on the Cortex-M7; tfr_attention_m7.h has the thoughts behind it. */
#ifndef TFR_ATTENTION_SCORE_M7_H
#define TFR_ATTENTION_SCORE_M7_H

#include "attention/tfr_attention_rows.h"
#include "attention/tfr_attention_score_arm.h"

/* Two channels of both rows by four keys; `key` and `query` load the next ones' first words, which r12 and r2 have here. */
#define TFR_SCORE_CHANNELS(at, mac, key, query)                                                   \
  "ldr r3, [r0, #8*" at "+4]\n" mac("r4", "r2", "r12")                                            \
  "ldr lr, [r1, #16*" at "+4]\n" mac("r6", "r3", "r12")                                           \
  "ldr r12, [r1, #16*" at "+8]\n" mac("r5", "r2", "lr") mac("r7", "r3", "lr")                     \
  "ldr lr, [r1, #16*" at "+12]\n" mac("r8", "r2", "r12") mac("r10", "r3", "r12")                  \
  key mac("r9", "r2", "lr") query mac("r11", "r3", "lr")
#define TFR_SCORE_ON(at, mac) \
  TFR_SCORE_CHANNELS(at, mac, "ldr r12, [r1, #16*" at "+16]\n", "ldr r2, [r0, #8*" at "+8]\n")
#define TFR_SCORE_EIGHT(mac) \
  TFR_SCORE_ON("0", mac) TFR_SCORE_ON("1", TFR_SCORE_SUM) TFR_SCORE_ON("2", TFR_SCORE_SUM) TFR_SCORE_ON("3", TFR_SCORE_SUM)

TFR_ASSEMBLY void tfr_attention_score(TFR_IN_REGISTER struct tfr_attention_scores *job) {
  __asm__ volatile(
      TFR_SCORE_JOB("mov r1, r3\n")
      "1:\n"
      "tst r11, #32\n"
      "ldr r2, [r0]\n"
      "ldr r12, [r1]\n"
      TFR_SCORE_EIGHT(TFR_SCORE_FIRST)
      "beq 3f\n"
      "adds r0, r0, #32\n"
      "adds r1, r1, #64\n"
      "ldr r3, [sp]\n"
      "cmp r0, r3\n"
      "beq 4f\n"
      "2:\n"
      TFR_SCORE_EIGHT(TFR_SCORE_SUM)
      "3:\n"
      TFR_SCORE_ON("4", TFR_SCORE_SUM) TFR_SCORE_ON("5", TFR_SCORE_SUM) TFR_SCORE_ON("6", TFR_SCORE_SUM)
      TFR_SCORE_CHANNELS("7", TFR_SCORE_SUM, "", "")
      "adds r0, r0, #64\n"
      "ldr r2, [sp]\n"
      "adds r1, r1, #128\n"
      "cmp r0, r2\n"
      "beq 4f\n"
      "ldr r2, [r0]\n"
      "ldr r12, [r1]\n"
      "b 2b\n"
      "4:\n"
      TFR_SCORE_GROUP_END);
}

#endif
