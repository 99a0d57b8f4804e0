/*
 * The Cortex-M7 issues two instructions a cycle, one of them a multiplication; extensions are the older of a pair. With each
 * SMLAD younger than a load, an extension or nothing, a half takes its 8 cycles; the next half's weights (u) and token 1 (v)
 * are loaded under the last ones. A step costs 3 cycles more, as no register is free to load it earlier: 19 a 2 x 4 block.
 */
#ifndef TFR_PANEL_M7_H
#define TFR_PANEL_M7_H

/* Tokens 1 and 2 and the loads of tokens 3 and 0, from u and v. */
#define TFR_HALF_BEGIN(q, h, token0, s1, s2, s5, s6)                                                       \
  "sxtb16 %[z], %[u]\n\t"                                                                                  \
  ".if " TFR_IS_FUSED "\n\t" TFR_MAC("a5", "v", "u", s5) TFR_VALUES("y", q, "2", h) TFR_MAC("a1", "v", "z", s1)    \
  ".else\n\tsxtb16 %[u], %[u], ror #8\n\t" TFR_MAC("a1", "v", "z", s1) TFR_VALUES("y", q, "2", h)           \
  TFR_MAC("a5", "v", "u", s5) ".endif\n\t"                                                                 \
  TFR_MAC("a6", "y", "u", s6) TFR_VALUES("v", q, "3", h) TFR_MAC("a2", "y", "z", s2) token0
#define TFR_HALF_INITIAL(q, h, token0) \
  TFR_HALF_BEGIN(q, h, token0, "a0", "a0", "a4", "a4") TFR_MAC("a7", "v", "u", "a4")
#define TFR_HALF_SUMS(q, h, token0) \
  TFR_HALF_BEGIN(q, h, token0, "a1", "a2", "a5", "a6") TFR_MAC("a7", "v", "u", "a7")
#define TFR_TOKEN0(q, h) TFR_VALUES("y", q, "0", h)

/* Tokens 3 and 0 with the loads for another half of this block, for the next block, for none. `s3` as above. */
#define TFR_HALF_GO_ON(s3, weights, values)                                              \
  TFR_MAC("a4", "y", "u", "a4") weights TFR_MAC("a3", "v", "z", s3) values TFR_MAC("a0", "y", "z", "a0")
#define TFR_HALF_STEP(step, weights)                                                     \
  TFR_MAC("a3", "v", "z", "a3") step TFR_MAC("a4", "y", "u", "a4") weights TFR_MAC("a0", "y", "z", "a0") \
  "add %[x], %[x], %[v]\n\t" TFR_VALUES("v", "0", "1", "0")
#define TFR_HALF_END TFR_MAC("a4", "y", "u", "a4") TFR_MAC("a3", "v", "z", "a3") TFR_MAC("a0", "y", "z", "a0")

#define TFR_GO_ON(s3, at, q, h) TFR_HALF_GO_ON(s3, TFR_WEIGHTS(at, q, h), TFR_VALUES("v", q, "1", h))
#define TFR_LATER_HALVES(at, end)                                                                           \
  ".if " TFR_HAS_TWO_QUADS "\n\t" TFR_HALF_SUMS("0", "1", TFR_TOKEN0("0", "1")) TFR_GO_ON("a3", at, "1", "0")       \
  TFR_HALF_SUMS("1", "0", TFR_TOKEN0("1", "0")) TFR_GO_ON("a3", at, "1", "1")                               \
  TFR_HALF_SUMS("1", "1", TFR_TOKEN0("1", "1"))                                                             \
  ".else\n\t" TFR_HALF_SUMS("0", "1", TFR_TOKEN0("0", "1")) ".endif\n\t" end

#define TFR_BEGIN_SPARSE                                                                                \
  "ldrsh %[v], [%[p]]\n\t" TFR_WEIGHTS(TFR_EVEN, "0", "0") "add %[x], %[x], %[v]\n\t"                    \
  TFR_VALUES("v", "0", "1", "0")
#define TFR_BLOCK(at, end) \
  TFR_HALF_SUMS("0", "0", TFR_TOKEN0("0", "0")) TFR_GO_ON("a3", at, "0", "1") TFR_LATER_HALVES(at, end)
#define TFR_FIRST_BLOCK(end)                                                                                \
  TFR_BEGIN_SPARSE TFR_HALF_INITIAL("0", "0", TFR_TOKEN0("0", "0")) TFR_GO_ON("a0", TFR_EVEN, "0", "1")      \
  TFR_LATER_HALVES(TFR_EVEN, end)
#define TFR_TO_ODD TFR_HALF_STEP(TFR_STEP_ODD, TFR_WEIGHTS(TFR_ODD, "0", "0"))
#define TFR_TO_EVEN TFR_HALF_STEP(TFR_STEP_NEXT, TFR_WEIGHTS(TFR_EVEN, "0", "0"))

#define TFR_SPARSE_ONLY TFR_FIRST_BLOCK(TFR_HALF_END)
#define TFR_SPARSE_FIRST TFR_FIRST_BLOCK(TFR_TO_ODD)
#define TFR_SPARSE_ODD TFR_BLOCK(TFR_ODD, TFR_TO_EVEN)
#define TFR_SPARSE_EVEN TFR_BLOCK(TFR_EVEN, TFR_TO_ODD)
#define TFR_SPARSE_ODD_LAST TFR_BLOCK(TFR_ODD, TFR_HALF_END)
#define TFR_SPARSE_EVEN_LAST TFR_BLOCK(TFR_EVEN, TFR_HALF_END)

/* Two quads as blocks of their own: `step` leaves in v how far the first is, less what y has, the way to the second one. */
#define TFR_WIDE_BLOCK(step, at)                                                                          \
  step TFR_WEIGHTS(at, "0", "0") "add %[x], %[v]\n\tsub %[x], %[y]\n\t" TFR_VALUES("v", "0", "1", "0")     \
  TFR_BLOCK(at, TFR_HALF_STEP(TFR_WIDE_PITCH("v"), TFR_WEIGHTS(at, "1", "0"))) TFR_BLOCK(at "+8", TFR_HALF_END)

/* Dense blocks: half 1 first, so that the last activation is the one at x, which steps on its way. */
#define TFR_DENSE_BEGIN "ldr %[u], [%[p], #" TFR_FIRST "+" TFR_WORD_STEP "]\n\t" TFR_VALUES("v", "0", "1", "1")
#define TFR_DENSE_MIDDLE(s3) \
  TFR_HALF_GO_ON(s3, "ldr %[u], [%[p], #" TFR_FIRST "]\n\t", TFR_VALUES("v", "0", "1", "0"))
#define TFR_DENSE_SECOND TFR_HALF_SUMS("0", "0", "ldr %[y], [%[x]], #" TFR_QUAD_PITCH "\n\t")
#define TFR_DENSE_STEP                                                                                        \
  "add %[p], #" TFR_BLOCK_BYTES "\n\t" TFR_HALF_GO_ON("a3", "ldr %[u], [%[p], #" TFR_FIRST "+" TFR_WORD_STEP "]\n\t", TFR_VALUES("v", "0", "1", "1"))
#define TFR_DENSE_FRONT TFR_HALF_SUMS("0", "1", TFR_TOKEN0("0", "1")) TFR_DENSE_MIDDLE("a3") TFR_DENSE_SECOND
#define TFR_DENSE_FIRST_FRONT \
  TFR_DENSE_BEGIN TFR_HALF_INITIAL("0", "1", TFR_TOKEN0("0", "1")) TFR_DENSE_MIDDLE("a0") TFR_DENSE_SECOND

#define TFR_DENSE_LEAVES 1 /* blocks between where p is left and the factors */
#define TFR_DENSE_ONLY TFR_DENSE_FIRST_FRONT TFR_HALF_END
#define TFR_DENSE_FIRST TFR_DENSE_FIRST_FRONT TFR_DENSE_STEP
#define TFR_DENSE_NEXT TFR_DENSE_FRONT TFR_DENSE_STEP
#define TFR_DENSE_LAST TFR_DENSE_FRONT TFR_HALF_END

#endif
