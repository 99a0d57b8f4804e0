/*
 * All whole groups of a panel against one token, four or two rows at a time: with few sums there are registers for a whole block,
 * so that its loads are one batch on the Cortex-M4 and the next block's step is loaded with them. a0..a3 are sums, w0..w3
 * words of weights, e and f2 the halves of a quad, t an extension; a step takes one that is free.
 */
#ifndef TFR_PANEL_TOKEN_ARM_H
#define TFR_PANEL_TOKEN_ARM_H

#define TFR_HAS_FOUR_ROWS "(%c[f]>>3&1)"
#define TFR_ROW_WORD(to, at, index) "ldr %[" to "], [%[p], #" at "+4*" index "]\n\t"
#define TFR_IF_FOUR_ROWS(text) ".if " TFR_HAS_FOUR_ROWS "\n\t" text ".endif\n\t"
#define TFR_QUAD_HALVES(quad) "ldr %[e], [%[x], #" quad "]\n\tldr %[f2], [%[x], #4+" quad "]\n\t"
/* A word of weights against a half: the pair's second row, then its first, with `load` under way. */
#define TFR_WORD_SUMS(word, half, first, second, load)                                                            \
  "sxtb16 %[t], %[" word "]\n\t.if !" TFR_IS_FUSED "\n\tsxtb16 %[" word "], %[" word "], ror #8\n\t.endif\n\t"     \
  TFR_MAC(second, half, word, second) load TFR_MAC(first, half, "t", first)

#if TFR_CORE == TFR_CORE_M7
#define TFR_TOKEN_STEP "w0"
/* Words are loaded under the sums of others; `halves` loads a quad's. `step` and `move` bring x to the next block. */
#define TFR_TOKEN_QUAD(at, halves, step, move)                                                                    \
  ".if " TFR_HAS_FOUR_ROWS "\n\t" TFR_ROW_WORD("w0", at, "0") TFR_ROW_WORD("w1", at, "1") halves                   \
  TFR_WORD_SUMS("w0", "e", "a0", "a1", TFR_ROW_WORD("w2", at, "2"))                                               \
  TFR_WORD_SUMS("w1", "e", "a2", "a3", TFR_ROW_WORD("w3", at, "3")) TFR_WORD_SUMS("w2", "f2", "a0", "a1", step)    \
  TFR_WORD_SUMS("w3", "f2", "a2", "a3", move) ".else\n\t"                                                         \
  TFR_ROW_WORD("w0", at, "0") TFR_ROW_WORD("w2", at, "1") halves                                                  \
  TFR_WORD_SUMS("w0", "e", "a0", "a1", step) TFR_WORD_SUMS("w2", "f2", "a0", "a1", move) ".endif\n\t"
#else
#define TFR_TOKEN_STEP "t"
#define TFR_TOKEN_QUAD(at, halves, step, move)                                                                    \
  TFR_ROW_WORD("w0", at, "0")                                                                                     \
  ".if " TFR_HAS_FOUR_ROWS "\n\t" TFR_ROW_WORD("w1", at, "1") TFR_ROW_WORD("w2", at, "2")                          \
  TFR_ROW_WORD("w3", at, "3") ".else\n\t" TFR_ROW_WORD("w2", at, "1") ".endif\n\t"                                \
  halves step move TFR_WORD_SUMS("w0", "e", "a0", "a1", "")                                                       \
  TFR_WORD_SUMS("w2", "f2", "a0", "a1", "")                                                                       \
  TFR_IF_FOUR_ROWS(TFR_WORD_SUMS("w1", "e", "a2", "a3", "") TFR_WORD_SUMS("w3", "f2", "a2", "a3", ""))
#endif

#define TFR_TOKEN_BLOCK(at, step, move)                                                                           \
  ".if " TFR_HAS_TWO_QUADS "\n\t" TFR_TOKEN_QUAD(at, TFR_QUAD_HALVES("0"), "", "")                                 \
  TFR_TOKEN_QUAD(at "+" TFR_BLOCK_BYTES "/2", TFR_QUAD_HALVES(TFR_QUAD_PITCH), step, move)                         \
  ".else\n\t" TFR_TOKEN_QUAD(at, TFR_QUAD_HALVES("0"), step, move) ".endif\n\t"

#define TFR_TOKEN_MOVE "add %[x], %[x], %[" TFR_TOKEN_STEP "]\n\t"
#define TFR_TOKEN_EVEN TFR_TOKEN_BLOCK(TFR_EVEN, "ldrsh %[" TFR_TOKEN_STEP "], [%[p], #2]\n\t", TFR_TOKEN_MOVE)
#define TFR_TOKEN_ODD TFR_TOKEN_BLOCK(TFR_ODD, "ldrsh %[" TFR_TOKEN_STEP "], [%[p], #" TFR_PAIR_BYTES "]!\n\t", TFR_TOKEN_MOVE)
#define TFR_TOKEN_EVEN_LAST TFR_TOKEN_BLOCK(TFR_EVEN, "", "")
#define TFR_TOKEN_ODD_LAST TFR_TOKEN_BLOCK(TFR_ODD, "", "")
#define TFR_TOKEN_DENSE \
  TFR_TOKEN_BLOCK("0", "add %[p], #" TFR_BLOCK_BYTES "\n\t", "add %[x], #" TFR_QUAD_PITCH "\n\t")

#define TFR_TOKEN_BEGIN                                                                                          \
  TFR_ROWS_ALIGN "2:\n\tldr %[x], %[tile]\n\tldr %[a1], [%[p], #4]\n\t"                                                          \
  ".if " TFR_HAS_FOUR_ROWS "\n\tldr %[a2], [%[p], #8]\n\tldr %[a3], [%[p], #12]\n\tldr %[a0], [%[p]], #16\n\t"     \
  ".else\n\tldr %[a0], [%[p]], #8\n\t.endif\n\t"                                                                  \
  ".if " TFR_HAS_LOOP "\n\tmovw %[t], #" TFR_LOOP_BYTES "\n\tadd %[t], %[p]\n\tstr %[t], %[end]\n\t.endif\n\t"
#define TFR_TOKEN_BEGIN_SPARSE TFR_TOKEN_BEGIN "ldrsh %[" TFR_TOKEN_STEP "], [%[p]]\n\t" TFR_TOKEN_MOVE
#define TFR_TOKEN_REPEAT(text)                                                                       \
  ".if " TFR_HAS_LOOP "\n1:\n\t.rept " TFR_TURN "\n\t" text ".endr\n\t"                          \
  "ldr %[t], %[end]\n\tcmp %[p], %[t]\n\tbne 1b\n\t.endif\n\t"                                       \
  ".rept " TFR_REST "\n\t" text ".endr\n\t"

#define TFR_TOKEN_STORE(sum) "strb %[" sum "], [%[o]], #1\n\t"
#define TFR_TOKEN_FACTORS                                                                                           \
  TFR_ROW_WORD("w0", TFR_FACTORS, "0") TFR_ROW_WORD("w1", TFR_FACTORS, "1")                                         \
  TFR_IF_FOUR_ROWS(TFR_ROW_WORD("w2", TFR_FACTORS, "2") TFR_ROW_WORD("w3", TFR_FACTORS, "3"))                        \
  ".if " TFR_HAS_ROW_SHIFTS "\n\tldr %[e], [%[p], #" TFR_FACTORS "+8+8*" TFR_HAS_FOUR_ROWS "]\n\t.endif\n\t"           \
  "ldr %[t], %[term]\n\tldr %[x], %[last]\n\t"                                                                      \
  TFR_IF_FUSED(TFR_UNFUSE("a1", "a0") TFR_IF_FOUR_ROWS(TFR_UNFUSE("a3", "a2")))

/* The forms of tfr_panel_finish_arm.h. */
#define TFR_TOKEN_NEAR_SCALE(sum, factor) "smmla %[" sum "], %[" sum "], %[" factor "], %[t]\n\t"
#define TFR_TOKEN_NEAR                                                                                              \
  TFR_TOKEN_NEAR_SCALE("a0", "w0") TFR_IF_FOUR_ROWS(TFR_TOKEN_NEAR_SCALE("a2", "w2"))                                \
  TFR_IF_FUSED("lsl %[t], %[t], #8\n\t")                                                                            \
  TFR_TOKEN_NEAR_SCALE("a1", "w1") TFR_IF_FOUR_ROWS(TFR_TOKEN_NEAR_SCALE("a3", "w3"))                                \
  TFR_SATURATE("a0", TFR_SHIFT) TFR_SATURATE("a1", TFR_SECOND_SHIFT)                                                \
  TFR_IF_FOUR_ROWS(TFR_SATURATE("a2", TFR_SHIFT) TFR_SATURATE("a3", TFR_SECOND_SHIFT))

#define TFR_TOKEN_ROUND(sum) TFR_ADD_TERM(sum, "t") TFR_SATURATE(sum, "1")
#define TFR_TOKEN_HIGH(sum, factor) "smmul %[" sum "], %[" sum "], %[" factor "]\n\t"
/* The shifts of four rows are the bytes of e, of which shifts by a register take the lowest. */
#define TFR_TOKEN_NEXT_SHIFT "lsr %[e], %[e], #8\n\t"
#define TFR_TOKEN_FAR                                                                                               \
  "sub %[e], %[e], #0x21212121\n\t" /* 33 of each */                                                              \
  TFR_IF_FUSED("add %[e], %[e], #0x08000800\n\t")                                                                   \
  TFR_TOKEN_HIGH("a0", "w0") TFR_TOKEN_HIGH("a1", "w1")                                                             \
  TFR_IF_FOUR_ROWS(TFR_TOKEN_HIGH("a2", "w2") TFR_TOKEN_HIGH("a3", "w3"))                                            \
  TFR_SHIFT_BY("a0", "e") TFR_TOKEN_NEXT_SHIFT TFR_SHIFT_BY("a1", "e")                                              \
  TFR_IF_FOUR_ROWS(TFR_TOKEN_NEXT_SHIFT TFR_SHIFT_BY("a2", "e") TFR_TOKEN_NEXT_SHIFT TFR_SHIFT_BY("a3", "e"))        \
  TFR_TOKEN_ROUND("a0") TFR_TOKEN_ROUND("a1") TFR_IF_FOUR_ROWS(TFR_TOKEN_ROUND("a2") TFR_TOKEN_ROUND("a3"))

#define TFR_TOKEN_TWICE_ROW(sum, factor)                                                                            \
  "clz %[f2], %[" factor "]\n\tlsl %[" factor "], %[" factor "], %[f2]\n\t"                                          \
  "smmlar %[" sum "], %[" sum "], %[" factor "], %[" sum "]\n\t"                                                    \
  ".if " TFR_HAS_ROW_SHIFTS "\n\tadd %[f2], %[e]\n\tsub %[f2], #33\n\t" TFR_TOKEN_NEXT_SHIFT                          \
  ".else\n\tadd %[f2], #" TFR_SHIFT "-1\n\t.endif\n\t"                                                             \
  TFR_ADD_SIGN(sum) TFR_SHIFT_BY(sum, "f2") TFR_TOKEN_ROUND(sum)
#define TFR_TOKEN_TWICE                                                                                             \
  TFR_IF_FUSED(TFR_UNSCALE("a1") TFR_IF_FOUR_ROWS(TFR_UNSCALE("a3")))                                                \
  TFR_TOKEN_TWICE_ROW("a0", "w0") TFR_TOKEN_TWICE_ROW("a1", "w1")                                                   \
  TFR_IF_FOUR_ROWS(TFR_TOKEN_TWICE_ROW("a2", "w2") TFR_TOKEN_TWICE_ROW("a3", "w3"))

#if TFR_ROUNDS_TWICE
#define TFR_TOKEN_SCALE TFR_TOKEN_TWICE
#else
#define TFR_TOKEN_SCALE ".if " TFR_HAS_ROW_SHIFTS "\n\t" TFR_TOKEN_FAR ".else\n\t" TFR_TOKEN_NEAR ".endif\n\t"
#endif

#define TFR_TOKEN_FINISH                                                                                            \
  TFR_TOKEN_FACTORS TFR_TOKEN_SCALE                                                                                 \
  "add %[p], #" TFR_BEYOND_FACTORS "+8*" TFR_HAS_FOUR_ROWS "\n\t"                                                   \
  TFR_TOKEN_STORE("a0") TFR_TOKEN_STORE("a1") TFR_IF_FOUR_ROWS(TFR_TOKEN_STORE("a2") TFR_TOKEN_STORE("a3"))          \
  "cmp %[p], %[x]\n\tbne 2b\n\t"

#define TFR_TOKEN_ASM(text, total, step)                                                                          \
  __asm__ volatile(text TFR_TOKEN_FINISH                                                                          \
                   : [a0] "=&r"(a0), [a1] "=&r"(a1), [a2] "=&r"(a2), [a3] "=&r"(a3), [w0] "=&r"(w0),               \
                     [w1] "=&r"(w1), [w2] "=&r"(w2), [w3] "=&r"(w3), [p] "+r"(p), [x] "=&r"(x), [e] "=&r"(e),      \
                     [f2] "=&r"(f2), [t] "=&r"(t), [o] "+r"(output), [end] "=m"(end)                 \
                   : [tile] "m"(tile), [last] "m"(last), [term] "m"(term), TFR_WALK_CONSTANTS(total),              \
                     [g] "i"(tfr_panel_token_factors_at(panel) << 16),                                             \
                     [h] "i"((step) * TFR_LOOPED(total) | (panel->shift - 32) << 16)                               \
                   : "memory", "cc")

TFR_INLINE int32_t tfr_panel_token_factors_at(const struct tfr_panel *panel) {
  return tfr_panel_is_dense(panel) ? 0 : 4 + tfr_panel_block_bytes(panel) * (2 - panel->blocks % 2);
}

/* A block is as many words as it has rows, each with an extension and two SMLAD, and two halves and a step. */
TFR_INLINE struct tfr_walk_code tfr_panel_token_code(const struct tfr_panel *panel) {
  const bool is_dense = tfr_panel_is_dense(panel) != 0;
  const int32_t block = panel->block_rows * (tfr_panel_is_fused(panel) ? 16 : 20) + 16;
  const int32_t edges = is_dense ? 0 : 2 - panel->blocks % 2;
  return (struct tfr_walk_code){
      .total = is_dense ? panel->blocks : (panel->blocks - edges) / 2,
      .repeated = is_dense ? block : 2 * block,
      .around = edges * block + TFR_TURN_BYTES + TFR_FINISH_BYTES(panel)};
}

/* Whether tfr_panel_token serves such a panel; all arguments are constants. */
TFR_INLINE bool tfr_panel_has_token(const struct tfr_panel *panel) { return tfr_panel_is_direct(panel); }

/* Groups from p to `last`, at least one; `output` takes all rows of them. */
TFR_INLINE void tfr_panel_token_groups(const struct tfr_panel *panel, int32_t term, const uint8_t *p,
                                       const uint8_t *last, const void *tile, int32_t quad_pitch, int8_t *output) {
  const uint8_t *x, *end;
  const struct tfr_walk walk = {.token_pitch = TFR_PANEL_QUAD_BYTES, .quad_pitch = quad_pitch};
  const int32_t pair = 0, blocks = panel->blocks;
  TFR_CHOOSE_TURN(tfr_panel_token_code(panel));
  int32_t a0, a1, a2, a3;
  uint32_t w0, w1, w2, w3, e, f2, t;
  if (tfr_panel_is_dense(panel)) {
    TFR_TOKEN_ASM(TFR_TOKEN_BEGIN TFR_TOKEN_REPEAT(TFR_TOKEN_DENSE), blocks, tfr_panel_block_bytes(panel));
  } else if (blocks % 2 == 0) {
    TFR_TOKEN_ASM(TFR_TOKEN_BEGIN_SPARSE TFR_TOKEN_REPEAT(TFR_TOKEN_EVEN TFR_TOKEN_ODD) TFR_TOKEN_EVEN TFR_TOKEN_ODD_LAST,
                  blocks / 2 - 1, tfr_panel_pair_bytes(panel));
  } else {
    TFR_TOKEN_ASM(TFR_TOKEN_BEGIN_SPARSE TFR_TOKEN_REPEAT(TFR_TOKEN_EVEN TFR_TOKEN_ODD) TFR_TOKEN_EVEN_LAST,
                  blocks / 2, tfr_panel_pair_bytes(panel));
  }
}

/* All rows; those of a last group that is not whole by way of four bytes. */
TFR_INLINE void tfr_panel_token(const struct tfr_panel *panel, struct tfr_panel_output to, const void *tile,
                                int32_t quad_pitch, int8_t *output) {
  const int32_t bytes = tfr_panel_group_bytes(panel);
  const int32_t left = panel->rows % panel->block_rows;
  const int32_t term = tfr_panel_finish_term(panel, to);
  const uint8_t *const partial = panel->groups + panel->rows / panel->block_rows * bytes;
  int8_t rest[4];
  for (int32_t turn = panel->rows < panel->block_rows; turn < 1 + (left > 0); turn++) {
    const uint8_t *const first = turn == 0 ? panel->groups : partial;
    const uint8_t *const last = turn == 0 ? partial : partial + bytes;
    tfr_panel_token_groups(panel, term, first, last, tile, quad_pitch, turn == 0 ? output : rest);
  }
  for (int32_t row = 0; row < left; row++) output[panel->rows - left + row] = rest[row];
}

#endif
