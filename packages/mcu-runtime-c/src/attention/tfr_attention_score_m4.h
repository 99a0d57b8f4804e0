/* Scores on the Cortex-M4; tfr_attention_m4.h has the thoughts behind it. */
#ifndef TFR_ATTENTION_SCORE_M4_H
#define TFR_ATTENTION_SCORE_M4_H

#include "attention/tfr_attention_rows.h"
#include "attention/tfr_attention_score_arm.h"

/* Two channels of both rows by four keys, from the word behind r0 and r1 on; `step` is "!" where these move on. */
#define TFR_SCORE_CHANNELS(at, mac, step)                                                         \
  "ldr r2, [r0, #8*" at "+4]\n"                                                                   \
  "ldr r3, [r0, #8*" at "+8]" step "\n"                                                           \
  "ldr r12, [r1, #16*" at "+4]\n"                                                                 \
  "ldr lr, [r1, #16*" at "+8]\n"                                                                  \
  mac("r4", "r2", "r12") mac("r6", "r3", "r12") mac("r5", "r2", "lr") mac("r7", "r3", "lr")       \
  "ldr r12, [r1, #16*" at "+12]\n"                                                                \
  "ldr lr, [r1, #16*" at "+16]" step "\n"                                                         \
  mac("r8", "r2", "r12") mac("r10", "r3", "r12") mac("r9", "r2", "lr") mac("r11", "r3", "lr")
#define TFR_SCORE_ON(at) TFR_SCORE_CHANNELS(at, TFR_SCORE_SUM, "")

TFR_ASSEMBLY void tfr_attention_score(TFR_IN_REGISTER struct tfr_attention_scores *job) {
  __asm__ volatile(
      TFR_SCORE_JOB("subs r0, r0, #4\n" /* so that the last load of 16 channels moves on */
                    "subs r1, r3, #4\n"
                    "subs r2, r2, #4\n")
      "1:\n" /* a group */
      "tst r11, #32\n"
      TFR_SCORE_CHANNELS("0", TFR_SCORE_FIRST, "") TFR_SCORE_ON("1") TFR_SCORE_ON("2") TFR_SCORE_ON("3")
      "bne 5f\n"
      "3:\n" /* the second half of 16 channels */
      TFR_SCORE_ON("4") TFR_SCORE_ON("5") TFR_SCORE_ON("6") TFR_SCORE_CHANNELS("7", TFR_SCORE_SUM, "!")
      "ldr r2, [sp]\n"
      "cmp r0, r2\n"
      "bne 2f\n"
      "4:\n"
      TFR_SCORE_GROUP_END
      "5:\n" /* an odd number of 8 channels: the first ones are a half of their own */
      "ldr r2, [sp]\n"
      "adds r0, r0, #32\n"
      "adds r1, r1, #64\n"
      "cmp r0, r2\n"
      "beq 4b\n"
      "2:\n" /* 16 more channels */
      TFR_SCORE_ON("0") TFR_SCORE_ON("1") TFR_SCORE_ON("2") TFR_SCORE_ON("3")
      "b 3b\n");
}

#endif
