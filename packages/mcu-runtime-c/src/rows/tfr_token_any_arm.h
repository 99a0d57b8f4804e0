/*
 * Groups of panels that are known at run time only against one token, in the instructions of tfr_panel_token_arm.h and
 * the way of tfr_panel_any_arm.h. Several tokens of panels with four rows in a block come here one by one: a block's words are
 * loaded again for each, which costs a fifth more on the Cortex-M4, and no code.
 */
#ifndef TFR_TOKEN_ANY_ARM_H
#define TFR_TOKEN_ANY_ARM_H

#include "rows/tfr_panel_any_arm.h"

#define TFR_ANY_TOKEN_INITIAL                                                                                 \
  "2:\n\tldr %[x], %[tile]\n\tldr %[a1], [%[p], #4]\n\tldr %[t], %[loop]\n\t"                                  \
  TFR_IF_FOUR_ROWS("ldr %[a2], [%[p], #8]\n\tldr %[a3], [%[p], #12]\n\t")                                     \
  "ldr %[a0], [%[p]], #8+8*" TFR_HAS_FOUR_ROWS "\n\tadd %[t], %[p]\n\tstr %[t], %[end]\n\t"
#define TFR_ANY_TOKEN_BEGIN(turns) TFR_ANY_ENTRY(turns, "t", "e", "f2") TFR_ANY_TOKEN_INITIAL
/* Quads are 8 bytes apart, or as far as memory says. */
#define TFR_TOKEN_DENSE_FAR \
  TFR_TOKEN_BLOCK("0", "ldr %[" TFR_TOKEN_STEP "], %[quad]\n\tadd %[p], #" TFR_BLOCK_BYTES "\n\t", TFR_TOKEN_MOVE)
#define TFR_ANY_TOKEN_DENSE(text) \
  TFR_ANY_TOKEN_BEGIN(TFR_ANY_DENSE_TURNS) TFR_ANY_REPEAT(TFR_ANY_DENSE_TURNS, "t", text)
#define TFR_ANY_TOKEN_SPARSE                                                                                  \
  TFR_ANY_TOKEN_BEGIN(TFR_ANY_PAIR_TURNS) "ldrsh %[" TFR_TOKEN_STEP "], [%[p]]\n\t" TFR_TOKEN_MOVE           \
  TFR_ANY_REPEAT(TFR_ANY_PAIR_TURNS, "t", TFR_TOKEN_EVEN TFR_TOKEN_ODD)                                       \
  TFR_ANY_IF_EVEN("t") TFR_TOKEN_EVEN TFR_TOKEN_ODD_LAST "b 5f\n4:\n\t" TFR_TOKEN_EVEN_LAST "5:\n\t"

/* Blocks of two rows by two quads; w1 and w3 are where the second one's halves are behind x. No text is written twice. */
#define TFR_ANY_TOKEN_SECOND "ldr %[e], [%[x], %[w1]]\n\tldr %[f2], [%[x], %[w3]]\n\t"
#define TFR_ANY_TOKEN_WIDE_BLOCK(at, step)                                                                    \
  "ldrsh %[t], [%[p]" step "]\n\tadd %[x], %[t]\n\t" TFR_TOKEN_QUAD(at, TFR_QUAD_HALVES("0"), "", "")          \
  TFR_TOKEN_QUAD(at "+8", TFR_ANY_TOKEN_SECOND, "", "")
#define TFR_ANY_TOKEN_WIDE                                                                                    \
  TFR_ANY_TOKEN_INITIAL "ldr %[w1], %[quad]\n\tadd %[w3], %[w1], #4\n\tb 3f\n1:\n\t"                          \
  TFR_ANY_TOKEN_WIDE_BLOCK("4", "") TFR_ANY_TOKEN_WIDE_BLOCK("20", ", #2")                                    \
  "add %[p], #36\n3:\n\tldr %[t], %[end]\n\tcmp %[p], %[t]\n\tbne 1b\n\t" TFR_ANY_IF_EVEN("t") "b 5f\n4:\n\t"     \
  TFR_ANY_TOKEN_WIDE_BLOCK("4", "") "5:\n\t"

#if TFR_ROUNDS_TWICE
#define TFR_ANY_TOKEN_SCALE TFR_TOKEN_TWICE
#else
#define TFR_ANY_TOKEN_SCALE TFR_TOKEN_FAR
#endif
#define TFR_ANY_TOKEN_FINISH                                                                                  \
  "ldr %[x], %[behind]\n\tldr %[t], %[term]\n\tadd %[p], %[x]\n\t"                                           \
  TFR_IF_FOUR_ROWS(TFR_ANY_SHIFTS("e", "16") TFR_ROW_WORD("w2", "0", "2") TFR_ROW_WORD("w3", "0", "3"))        \
  ".if !" TFR_HAS_FOUR_ROWS "\n\t" TFR_ANY_SHIFTS("e", "8") ".endif\n\t"                                      \
  TFR_ROW_WORD("w0", "0", "0") TFR_ROW_WORD("w1", "0", "1")                                                   \
  TFR_IF_FUSED(TFR_UNFUSE("a1", "a0") TFR_IF_FOUR_ROWS(TFR_UNFUSE("a3", "a2"))) TFR_ANY_TOKEN_SCALE            \
  TFR_TOKEN_STORE("a0") TFR_TOKEN_STORE("a1") TFR_IF_FOUR_ROWS(TFR_TOKEN_STORE("a2") TFR_TOKEN_STORE("a3"))    \
  "ldr %[x], %[tail]\n\tldr %[t], %[last]\n\tadd %[p], %[x]\n\tcmp %[p], %[t]\n\tbne 2b\n\t"

/* Groups from p to `last`; `output` takes all rows of them. */
#define TFR_ANY_TOKEN(name, text, is_fused, rows4)                                                            \
  TFR_APART void name(const uint8_t *p, const uint8_t *last, struct tfr_any_walk walk, const void *tile,       \
                      int8_t *output) {                                                                       \
    const uint8_t *x, *end;                                                                                   \
    int32_t a0, a1, a2, a3;                                                                                   \
    uint32_t w0, w1, w2, w3, e, f2, t, entry;                                                                 \
    __asm__ volatile(text TFR_ANY_TOKEN_FINISH TFR_LINES_256                                                  \
                     : [a0] "=&r"(a0), [a1] "=&r"(a1), [a2] "=&r"(a2), [a3] "=&r"(a3), [w0] "=&r"(w0),         \
                       [w1] "=&r"(w1), [w2] "=&r"(w2), [w3] "=&r"(w3), [p] "+r"(p), [x] "=&r"(x),              \
                       [e] "=&r"(e), [f2] "=&r"(f2), [t] "=&r"(t), [o] "+r"(output), [end] "=m"(end),          \
                       [entry] "=m"(entry)                                                                    \
                     : TFR_ANY_OPERANDS, [quad] "m"(walk.quad_pitch),                                          \
                       TFR_ANY_CONSTANTS(is_fused, rows4, 8, 8), [h] "i"(0)                                    \
                     : "memory", "cc");                                                                       \
  }

TFR_ANY_TOKEN(tfr_any_token_sparse, TFR_ANY_TOKEN_SPARSE, 0, 1)
TFR_ANY_TOKEN(tfr_any_token_sparse_fused, TFR_ANY_TOKEN_SPARSE, 1, 1)
TFR_ANY_TOKEN(tfr_any_token_dense, TFR_ANY_TOKEN_DENSE(TFR_TOKEN_DENSE), 0, 1)
TFR_ANY_TOKEN(tfr_any_token_dense_fused, TFR_ANY_TOKEN_DENSE(TFR_TOKEN_DENSE), 1, 1)
TFR_ANY_TOKEN(tfr_any_token_far, TFR_ANY_TOKEN_DENSE(TFR_TOKEN_DENSE_FAR), 0, 1)
TFR_ANY_TOKEN(tfr_any_token_far_fused, TFR_ANY_TOKEN_DENSE(TFR_TOKEN_DENSE_FAR), 1, 1)
TFR_ANY_TOKEN(tfr_any_pair_sparse, TFR_ANY_TOKEN_SPARSE, 0, 0)
TFR_ANY_TOKEN(tfr_any_pair_sparse_fused, TFR_ANY_TOKEN_SPARSE, 1, 0)
TFR_ANY_TOKEN(tfr_any_pair_wide, TFR_ANY_TOKEN_WIDE, 0, 0)
TFR_ANY_TOKEN(tfr_any_pair_wide_fused, TFR_ANY_TOKEN_WIDE, 1, 0)
TFR_ANY_TOKEN(tfr_any_pair_far, TFR_ANY_TOKEN_DENSE(TFR_TOKEN_DENSE_FAR), 0, 0)
TFR_ANY_TOKEN(tfr_any_pair_far_fused, TFR_ANY_TOKEN_DENSE(TFR_TOKEN_DENSE_FAR), 1, 0)

/* Groups of four rows, and of two. */
TFR_INLINE void tfr_any_token_fours(const struct tfr_panel *panel, struct tfr_any_walk walk, const uint8_t *p,
                                    const uint8_t *last, const void *tile, int8_t *output) {
  const bool is_fused = tfr_panel_is_fused(panel) != 0;
  if (!tfr_panel_is_dense(panel)) {
    if (is_fused) tfr_any_token_sparse_fused(p, last, walk, tile, output);
    else tfr_any_token_sparse(p, last, walk, tile, output);
  } else if (walk.quad_pitch == TFR_PANEL_QUAD_BYTES) {
    if (is_fused) tfr_any_token_dense_fused(p, last, walk, tile, output);
    else tfr_any_token_dense(p, last, walk, tile, output);
  } else {
    if (is_fused) tfr_any_token_far_fused(p, last, walk, tile, output);
    else tfr_any_token_far(p, last, walk, tile, output);
  }
}

TFR_INLINE void tfr_any_token_pairs(const struct tfr_panel *panel, struct tfr_any_walk walk, const uint8_t *p,
                                    const uint8_t *last, const void *tile, int8_t *output) {
  const bool is_fused = tfr_panel_is_fused(panel) != 0;
  if (tfr_panel_is_dense(panel)) {
    if (is_fused) tfr_any_pair_far_fused(p, last, walk, tile, output);
    else tfr_any_pair_far(p, last, walk, tile, output);
  } else if (panel->block_quads == 2) {
    if (is_fused) tfr_any_pair_wide_fused(p, last, walk, tile, output);
    else tfr_any_pair_wide(p, last, walk, tile, output);
  } else {
    if (is_fused) tfr_any_pair_sparse_fused(p, last, walk, tile, output);
    else tfr_any_pair_sparse(p, last, walk, tile, output);
  }
}

TFR_INLINE struct tfr_any_walk tfr_any_token_walk(const struct tfr_panel *panel, struct tfr_panel_output to,
                                                  int32_t quad_pitch) {
  if (panel->block_quads == 2) return tfr_any_wide_walk(panel, to, quad_pitch);
  const int32_t total = tfr_panel_is_dense(panel) ? panel->blocks : (panel->blocks - 1) / 2;
  struct tfr_any_walk walk = tfr_any_walk_of(panel, to, total, tfr_panel_token_factors_at(panel));
  walk.quad_pitch = quad_pitch;
  return walk;
}

/* Whether there is a function for one token of such a panel. */
TFR_INLINE bool tfr_panel_has_any_token(const struct tfr_panel *panel, struct tfr_walk walk) {
  if (panel->blocks == 0 || !tfr_panel_is_far(panel)) return false;
  return tfr_panel_is_dense(panel) ? walk.run == 0 : panel->block_rows * panel->block_quads <= 4;
}

/* Whether a function served all rows; those of a last group that is not whole go by way of four bytes. */
TFR_INLINE bool tfr_panel_any_token(const struct tfr_panel *panel, struct tfr_panel_output to, const void *tile,
                                    struct tfr_walk walk, int8_t *output) {
  const int32_t rows = panel->block_rows, bytes = tfr_panel_group_bytes(panel);
  if (!tfr_panel_has_any_token(panel, walk)) return false;
  const struct tfr_any_walk any = tfr_any_token_walk(panel, to, walk.quad_pitch);
  const int32_t left = panel->rows % rows;
  const uint8_t *const partial = panel->groups + panel->rows / rows * bytes;
  int8_t rest[4];
  for (int32_t turn = panel->rows < rows; turn < 1 + (left > 0); turn++) {
    const uint8_t *const p = turn == 0 ? panel->groups : partial;
    const uint8_t *const last = turn == 0 ? partial : partial + bytes;
    int8_t *const to_rows = turn == 0 ? output : rest;
    if (rows == 4) tfr_any_token_fours(panel, any, p, last, tile, to_rows);
    else tfr_any_token_pairs(panel, any, p, last, tile, to_rows);
  }
  for (int32_t row = 0; row < left; row++) output[panel->rows - left + row] = rest[row];
  return true;
}

#endif
