/* One tap of a walk for the Cortex-M7: a load or an extension before each multiplication that it is issued with. */
#ifndef TFR_DEPTHWISE_TAP_M7_H
#define TFR_DEPTHWISE_TAP_M7_H

/* r0 is at the tap's pixel; it moves on to the next tap's, behind the last one to a place that nothing reads. */
#define TFR_WALK_TAP(a, b, c, d, load, second)                                                                       \
  "ldr r11, [r0]\n\tldr r12, [r0, " second("r14") "]\n\tldr r10, [r9], #16\n\t"                                      \
  "sxtb16 r14, r11\n\tsxtb16 r11, r11, ror #8\n\tsmlabb r1, r14, r10, " a "\n\tsmlatt r3, r14, r10, " c "\n\t"       \
  "sxtb16 r14, r12\n\tsxtb16 r12, r12, ror #8\n\tsmlabb r5, r14, r10, r5\n\tsmlatt r7, r14, r10, r7\n\t"             \
  "ldr r10, [r9, #-8]\n\tldr r14, [r9, #4]\n\tsmlabb r2, r11, r10, " b "\n\tadd r0, r0, r14\n\t"                     \
  "smlatt r4, r11, r10, " d "\n\t" load("r14", "#12") "smlabb r6, r12, r10, r6\n\tsmlatt r8, r12, r10, r8\n\t"

#define TFR_WALK_FIRST(load, second)                                                                                 \
  "ldm r9!, {r5-r8}\n\tldr r14, [r9, #4]\n\tadd r0, r0, r14\n\t" load("r14", "#12")                                  \
  TFR_WALK_TAP("r5", "r6", "r7", "r8", load, second)
#define TFR_WALK_NEXT(load, second) TFR_WALK_TAP("r1", "r2", "r3", "r4", load, second)

#endif
