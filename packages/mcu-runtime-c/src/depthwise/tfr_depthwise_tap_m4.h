/* One tap of a walk for the Cortex-M4: loads in batches, as each but the first then takes one cycle. */
#ifndef TFR_DEPTHWISE_TAP_M4_H
#define TFR_DEPTHWISE_TAP_M4_H

/* Behind the load of an entry's first two words; the sums begin at a to d. */
#define TFR_WALK_TAP(a, b, c, d, load, second)                                                                       \
  load("r12", "#4") "add r0, r0, r11\n\tldr r12, [r0, " second("r12") "]\n\tldr r11, [r0]\n\t"                       \
  "sxtb16 r14, r11\n\t" TFR_WALK_PAIR("r1", "r3", "r14", a, c) "sxtb16 r11, r11, ror #8\n\t"                         \
  "sxtb16 r14, r12\n\t" TFR_WALK_PAIR("r5", "r7", "r14", "r5", "r7") "ldr r10, [r9], #8\n\t"                         \
  "sxtb16 r12, r12, ror #8\n\t" TFR_WALK_PAIR("r2", "r4", "r11", b, d) TFR_WALK_PAIR("r6", "r8", "r12", "r6", "r8")

/* Biases and the first tap, and a later one. */
#define TFR_WALK_FIRST(load, second) "ldm r9!, {r5-r8, r10, r11}\n\t" TFR_WALK_TAP("r5", "r6", "r7", "r8", load, second)
#define TFR_WALK_NEXT(load, second) "ldm r9!, {r10, r11}\n\t" TFR_WALK_TAP("r1", "r2", "r3", "r4", load, second)

#endif
