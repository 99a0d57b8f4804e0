/*
 * The Cortex-M4 loads a word in one cycle if another load is before it, in two otherwise: loads go in threes and twos, as
 * many as there are free registers. 16 SMLAD, 2 SXTB16, 10 loads in 4 batches and a step: 35 cycles a 2 x 4 block, fused.
 */
#ifndef TFR_PANEL_M4_H
#define TFR_PANEL_M4_H

#define TFR_EXTEND "sxtb16 %[z], %[u]\n\t.if !" TFR_IS_FUSED "\n\tsxtb16 %[u], %[u], ror #8\n\t.endif\n\t"

/* The sums of half `h` once its weights are in z and u and tokens 1 and 2 in v and y; `s1`.. are what sums start from. */
#define TFR_HALF(token3, token0, s1, s2, s3, s5, s6, s7)                                                       \
  TFR_MAC("a1", "v", "z", s1) TFR_MAC("a5", "v", "u", s5) TFR_MAC("a2", "y", "z", s2) TFR_MAC("a6", "y", "u", s6) \
  token3 token0                                                                                                \
  TFR_MAC("a3", "v", "z", s3) TFR_MAC("a7", "v", "u", s7) TFR_MAC("a0", "y", "z", "a0") TFR_MAC("a4", "y", "u", "a4")
#define TFR_HALF_AT(q, h, ...) TFR_HALF(TFR_VALUES("v", q, "3", h), TFR_VALUES("y", q, "0", h), __VA_ARGS__)
#define TFR_FROM_INITIAL "a0", "a0", "a0", "a4", "a4", "a4"
#define TFR_FROM_SUMS "a1", "a2", "a3", "a5", "a6", "a7"

/* A whole later half: weights and activations in one batch. */
#define TFR_LATER_HALF(at, q, h)                                                                        \
  TFR_WEIGHTS(at, q, h) TFR_VALUES("v", q, "1", h) TFR_VALUES("y", q, "2", h) TFR_EXTEND               \
  TFR_APPLY(TFR_HALF_AT, q, h, TFR_FROM_SUMS)

/* The extension stands between the step and its use as an address, which would cost a cycle. */
#define TFR_BLOCK(step, at, from)                                                                            \
  step "add %[x], %[x], %[v]\n\t" TFR_EXTEND                                                                 \
  TFR_VALUES("v", "0", "1", "0") TFR_VALUES("y", "0", "2", "0")                                              \
  TFR_APPLY(TFR_HALF_AT, "0", "0", from) TFR_LATER_HALF(at, "0", "1")                                        \
  ".if " TFR_HAS_TWO_QUADS "\n\t" TFR_LATER_HALF(at, "1", "0") TFR_LATER_HALF(at, "1", "1") ".endif\n\t"

#define TFR_SPARSE_FIRST TFR_BLOCK(TFR_WEIGHTS(TFR_EVEN, "0", "0") "ldrsh %[v], [%[p]]\n\t", TFR_EVEN, TFR_FROM_INITIAL)
#define TFR_SPARSE_ODD TFR_BLOCK(TFR_WEIGHTS(TFR_ODD, "0", "0") TFR_STEP_ODD, TFR_ODD, TFR_FROM_SUMS)
#define TFR_SPARSE_EVEN TFR_BLOCK(TFR_WEIGHTS(TFR_NEXT, "0", "0") TFR_STEP_NEXT, TFR_EVEN, TFR_FROM_SUMS)
#define TFR_SPARSE_ONLY TFR_SPARSE_FIRST
#define TFR_SPARSE_ODD_LAST TFR_SPARSE_ODD
#define TFR_SPARSE_EVEN_LAST TFR_SPARSE_EVEN

/* Two quads as blocks of their own: `step` leaves in v how far the first is, less what y has, the way to the second one. */
#define TFR_WIDE_BLOCK(step, at)                                                              \
  TFR_BLOCK(TFR_WEIGHTS(at, "0", "0") step "sub %[x], %[y]\n\t", at, TFR_FROM_SUMS)            \
  TFR_BLOCK(TFR_WEIGHTS(at, "1", "0") TFR_WIDE_PITCH("v"), at "+8", TFR_FROM_SUMS)

/* Dense blocks: half 1 first, so that the last loads are those at x and p, which step on their way. */
#define TFR_DENSE_BLOCK(from)                                                                              \
  "ldr %[u], [%[p], #" TFR_FIRST "+" TFR_WORD_STEP "]\n\t" TFR_VALUES("v", "0", "1", "1") TFR_VALUES("y", "0", "2", "1")   \
  TFR_EXTEND TFR_APPLY(TFR_HALF_AT, "0", "1", from)                                                        \
  "ldr %[u], [%[p], #" TFR_FIRST "]\n\t" TFR_VALUES("v", "0", "1", "0") TFR_VALUES("y", "0", "2", "0")          \
  TFR_EXTEND TFR_APPLY(TFR_HALF, TFR_VALUES("v", "0", "3", "0"), "ldr %[y], [%[x]], #" TFR_QUAD_PITCH "\n\t", TFR_FROM_SUMS) \
  "add %[p], #" TFR_BLOCK_BYTES "\n\t"

#define TFR_DENSE_BEGIN ""
#define TFR_DENSE_FIRST TFR_DENSE_BLOCK(TFR_FROM_INITIAL)
#define TFR_DENSE_NEXT TFR_DENSE_BLOCK(TFR_FROM_SUMS)
#define TFR_DENSE_LAST TFR_DENSE_NEXT
#define TFR_DENSE_ONLY TFR_DENSE_FIRST
#define TFR_DENSE_LEAVES 0 /* blocks between where p is left and the factors */

#endif
