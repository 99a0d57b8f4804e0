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

#define TFR_MAC(sum, values, weights, from) "smlad %[" sum "], %[" values "], %[" weights "], %[" from "]\n\t"
#define TFR_VALUES(to, q, t, h) "ldr %[" to "], [%[x], #%c[qp]*" q "+%c[tp]*" t "+4*" h "]\n\t"
/* The word of half `h` of the block whose words begin `at` bytes from p. */
#define TFR_WEIGHTS(at, q, h) "ldr %[u], [%[p], #" at "+%c[first]+%c[ws]*(2*" q "+" h ")]\n\t"
#define TFR_EVEN "4"
#define TFR_ODD "4+%c[bb]"
/* The next pair's. */
#define TFR_NEXT "4+%c[pb]"
#define TFR_STEP_ODD "ldrsh %[v], [%[p], #2]\n\t"
#define TFR_STEP_NEXT "ldrsh %[v], [%[p], #%c[pb]]!\n\t"

#define TFR_WALK_REGISTERS(sum, step)                                                                              \
  [a0] "+r"(s0), [a1] sum(s1), [a2] sum(s2), [a3] sum(s3), [a4] "+r"(s4), [a5] sum(s5), [a6] sum(s6),             \
      [a7] sum(s7), [p] "+l"(p), [x] "+l"(x), [u] step(u), [v] step(v), [y] "=&l"(y), [z] "=&r"(z)
#define TFR_WALK_CONSTANTS                                                                                       \
  [tp] "i"(walk.token_pitch), [qp] "i"(walk.quad_pitch), [fused] "i"(tfr_panel_is_fused(panel) != 0),            \
      [first] "i"(4 * pair), [bb] "i"(tfr_panel_block_bytes(panel)), [pb] "i"(tfr_panel_pair_bytes(panel)),     \
      [ws] "i"(2 * panel->block_rows), [quads] "i"(panel->block_quads)

#if TFR_CORE == TFR_CORE_M7
#include "rows/tfr_panel_m7.h"
#else
#include "rows/tfr_panel_m4.h"
#endif

#define TFR_WALK_ASM(text, sum, step, count) \
  __asm__ volatile(text : TFR_WALK_REGISTERS(sum, step) : TFR_WALK_CONSTANTS, [n] "i"(count) : "memory", "cc")
#define TFR_REPEAT(text) ".rept %c[n]\n\t" text ".endr\n\t"
#define TFR_WALK_UNROLL 4 /* pairs of sparse blocks, and dense blocks, in a row */

/* Repeats a text `total` times in a loop over TFR_WALK_UNROLL of them. */
#define TFR_WALK_REPEAT(text, total)                                                                       \
  do {                                                                                                     \
    const int32_t rounds_ = (total) / TFR_WALK_UNROLL;                                                     \
    for (int32_t round_ = rounds_; round_ > 0; round_--) {                                                 \
      TFR_WALK_ASM(TFR_REPEAT(text), "+r", "+l", TFR_WALK_UNROLL);                                         \
    }                                                                                                      \
    TFR_WALK_ASM(TFR_REPEAT(text), "+r", "+l", (total) % TFR_WALK_UNROLL);                                 \
  } while (0)

/* All of `panel` but its `groups`, `pair` and `walk` are constants. */
TFR_INLINE void tfr_panel_walk(int32_t *sums, const struct tfr_panel *panel, const uint8_t *stream, int32_t pair,
                               const void *tile, struct tfr_walk walk) {
  const uint8_t *p = stream;
  const uint8_t *x = (const uint8_t *)tile;
  int32_t s0 = sums[0], s4 = sums[4], s1, s2, s3, s5, s6, s7;
  uint32_t u, v, y, z;
  const int32_t blocks = panel->blocks;
  if (blocks == 0) {
    s1 = s2 = s3 = s0;
    s5 = s6 = s7 = s4;
  } else if (tfr_panel_is_dense(panel)) {
    if (blocks == 1) {
      TFR_WALK_ASM(TFR_DENSE_ONLY, "=&r", "=&l", 0);
    } else {
      TFR_WALK_ASM(TFR_DENSE_FIRST, "=&r", "=&l", 0);
      TFR_WALK_REPEAT(TFR_DENSE_NEXT, blocks - 2);
      TFR_WALK_ASM(TFR_DENSE_LAST, "+r", "+l", 0);
    }
  } else if (blocks == 1) {
    TFR_WALK_ASM(TFR_SPARSE_ONLY, "=&r", "=&l", 0);
  } else {
    TFR_WALK_ASM(TFR_SPARSE_FIRST, "=&r", "=&l", 0);
    TFR_WALK_REPEAT(TFR_SPARSE_ODD TFR_SPARSE_EVEN, (blocks - 2) / 2);
    if (blocks % 2 == 0) {
      TFR_WALK_ASM(TFR_SPARSE_ODD_LAST, "+r", "+l", 0);
    } else {
      TFR_WALK_ASM(TFR_SPARSE_ODD TFR_SPARSE_EVEN_LAST, "+r", "+l", 0);
    }
  }
  const int32_t result[8] = {s0, s1, s2, s3, s4, s5, s6, s7};
  for (int32_t i = 0; i < 8; i++) sums[i] = result[i];
}

#endif
