/*
 * All whole row pairs of a panel against a tile of four tokens, in one loop: initial values, walk, rescaling and stores. Registers
 * are those of tfr_panel_walk_arm.h; what lives longer than a row pair (output, ends) is on the stack.
 */
#ifndef TFR_PANEL_ROWS_ARM_H
#define TFR_PANEL_ROWS_ARM_H

#include "rows/tfr_panel_finish_arm.h"

#define TFR_ROWS_BEGIN                                                                  \
  TFR_ROWS_ALIGN "2:\n\tldr %[x], %[tile]\n\tldr %[a4], [%[p], #4]\n\tldr %[a0], [%[p]], #8\n\t"        \
  ".if " TFR_HAS_LOOP "\n\tmovw %[z], #" TFR_LOOP_BYTES "\n\tadd %[z], %[p]\n\tstr %[z], %[end]\n\t.endif\n\t"

#define TFR_ROWS_FINISH                                                             \
  TFR_FINISH("ldr %[x], %[last]\n\t", "0", "add %[u], %[y], #2\n\t")                \
  "cmp %[p], %[x]\n\tstr %[u], %[o]\n\tbne 2b\n\t"

#define TFR_ROWS_ASM(walk_text, total, begin, step)                                                           \
  __asm__ volatile(TFR_ROWS_BEGIN walk_text TFR_ROWS_FINISH                                                   \
                   : [a0] "=&r"(a0), [a1] "=&r"(a1), [a2] "=&r"(a2), [a3] "=&r"(a3), [a4] "=&r"(a4),           \
                     [a5] "=&r"(a5), [a6] "=&r"(a6), [a7] "=&r"(a7), [p] "+r"(p), [x] "=&r"(x), [u] "=&r"(u),  \
                     [v] "=&r"(v), [y] "=&r"(y), [z] "=&r"(z), [o] "+m"(output), [end] "=m"(end)              \
                   : [tile] "m"(tile), [last] "m"(last), [term] "m"(term), TFR_WALK_CONSTANTS(total),          \
                     [g] "i"(stride | tfr_panel_factors_at(panel) << 16),                                     \
                     [h] "i"(((begin) + (step) * TFR_LOOPED(total)) | (panel->shift - 32) << 16)              \
                   : "memory", "cc")

/* Bytes from where a walk leaves p to the factors. */
TFR_INLINE int32_t tfr_panel_factors_at(const struct tfr_panel *panel) {
  const int32_t bytes = tfr_panel_block_bytes(panel);
  if (panel->blocks == 0) return 0;
  if (tfr_panel_is_dense(panel)) return TFR_DENSE_LEAVES ? bytes : 0;
  return 4 + bytes * (2 - panel->blocks % 2);
}

TFR_INLINE struct tfr_walk_code tfr_panel_rows_code(const struct tfr_panel *panel) {
  return tfr_panel_walk_code(panel, TFR_ROWS_BYTES + TFR_FINISH_BYTES(panel), 1);
}

#define TFR_MAX_DIRECT_STRIDE 1364 /* three strides and a byte are an immediate offset */

/* Whether tfr_panel_rows serves such a panel, but for an odd last row. */
TFR_INLINE bool tfr_panel_has_rows(const struct tfr_panel *panel, int32_t stride) {
  return panel->block_rows == 2 && panel->rows > 1 && stride <= TFR_MAX_DIRECT_STRIDE &&
         tfr_panel_is_direct(panel);
}

TFR_INLINE void tfr_panel_rows(const struct tfr_panel *panel, struct tfr_panel_output to, const void *tile,
                               struct tfr_walk walk, int8_t *output, int32_t stride) {
  const uint8_t *p = panel->groups;
  const uint8_t *const last = p + panel->rows / 2 * tfr_panel_group_bytes(panel);
  const uint8_t *x, *end;
  const int32_t term = tfr_panel_finish_term(panel, to);
  const int32_t pair = 0, blocks = panel->blocks, bytes = tfr_panel_block_bytes(panel);
  TFR_CHOOSE_TURN(tfr_panel_rows_code(panel));
  int32_t a0, a1, a2, a3, a4, a5, a6, a7;
  uint32_t u, v, y, z;
  if (tfr_panel_is_dense(panel)) {
    if (blocks == 1) {
      TFR_ROWS_ASM(TFR_DENSE_ONLY, 0, 0, 0);
    } else {
      TFR_ROWS_ASM(TFR_DENSE_WALK, blocks - 2, bytes, bytes);
    }
  } else if (blocks == 1) {
    TFR_ROWS_ASM(TFR_SPARSE_ONLY, 0, 0, 0);
  } else if (blocks % 2 == 0) {
    TFR_ROWS_ASM(TFR_EVEN_WALK, blocks / 2 - 1, 0, tfr_panel_pair_bytes(panel));
  } else {
    TFR_ROWS_ASM(TFR_ODD_WALK, blocks / 2 - 1, 0, tfr_panel_pair_bytes(panel));
  }
}

#endif
