/*
 * The loops over blocks in assembly: a part's blocks of all channels of a group. What the cores share is here; in which
 * order a block is computed, a file a core says.
 */
#ifndef TFR_DEPTHWISE_BLOCKS_ARM_H
#define TFR_DEPTHWISE_BLOCKS_ARM_H

#include "depthwise/tfr_depthwise_scale.h"

/* On the stack: what belongs to the channel, what belongs to the part, and where the channels are. */
#define TFR_AT_BIAS "[sp]"
#define TFR_AT_MULTIPLIER "[sp, #4]"
#define TFR_AT_OFFSET "[sp, #8]"
#define TFR_AT_SHIFT "[sp, #12]"
#define TFR_AT_FIRST_0 "[sp, #16]"
#define TFR_AT_FIRST_1 "[sp, #20]"
#define TFR_AT_FIRST_2 "[sp, #24]"
#define TFR_AT_LAST_0 "[sp, #28]"
#define TFR_AT_LAST_1 "[sp, #32]"
#define TFR_AT_LAST_2 "[sp, #36]"
#define TFR_AT_ROWS "[sp, #40]"
#define TFR_AT_END "[sp, #44]"
#define TFR_AT_NEXT_ROW "[sp, #48]"
#define TFR_AT_NEXT_WORDS "[sp, #52]"
#define TFR_AT_NEXT_BLOCK "[sp, #56]"
#define TFR_AT_LEFT "[sp, #60]"
#define TFR_AT_UPPER "[sp, #64]"
#define TFR_AT_TO_LOWER "[sp, #68]"
#define TFR_AT_STEP "[sp, #72]"
#define TFR_AT_THREE_STEPS "[sp, #76]"
#define TFR_AT_NEXT_CHANNEL_WORDS "[sp, #80]"
#define TFR_AT_NEXT_CHANNEL "[sp, #84]"
#define TFR_AT_NEXT_LANE "[sp, #88]"
#define TFR_AT_LAST "[sp, #92]"
#define TFR_AT_BACK_WORDS "[sp, #96]"
#define TFR_AT_BACK "[sp, #100]"
#define TFR_AT_LANES_LEFT "[sp, #104]"
#define TFR_AT_BLOCKS "[sp, #108]"

/* Lines of assembly. */
#define TFR_ASM_2(a, b) a "\n\t" b "\n\t"
#define TFR_ASM_3(a, b, c) TFR_ASM_2(a, b) c "\n\t"
#define TFR_ASM_4(a, b, c, d) TFR_ASM_2(a, b) TFR_ASM_2(c, d)
#define TFR_ASM_6(a, b, c, d, e, f) TFR_ASM_3(a, b, c) TFR_ASM_3(d, e, f)

/* For one row: the first two taps of the kernel columns, the third ones of two of them, that of the last in a high half. */
#define TFR_DEPTHWISE_TAPS                                                                                            \
  TFR_ASM_6("ldr r8, " TFR_AT_LAST_0, "ldr r9, " TFR_AT_LAST_1, "ldr r5, " TFR_AT_FIRST_0, "ldr r6, " TFR_AT_FIRST_1, \
            "pkhtb r8, r9, r8, asr #16", "ldr r7, " TFR_AT_FIRST_2) "ldr r9, " TFR_AT_LAST_2 "\n\t"

#if TFR_CORE == TFR_CORE_M7
#include "depthwise/tfr_depthwise_blocks_m7.h"
#else
#include "depthwise/tfr_depthwise_blocks_m4.h"
#endif

/*
 * Arguments: r0 part, r1 the first channel's lane, r2 its number in a word of pixels, r3 its number in the output. A block
 * moves r0 on to its words of the next row, and leaves the flags equal behind the last row; `upper` takes the output to r4.
 */
#define TFR_DEPTHWISE_LOOP(begin, block, upper)                                                                        \
  "push {r4-r11, lr}\n\trsb r12, r2, #4\n\t"                                                                           \
  TFR_ASM_4("ldr r14, [r0, #20]", "ldr r4, [r0, #48]", "ldr r5, [r0, #52]", "ldr r6, [r0, #56]")                       \
  "push {r1, r4-r6, r12, r14}\n\t"                                                                                     \
  "ldm r0, {r0, r1, r4-r12, r14}\n\tadd r0, r0, r2, lsl #2\n\tadd r8, r8, r3\n\tadd r2, r0, r1\n\t"                    \
  "push {r1, r2, r4-r12, r14}\n\tsub sp, sp, #40\n\t"                                                                  \
  "3:\n\tldr r14, " TFR_AT_NEXT_LANE "\n\tldm r14!, {r2-r11}\n\tstm sp, {r2-r11}\n\tstr r14, " TFR_AT_NEXT_LANE "\n\t" \
  "2:\n\t" begin "1:\n\t" block "bne 1b\n\t" upper                                                                     \
  TFR_ASM_4("ldr r3, " TFR_AT_LEFT, "ldr r1, " TFR_AT_NEXT_WORDS, "ldr r2, " TFR_AT_NEXT_BLOCK, "ldr r10, " TFR_AT_ROWS) \
  "subs r3, r3, #1\n\tble 5f\n\t"                                                                                      \
  "4:\n\tadd r0, r0, r1\n\tadd r4, r4, r2\n\tadd r10, r10, r0\n\t"                                                     \
  TFR_ASM_4("str r3, " TFR_AT_LEFT, "str r4, " TFR_AT_UPPER, "str r10, " TFR_AT_END, "b 2b")                           \
  "5:\n\t"                                                                                                             \
  TFR_ASM_4("ldr r5, " TFR_AT_LAST, "ldr r1, " TFR_AT_BACK_WORDS, "ldr r2, " TFR_AT_BACK, "ldr r6, " TFR_AT_LANES_LEFT) \
  "adds r5, r5, r3\n\tbne 4b\n\t"                                                                                      \
  TFR_ASM_4("ldr r1, " TFR_AT_NEXT_CHANNEL_WORDS, "ldr r2, " TFR_AT_NEXT_CHANNEL, "ldr r3, " TFR_AT_BLOCKS, "subs r6, r6, #1") \
  "add r0, r0, r1\n\tadd r4, r4, r2\n\tadd r10, r10, r0\n\t"                                                           \
  TFR_ASM_4("str r6, " TFR_AT_LANES_LEFT, "str r3, " TFR_AT_LEFT, "str r4, " TFR_AT_UPPER, "str r10, " TFR_AT_END)     \
  "bne 3b\n\tadd sp, sp, #112\n\tpop {r4-r11, pc}\n\t"

#define TFR_DEPTHWISE_BLOCKS(name, begin, block, upper)                                                             \
  TFR_ASSEMBLY static void name(__attribute__((unused)) const struct tfr_depthwise_part *part,                      \
                                __attribute__((unused)) const struct tfr_depthwise_lane *lane,                      \
                                __attribute__((unused)) int32_t in_word, __attribute__((unused)) int32_t channel) { \
    __asm volatile(TFR_DEPTHWISE_LOOP(begin, block, upper));                                                        \
  }

TFR_DEPTHWISE_BLOCKS(tfr_depthwise_blocks_s1, TFR_DEPTHWISE_BEGIN_S1, TFR_DEPTHWISE_BLOCK_S1, "ldr r4, " TFR_AT_UPPER "\n\t")
TFR_DEPTHWISE_BLOCKS(tfr_depthwise_blocks_s2, TFR_DEPTHWISE_BEGIN_ROW, TFR_DEPTHWISE_BLOCK_S2, "mov r4, r14\n\t")
TFR_DEPTHWISE_BLOCKS(tfr_depthwise_blocks_row, TFR_DEPTHWISE_BEGIN_ROW, TFR_DEPTHWISE_BLOCK_ROW, "mov r4, r14\n\t")

#endif
