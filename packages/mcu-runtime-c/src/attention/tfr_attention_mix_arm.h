/* What the mixes of both cores have in common: a loop over entries, whose first round is what is over, and its end. */
#ifndef TFR_ATTENTION_MIX_ARM_H
#define TFR_ATTENTION_MIX_ARM_H

/* Where to enter `count` entries at 3, all as long as each other, to leave `turns` of them out. */
#define TFR_MIX_PLACE(count, turns) "(3f - 2b + (4f - 3f) / " count " * " turns ") / 2"
/* Enters four entries; `left` is a register with their number modulo four. */
#define TFR_MIX_ENTER_4(left)                                                                     \
  "tbb [pc, " left "]\n"                                                                          \
  "2:\n"                                                                                          \
  ".byte " TFR_MIX_PLACE("4", "0") ", " TFR_MIX_PLACE("4", "3") ", " TFR_MIX_PLACE("4", "2") ", "  \
  TFR_MIX_PLACE("4", "1") "\n"
/* The same of eight. */
#define TFR_MIX_ENTER_8(left)                                                                     \
  "tbb [pc, " left "]\n"                                                                          \
  "2:\n"                                                                                          \
  ".byte " TFR_MIX_PLACE("8", "0") ", " TFR_MIX_PLACE("8", "7") ", " TFR_MIX_PLACE("8", "6") ", "  \
  TFR_MIX_PLACE("8", "5") "\n"                                                                    \
  ".byte " TFR_MIX_PLACE("8", "4") ", " TFR_MIX_PLACE("8", "3") ", " TFR_MIX_PLACE("8", "2") ", "  \
  TFR_MIX_PLACE("8", "1") "\n"
/* Until r0 is at the word `end` of the stack. */
#define TFR_MIX_ENTRIES(count, entry, free, end)                                                  \
  "3:\n"                                                                                          \
  ".rept " count "\n" entry ".endr\n"                                                             \
  "4:\n"                                                                                          \
  "ldr " free ", [sp, #" end "]\n"                                                                \
  "cmp r0, " free "\n"                                                                            \
  "bne 3b\n"

/* The job of a row whose eight sums are finished: r0 itself, r1 output, r2 multiplier, r3 zero point, r12 blocks. */
#define TFR_MIX_ROW_JOB                                                                           \
  "ldr r0, [sp]\n"                                                                                \
  "ldr r2, [r0, #24]\n"                                                                           \
  "ldr r3, [r0, #28]\n"                                                                           \
  "ldr r1, [r0, #16]\n"                                                                           \
  "ldr r12, [r0, #12]\n"

#endif
