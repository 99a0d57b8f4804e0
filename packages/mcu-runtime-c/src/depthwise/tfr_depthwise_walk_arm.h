/*
 * The walkers in assembly. r0: the pixel of a tap. r1-r4, r5-r8: sums of the first and the second position. r9: list.
 * r10: two weights. r11, r12: pixels of both positions, r14: two channels of one. Taps after the first are a run of equal
 * pieces of code, entered such that as many are left as the list has; longer lists pass it several times.
 */
#ifndef TFR_DEPTHWISE_WALK_ARM_H
#define TFR_DEPTHWISE_WALK_ARM_H

#include "depthwise/tfr_depthwise_scale.h"

/* The job on the stack, as struct tfr_depthwise_walk has it; the taps become the address at which the run is entered. */
#define TFR_WALK_LIST "[sp, #24]"
#define TFR_WALK_ENTRY "[sp, #28]"
#define TFR_WALK_RULES "[sp, #32]"
#define TFR_WALK_LINES "[sp, #48]"
#define TFR_WALK_PASSES "[sp, #52]" /* whole ones after the first */
#define TFR_WALK_LEFT "[sp, #56]"

/* Sums of two channels, (a, c) of the first and (e, g) of the second position, begin at i and k. */
#define TFR_WALK_PAIR(a, c, pixel, i, k) \
  "smlabb " a ", " pixel ", r10, " i "\n\tsmlatt " c ", " pixel ", r10, " k "\n\t"

/* The distance between a pair's pixels: of each entry (loaded into a register), or one number of the shape. */
#define TFR_WALK_LOAD_SECOND(into, at) "ldr " into ", [r9, " at "]\n\t"
#define TFR_WALK_LISTED_SECOND(register) register
#define TFR_WALK_LOAD_NOTHING(into, at)
#define TFR_WALK_SECOND_4(register) "#4"
#define TFR_WALK_SECOND_8(register) "#8"

#if TFR_CORE == TFR_CORE_M7
#include "depthwise/tfr_depthwise_tap_m7.h"
#else
#include "depthwise/tfr_depthwise_tap_m4.h"
#endif

#define TFR_WALK_2(piece) piece piece
#define TFR_WALK_RUN(load, second) TFR_WALK_2(TFR_WALK_2(TFR_WALK_2(TFR_WALK_NEXT(load, second))))

/* One channel of both positions, with a rule of its own. */
#define TFR_WALK_FINISH(a, b)                                                                      \
  "ldm r9!, {r10, r11, r12}\n\t" TFR_ASM_SCALE(a, "r10", "r11") TFR_ASM_SCALE(b, "r10", "r11")     \
  "asr " a ", " a ", r12\n\tasr " b ", " b ", r12\n\tssat " a ", #8, " a "\n\tssat " b ", #8, " b "\n\t"
#define TFR_WALK_FINISH_EACH                                                                       \
  TFR_WALK_FINISH("r1", "r5") TFR_WALK_FINISH("r2", "r6") TFR_WALK_FINISH("r3", "r7") TFR_WALK_FINISH("r4", "r8")

/* All channels at one shift, a number as text: the offset, then four multipliers. */
#define TFR_WALK_SCALE(x, multiplier) "smmla " x ", " x ", " multiplier ", r0\n\t"
#define TFR_WALK_CLAMP(x, shift) "ssat " x ", #8, " x ", asr #" shift "\n\t"
#define TFR_WALK_FINISH_SHARED(shift)                                                                \
  "ldm r9, {r0, r10, r11, r12, r14}\n\t" TFR_WALK_SCALE("r1", "r10") TFR_WALK_SCALE("r5", "r10")     \
  TFR_WALK_SCALE("r2", "r11") TFR_WALK_CLAMP("r1", shift) TFR_WALK_SCALE("r6", "r11")                \
  TFR_WALK_CLAMP("r5", shift) TFR_WALK_SCALE("r3", "r12") TFR_WALK_CLAMP("r2", shift)                \
  TFR_WALK_SCALE("r7", "r12") TFR_WALK_CLAMP("r6", shift) TFR_WALK_SCALE("r4", "r14")                \
  TFR_WALK_CLAMP("r3", shift) TFR_WALK_SCALE("r8", "r14") TFR_WALK_CLAMP("r7", shift)                \
  TFR_WALK_CLAMP("r4", shift) TFR_WALK_CLAMP("r8", shift)

#define TFR_WALK_PACK(a, b, c, d) \
  "bfi " a ", " b ", #8, #8\n\tbfi " c ", " d ", #8, #8\n\tpkhbt " a ", " a ", " c ", lsl #16\n\t"

/* r0: job. Leaves in r1 how many pieces of the run are left at its entry. */
#define TFR_WALK_ONE_PASS "ldr r1, [r0, #28]\n\tsub r1, r1, #1\n\tsub sp, sp, #8\n\t"
#define TFR_WALK_MORE_PASSES                                                                       \
  "ldr r1, [r0, #28]\n\tsub r1, r1, #1\n\tlsr r2, r1, #3\n\tand r1, r1, #7\n\tpush {r2, r3}\n\t"
#define TFR_WALK_SET_PASSES "ldr r14, " TFR_WALK_PASSES "\n\tstr r14, " TFR_WALK_LEFT "\n\t"
#define TFR_WALK_NEXT_PASS                                                                         \
  "ldr r11, " TFR_WALK_LEFT "\n\tsubs r11, r11, #1\n\tstr r11, " TFR_WALK_LEFT "\n\tbpl 2b\n\t"

#define TFR_WALK_LOOP(passes, set_passes, next_pass, load, second, finish)                         \
  "push {r4-r11, lr}\n\t" passes                                                                   \
  "adr.w r2, 2f\n\tadr.w r3, 3f\n\tsub r2, r3, r2\n\tlsr r2, r2, #3\n\tmls r1, r1, r2, r3\n\t"      \
  "orr r1, r1, #1\n\tstr r1, [r0, #28]\n\t"                                                        \
  "ldm r0, {r1-r12, r14}\n\tpush {r1-r12, r14}\n\tmov r0, r1\n\t"                                   \
  "1:\n\tldr r9, " TFR_WALK_LIST "\n\t" set_passes                                                  \
  TFR_WALK_FIRST(load, second) "ldr pc, " TFR_WALK_ENTRY "\n\t.p2align 2\n\t"               \
  "2:\n\t" TFR_WALK_RUN(load, second) "3:\n\t" next_pass "ldr r9, " TFR_WALK_RULES "\n\t" finish                  \
  TFR_WALK_PACK("r1", "r2", "r3", "r4") TFR_WALK_PACK("r5", "r6", "r7", "r8")                      \
  "ldm sp, {r0, r2, r3, r4, r6, r7}\n\tstr r1, [r2]\n\tstr r5, [r2, r6]\n\t"                        \
  "add r0, r0, r3\n\tadd r2, r2, r4\n\tcmp r2, r7\n\tstm sp, {r0, r2}\n\tbne 1b\n\t"                \
  "ldr r3, [sp, #36]\n\tldr r4, [sp, #40]\n\tldr r5, [sp, #44]\n\tldr r6, " TFR_WALK_LINES "\n\t"   \
  "add r0, r0, r3\n\tadd r2, r2, r4\n\tadd r7, r7, r5\n\tsubs r6, r6, #1\n\tstm sp, {r0, r2}\n\t"   \
  "str r7, [sp, #20]\n\tstr r6, " TFR_WALK_LINES "\n\tbne 1b\n\tadd sp, sp, #60\n\tpop {r4-r11, pc}"

#define TFR_DEPTHWISE_WALKER(name, passes, set_passes, next_pass, load, second, finish)                          \
  TFR_ASSEMBLY static void name(__attribute__((unused)) struct tfr_depthwise_walk *walk) {         \
    __asm volatile(TFR_WALK_LOOP(passes, set_passes, next_pass, load, second, finish));                          \
  }

/* Walkers by whether their lists have more than TFR_WALK_SHORT taps. */
#define TFR_WALK_SHORT 9
#define TFR_WALKER_SHORT(name, load, second, finish) \
  TFR_DEPTHWISE_WALKER(name, TFR_WALK_ONE_PASS, "", "", load, second, finish)
#define TFR_WALKER_LONG(name, load, second, finish)                                                  \
  TFR_DEPTHWISE_WALKER(name, TFR_WALK_MORE_PASSES, TFR_WALK_SET_PASSES, TFR_WALK_NEXT_PASS, load, second, finish)

/*
 * A walker for one call: `length` is SHORT or LONG, `second` the bytes between the pixels of a pair, 4 or 8, and `shift`
 * the one of all channels, less TFR_RESCALE_HIGH. Rounding twice takes a rule a channel.
 */
#if defined(TFR_DOUBLE_ROUNDING)
#define TFR_DEPTHWISE_WALKER_OF(name, length, second, shift) \
  TFR_WALKER_##length(name, TFR_WALK_LOAD_NOTHING, TFR_WALK_SECOND_##second, TFR_WALK_FINISH_EACH)
#define TFR_DEPTHWISE_WAY(name, shift) ((struct tfr_depthwise_way){name, 0})
#else
#define TFR_DEPTHWISE_WALKER_OF(name, length, second, shift) \
  TFR_WALKER_##length(name, TFR_WALK_LOAD_NOTHING, TFR_WALK_SECOND_##second, TFR_WALK_FINISH_SHARED(#shift))
#define TFR_DEPTHWISE_WAY(name, shift) ((struct tfr_depthwise_way){name, shift})
#endif

TFR_WALKER_SHORT(tfr_depthwise_walk_short, TFR_WALK_LOAD_SECOND, TFR_WALK_LISTED_SECOND, TFR_WALK_FINISH_EACH)
TFR_WALKER_LONG(tfr_depthwise_walk_long, TFR_WALK_LOAD_SECOND, TFR_WALK_LISTED_SECOND, TFR_WALK_FINISH_EACH)

TFR_INLINE struct tfr_depthwise_way tfr_depthwise_way_of(const struct tfr_depthwise_params *params) {
  const int is_short = params->kernel_height * params->kernel_width <= TFR_WALK_SHORT;
  return (struct tfr_depthwise_way){is_short ? tfr_depthwise_walk_short : tfr_depthwise_walk_long, 0};
}

#endif
