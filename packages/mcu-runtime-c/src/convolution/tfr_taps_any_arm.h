/*
 * Dense kernel rows of convolutions that are known at run time only, in the instructions of tfr_walk_taps_arm.h, a kernel row
 * of four channels in each turn of a loop: of one or three positions, or of up to eight. These are written out once and entered
 * where as many are left as the kernel is wide.
 */
#ifndef TFR_TAPS_ANY_ARM_H
#define TFR_TAPS_ANY_ARM_H

#include "rows/tfr_panel_any_arm.h"

#define TFR_TAPS_ANY_TURN(back) \
  "ldr %[z], %[run]\n\tldr %[v], %[end]\n\tadd %[x], %[x], %[z]\n\tcmp %[p], %[v]\n\tbne " back "\n\t"
#define TFR_TAPS_ANY_WALK TFR_ANY_ROWS_BEGIN TFR_ANY_MOVES "1:\n\t" TFR_TAP_RUN(TFR_TAP_SUM) TFR_TAPS_ANY_TURN("1b")

#define TFR_TAPS_ANY_ROWS(name, is_fused, taps, token_pitch)                                                    \
  TFR_APART void name(const uint8_t *p, const uint8_t *last, struct tfr_any_walk walk, const void *tile,         \
                      int32_t run_pitch, int8_t *output, int32_t stride) {                                      \
    TFR_ANY_ROWS_LOCALS                                                                                         \
    __asm__ volatile(TFR_TAPS_ANY_WALK TFR_ANY_ROWS_FINISH TFR_TAPS_LINES                                       \
                     : TFR_ANY_ROWS_RESULTS                                                                     \
                     : TFR_ANY_OPERANDS, [stride] "m"(stride), [run] "m"(run_pitch),                            \
                       TFR_ANY_CONSTANTS(is_fused, 0, token_pitch, taps)                                        \
                     : "memory", "cc");                                                                         \
  }

TFR_TAPS_ANY_ROWS(tfr_taps_any_1, 0, 1, 8)
TFR_TAPS_ANY_ROWS(tfr_taps_any_1_fused, 1, 1, 8)
TFR_TAPS_ANY_ROWS(tfr_taps_any_3, 0, 3, 8)
TFR_TAPS_ANY_ROWS(tfr_taps_any_3_fused, 1, 3, 8)
TFR_TAPS_ANY_ROWS(tfr_taps_any_3_far, 0, 3, 16)
TFR_TAPS_ANY_ROWS(tfr_taps_any_3_far_fused, 1, 3, 16)

/*
 * Up to eight positions. x, and on the Cortex-M7 p, lie so far back that the text's offsets fit where it is entered: by
 * 8 bytes for each position that is left out. On that core p is `behind`, and what is loaded early is found from there.
 */
#define TFR_TAPS_WRITTEN_RUN 8
#if TFR_CORE == TFR_CORE_M7
#define TFR_TAPS_ANY_BACK "ldr %[z], %[behind]\n\tsub %[p], %[z]\n\t"
#define TFR_TAPS_ANY_EARLY                                                                                      \
  "ldr %[z], %[behind]\n\tadd %[y], %[x], %[z]\n\tldr %[u], [%[p], %[z]]\n\t"                                 \
  "ldr %[v], [%[y], #" TFR_TOKEN_PITCH "]\n\tldr %[y], [%[y], #2*" TFR_TOKEN_PITCH "]\n\t"
#define TFR_TAPS_ANY_LAST(at)                                                                                   \
  TFR_TAP_MOST(at, TFR_TAP_SUM) TFR_TAP_SECOND("a4", "y", TFR_TAP_SUM) TFR_TAP_FIRST("a0", "y", TFR_TAP_SUM)     \
  "ldr %[z], %[behind]\n\trsb %[z], %[z], #8*8\n\tadd %[p], %[z]\n\t"
#else
#define TFR_TAPS_ANY_BACK ""
#define TFR_TAPS_ANY_EARLY ""
#define TFR_TAPS_ANY_LAST(at) TFR_TAP_LAST(at)
#endif
#define TFR_TAPS_ANY_TAP                                                                                        \
  TFR_TAP_HALF("tfr_at", "tfr_at+4", TFR_TAP_SUM) TFR_TAP_HALF("tfr_at+4", "tfr_at+8", TFR_TAP_SUM)              \
  ".set tfr_at, tfr_at+8\n\t"
#define TFR_TAPS_ANY_LONG_WALK                                                                                  \
  TFR_ANY_ENTRY("2", "z", "u", "v") TFR_ANY_ROWS_BEGIN TFR_ANY_MOVES TFR_TAPS_ANY_BACK                           \
  "6:\n\t" TFR_TAPS_ANY_EARLY "ldr %[z], %[entry]\n\tbx %[z]\n.set tfr_at, 0\n1:\n\t"                            \
  ".rept 4\n\t" TFR_TAPS_ANY_TAP ".endr\n3:\n\t.rept 3\n\t" TFR_TAPS_ANY_TAP ".endr\n\t"                         \
  TFR_TAP_HALF("tfr_at", "tfr_at+4", TFR_TAP_SUM) TFR_TAPS_ANY_LAST("tfr_at+4") TFR_TAPS_ANY_TURN("6b")

/* A row pair; two more operands would be more than a statement has. */
#define TFR_TAPS_ANY_LONG(name, is_fused, token_pitch)                                                          \
  TFR_APART void name(const uint8_t *p, struct tfr_any_walk walk, const void *tile, int32_t run_pitch,           \
                      int8_t *output, int32_t stride) {                                                         \
    TFR_ANY_ROWS_LOCALS                                                                                         \
    uint32_t entry;                                                                                             \
    __asm__ volatile(TFR_TAPS_ANY_LONG_WALK TFR_ANY_ROWS_STORE TFR_LINES_256 TFR_TAPS_LINES                     \
                     : TFR_ANY_ROWS_RESULTS, [entry] "=m"(entry)                                                \
                     : [tile] "m"(tile), [term] "m"(walk.term), [turns] "m"(walk.turns), [loop] "m"(walk.loop),  \
                       [behind] "m"(walk.behind), [shifts] "m"(walk.shifts), [stride] "m"(stride),              \
                       [run] "m"(run_pitch), TFR_ANY_CONSTANTS(is_fused, 0, token_pitch, 8)                     \
                     : "memory", "cc");                                                                         \
  }

TFR_TAPS_ANY_LONG(tfr_taps_any_long, 0, 8)
TFR_TAPS_ANY_LONG(tfr_taps_any_long_fused, 1, 8)
TFR_TAPS_ANY_LONG(tfr_taps_any_long_far, 0, 16)
TFR_TAPS_ANY_LONG(tfr_taps_any_long_far_fused, 1, 16)

/* Row pairs from p to `last`, of kernels that are one or three positions wide. */
TFR_INLINE void tfr_taps_any_pairs(const struct tfr_panel *panel, struct tfr_walk window, struct tfr_any_walk walk,
                                   const uint8_t *p, const uint8_t *last, const void *tile, int8_t *output,
                                   int32_t stride) {
  const int32_t pitch = window.run_pitch;
  const bool is_fused = tfr_panel_is_fused(panel) != 0;
  if (window.run == 1) {
    if (is_fused) tfr_taps_any_1_fused(p, last, walk, tile, pitch, output, stride);
    else tfr_taps_any_1(p, last, walk, tile, pitch, output, stride);
  } else if (window.token_pitch == TFR_PANEL_QUAD_BYTES) {
    if (is_fused) tfr_taps_any_3_fused(p, last, walk, tile, pitch, output, stride);
    else tfr_taps_any_3(p, last, walk, tile, pitch, output, stride);
  } else {
    if (is_fused) tfr_taps_any_3_far_fused(p, last, walk, tile, pitch, output, stride);
    else tfr_taps_any_3_far(p, last, walk, tile, pitch, output, stride);
  }
}

/* The same of others. */
TFR_INLINE void tfr_taps_any_long_pairs(const struct tfr_panel *panel, struct tfr_walk window, struct tfr_any_walk walk,
                                        const uint8_t *p, const uint8_t *last, const void *tile, int8_t *output,
                                        int32_t stride) {
  const int32_t pitch = window.run_pitch;
  const bool is_fused = tfr_panel_is_fused(panel) != 0;
  const int32_t left_out = TFR_TAPS_WRITTEN_RUN - window.run;
  const uint8_t *const x = (const uint8_t *)tile - left_out * TFR_PANEL_QUAD_BYTES;
  walk.turns = left_out;
  walk.behind = TFR_CORE == TFR_CORE_M7 ? left_out * TFR_PANEL_QUAD_BYTES : 0;
  walk.loop -= walk.behind;
  for (; p != last; p += tfr_panel_group_bytes(panel), output += 2) {
    if (window.token_pitch == TFR_PANEL_QUAD_BYTES) {
      if (is_fused) tfr_taps_any_long_fused(p, walk, x, pitch, output, stride);
      else tfr_taps_any_long(p, walk, x, pitch, output, stride);
    } else {
      if (is_fused) tfr_taps_any_long_far_fused(p, walk, x, pitch, output, stride);
      else tfr_taps_any_long_far(p, walk, x, pitch, output, stride);
    }
  }
}

/* A kernel of one position has no strides between (tfr_skip_between). */
bool tfr_taps_any_serve(const struct tfr_panel *panel, int32_t run, int32_t token_pitch) {
  return tfr_panel_is_dense(panel) && panel->block_rows == 2 && tfr_panel_is_far(panel) && run <= TFR_TAPS_WRITTEN_RUN &&
         (run > 1 || token_pitch == TFR_PANEL_QUAD_BYTES);
}

void tfr_taps_any4(const struct tfr_panel *panel, struct tfr_panel_output to, const void *tile, struct tfr_walk walk,
                   int8_t *output, int32_t stride) {
  const struct tfr_any_walk any = tfr_any_walk_of(panel, to, panel->blocks, 0);
  if (walk.run == 1 || walk.run == 3) {
    tfr_any_all_pairs(panel, tfr_taps_any_pairs, walk, any, tile, output, stride);
  } else {
    tfr_any_all_pairs(panel, tfr_taps_any_long_pairs, walk, any, tile, output, stride);
  }
}

#endif
