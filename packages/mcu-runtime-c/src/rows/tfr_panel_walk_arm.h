/*
 * tfr_panel_walk.h in Thumb-2 with DSP instructions. Fourteen registers carry it: eight sums (a0..a3, a4..a7), the stream
 * (p), the tile (x), a word of weights (u), its extension (z) and two words of activations (v, y). What the bodies are put
 * together from is here; their schedules, which differ from core to core, are tfr_panel_m4.h and tfr_panel_m7.h.
 *
 * A first block starts all tokens from the initial value in a0 and a4, so that it needs no moves: token 0 comes last.
 * Sparse blocks come in pairs around a word of offsets, p; an even block steps to its pair, an odd one is in it.
 */
#ifndef TFR_PANEL_WALK_ARM_H
#define TFR_PANEL_WALK_ARM_H

#include "rows/tfr_panel_turn.h"

/* The constants of a walk; an asm statement has room for two, so they are packed: k the pitches, f the form. */
#define TFR_TOKEN_PITCH "(%c[k]&0xffff)"
#define TFR_QUAD_PITCH "(%c[k]>>16)"
#define TFR_IS_FUSED "(%c[f]&1)"
#define TFR_HAS_TWO_QUADS "(%c[f]>>1&1)"
#define TFR_FIRST "(%c[f]&4)"                /* bytes to the pair's first word: 4 for rows 2 and 3 of a group */
#define TFR_WORD_STEP "(4+(%c[f]>>1&4))"     /* bytes from half to half */
#define TFR_BLOCK_BYTES "((4+(%c[f]>>1&4))<<(1+(%c[f]>>1&1)))"
#define TFR_REST "(%c[f]>>8&15)"
#define TFR_HAS_LOOP "(%c[f]>>12&1)"
#define TFR_TURN "(4-(%c[f]>>16&3))" /* repetitions of the loop's text */
#define TFR_IS_TIGHT "(%c[f]>>18)"
#define TFR_PAIR_BYTES "(4+2*" TFR_BLOCK_BYTES ")"
#define TFR_WALK_CONSTANTS(total)                                                                       \
  [k] "i"(walk.token_pitch | walk.quad_pitch << 16),                                                    \
      [f] "i"(tfr_panel_form(panel) | pair << 2 | (total) % turn << 8 | ((total) >= turn) << 12 | \
              (TFR_MAX_TURN - turn) << 16 | is_tight << 18)
#define TFR_LOOPED(total) ((total) / turn * turn) /* repetitions in the loop */

TFR_INLINE int32_t tfr_panel_form(const struct tfr_panel *panel) {
  return (tfr_panel_is_fused(panel) != 0) | (panel->block_quads - 1) << 1 | (panel->block_rows == 4) << 3 |
         tfr_panel_has_row_shifts(panel) << 4;
}

/*
 * Blank lines. GCC takes a statement to be as long as its text has lines, and places constants by that: a text that the
 * assembler repeats needs as many more.
 */
#define TFR_LINES_8 "\n\n\n\n\n\n\n\n"
#define TFR_LINES_64 \
  TFR_LINES_8 TFR_LINES_8 TFR_LINES_8 TFR_LINES_8 TFR_LINES_8 TFR_LINES_8 TFR_LINES_8 TFR_LINES_8
#define TFR_LINES_256 TFR_LINES_64 TFR_LINES_64 TFR_LINES_64 TFR_LINES_64

#define TFR_STORES_BYTES 320 /* about what rescaling and storing a pair's sums in C takes */

#define TFR_APPLY(macro, ...) macro(__VA_ARGS__)
#define TFR_MAC(sum, values, weights, from) "smlad %[" sum "], %[" values "], %[" weights "], %[" from "]\n\t"
#define TFR_VALUES(to, q, t, h) "ldr %[" to "], [%[x], #" TFR_QUAD_PITCH "*" q "+" TFR_TOKEN_PITCH "*" t "+4*" h "]\n\t"
/* The word of half `h` of the block whose words begin `at` bytes from p. */
#define TFR_WEIGHTS(at, q, h) "ldr %[u], [%[p], #" at "+" TFR_FIRST "+" TFR_WORD_STEP "*(2*" q "+" h ")]\n\t"
#define TFR_EVEN "4"
#define TFR_ODD "4+" TFR_BLOCK_BYTES
/* The next pair's. */
#define TFR_NEXT "4+" TFR_PAIR_BYTES
#define TFR_STEP_ODD "ldrsh %[v], [%[p], #2]\n\t"
#define TFR_STEP_NEXT "ldrsh %[v], [%[p], #" TFR_PAIR_BYTES "]!\n\t"

#if TFR_CORE == TFR_CORE_M7
#include "rows/tfr_panel_m7.h"
#else
#include "rows/tfr_panel_m4.h"
#endif

/* A text `total` times: in a loop over `turn` of them that ends at p == end, and the rest. */
#define TFR_REPEAT(text)                                                                             \
  ".if " TFR_HAS_LOOP "\n1:\n\t.rept " TFR_TURN "\n\t" text ".endr\n\t"                          \
  "ldr %[z], %[end]\n\tcmp %[p], %[z]\n\tbne 1b\n\t.endif\n\t"                                     \
  ".rept " TFR_REST "\n\t" text ".endr\n\t"

#define TFR_DENSE_WALK TFR_DENSE_FIRST TFR_REPEAT(TFR_DENSE_NEXT) TFR_DENSE_LAST
#define TFR_EVEN_WALK TFR_SPARSE_FIRST TFR_REPEAT(TFR_SPARSE_ODD TFR_SPARSE_EVEN) TFR_SPARSE_ODD_LAST
#define TFR_ODD_WALK TFR_SPARSE_FIRST TFR_REPEAT(TFR_SPARSE_ODD TFR_SPARSE_EVEN) TFR_SPARSE_ODD TFR_SPARSE_EVEN_LAST

/* p advances by `begin` before, and by `step` in each of the `total` repetitions. */
#define TFR_WALK_ASM(text, total, begin, step)                                                                    \
  do {                                                                                                       \
    const uint8_t *end_ = p + (begin) + (step) * TFR_LOOPED(total);                                         \
    __asm__ volatile(text                                                                                    \
                     : [a0] "+r"(s0), [a1] "=&r"(s1), [a2] "=&r"(s2), [a3] "=&r"(s3), [a4] "+r"(s4),          \
                       [a5] "=&r"(s5), [a6] "=&r"(s6), [a7] "=&r"(s7), [p] "+r"(p), [x] "+r"(x),              \
                       [u] "=&r"(u), [v] "=&r"(v), [y] "=&r"(y), [z] "=&r"(z)                                 \
                     : [end] "m"(end_), TFR_WALK_CONSTANTS(total)                                            \
                     : "memory", "cc");                                                                      \
  } while (0)

/* All of `panel` but its `groups`, `pair` and `walk` are constants. */
TFR_INLINE void tfr_panel_walk(int32_t *sums, const struct tfr_panel *panel, const uint8_t *stream, int32_t pair,
                               const void *tile, struct tfr_walk walk) {
  const uint8_t *p = stream;
  const uint8_t *x = (const uint8_t *)tile;
  int32_t s0 = sums[0], s4 = sums[4], s1, s2, s3, s5, s6, s7;
  uint32_t u, v, y, z;
  const int32_t blocks = panel->blocks;
  const int32_t bytes = tfr_panel_block_bytes(panel);
  TFR_CHOOSE_TURN(tfr_panel_walk_code(panel, TFR_STORES_BYTES, panel->block_rows / 2));
  if (blocks == 0) {
    s1 = s2 = s3 = s0;
    s5 = s6 = s7 = s4;
  } else if (tfr_panel_is_dense(panel)) {
    if (blocks == 1) {
      TFR_WALK_ASM(TFR_DENSE_ONLY, 0, 0, 0);
    } else {
      TFR_WALK_ASM(TFR_DENSE_WALK, blocks - 2, bytes, bytes);
    }
  } else if (blocks == 1) {
    TFR_WALK_ASM(TFR_SPARSE_ONLY, 0, 0, 0);
  } else if (blocks % 2 == 0) {
    TFR_WALK_ASM(TFR_EVEN_WALK, blocks / 2 - 1, 0, tfr_panel_pair_bytes(panel));
  } else {
    TFR_WALK_ASM(TFR_ODD_WALK, blocks / 2 - 1, 0, tfr_panel_pair_bytes(panel));
  }
  const int32_t result[8] = {s0, s1, s2, s3, s4, s5, s6, s7};
  for (int32_t i = 0; i < 8; i++) sums[i] = result[i];
}

#endif
