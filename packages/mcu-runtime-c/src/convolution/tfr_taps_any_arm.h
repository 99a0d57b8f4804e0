/*
 * Dense kernel rows of convolutions that are known at run time only, in the instructions of tfr_walk_taps_arm.h: kernels
 * that are one or three positions wide, a run in each turn of a loop.
 */
#ifndef TFR_TAPS_ANY_ARM_H
#define TFR_TAPS_ANY_ARM_H

#include "rows/tfr_panel_any_arm.h"

#define TFR_TAPS_ANY_WALK                                                                                      \
  TFR_ANY_ROWS_BEGIN TFR_ANY_MOVES "1:\n\t" TFR_TAP_RUN(TFR_TAP_SUM)                                            \
  "ldr %[z], %[run]\n\tldr %[v], %[end]\n\tadd %[x], %[x], %[z]\n\tcmp %[p], %[v]\n\tbne 1b\n\t"

#define TFR_TAPS_ANY_ROWS(name, is_fused, taps, token_pitch)                                                    \
  TFR_APART void name(const struct tfr_panel *panel, struct tfr_any_walk walk, const void *tile, int32_t run_pitch, \
                      int8_t *output, int32_t stride) {                                                         \
    const uint8_t *p = panel->groups;                                                                           \
    const uint8_t *const last = p + panel->rows / 2 * tfr_panel_group_bytes(panel);                             \
    const uint8_t *x, *end;                                                                                     \
    int32_t a0, a1, a2, a3, a4, a5, a6, a7;                                                                     \
    uint32_t u, v, y, z;                                                                                        \
    __asm__ volatile(TFR_TAPS_ANY_WALK TFR_ANY_ROWS_FINISH TFR_TAPS_LINES                                       \
                     : [a0] "=&r"(a0), [a1] "=&r"(a1), [a2] "=&r"(a2), [a3] "=&r"(a3), [a4] "=&r"(a4),           \
                       [a5] "=&r"(a5), [a6] "=&r"(a6), [a7] "=&r"(a7), [p] "+r"(p), [x] "=&r"(x),                \
                       [u] "=&r"(u), [v] "=&r"(v), [y] "=&r"(y), [z] "=&r"(z), [o] "+m"(output),                 \
                       [end] "=m"(end)                                                                          \
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

/* A kernel of one position has no strides between (tfr_skip_between). */
TFR_INLINE bool tfr_has_taps_any(const struct tfr_panel *panel, struct tfr_panel_output to, struct tfr_walk walk) {
  return tfr_panel_is_dense(panel) && panel->block_rows == 2 && panel->rows >= 2 && tfr_panel_is_far(panel, to) &&
         (walk.run == 3 || (walk.run == 1 && walk.token_pitch == 8));
}

/* As many rows as a function serves; gives how many. */
TFR_INLINE int32_t tfr_taps_any_rows(const struct tfr_panel *panel, struct tfr_panel_output to, const void *tile,
                                     struct tfr_walk walk, int8_t *output, int32_t stride) {
  if (!tfr_has_taps_any(panel, to, walk)) return 0;
  const struct tfr_any_walk any = tfr_any_walk_of(panel, to, panel->blocks, 0);
  const int32_t pitch = walk.run_pitch;
  const bool is_fused = tfr_panel_is_fused(panel) != 0;
  if (walk.run == 1) {
    if (is_fused) tfr_taps_any_1_fused(panel, any, tile, pitch, output, stride);
    else tfr_taps_any_1(panel, any, tile, pitch, output, stride);
  } else if (walk.token_pitch == 8) {
    if (is_fused) tfr_taps_any_3_fused(panel, any, tile, pitch, output, stride);
    else tfr_taps_any_3(panel, any, tile, pitch, output, stride);
  } else {
    if (is_fused) tfr_taps_any_3_far_fused(panel, any, tile, pitch, output, stride);
    else tfr_taps_any_3_far(panel, any, tile, pitch, output, stride);
  }
  return panel->rows / 2 * 2;
}

#endif
