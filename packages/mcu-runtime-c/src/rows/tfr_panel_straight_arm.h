/* tfr_panel_straight.h in Thumb-2: the halves of tfr_panel_m4.h or tfr_panel_m7.h at constant offsets, one statement a pair. */
#ifndef TFR_PANEL_STRAIGHT_ARM_H
#define TFR_PANEL_STRAIGHT_ARM_H

#define TFR_STRAIGHT_LOCALS                                                     \
  const int32_t term = tfr_panel_finish_term(&panel, to);                   \
  int32_t a0, a1, a2, a3, a4, a5, a6, a7;                                       \
  uint32_t u, v, y, z;

/* Weights of half `h`, `at` bytes from p. */
#define TFR_STRAIGHT_WEIGHTS(at, h) "ldr %[u], [%[p], #" #at "+4*" h "]\n\t"

#if TFR_CORE == TFR_CORE_M7
#define TFR_STRAIGHT_BEGIN(at, quad) TFR_STRAIGHT_WEIGHTS(at, "0") TFR_VALUES("v", #quad, "1", "0")
#define TFR_STRAIGHT_GO_ON(s3, at, quad, h) \
  TFR_HALF_GO_ON(s3, TFR_STRAIGHT_WEIGHTS(at, h), TFR_VALUES("v", #quad, "1", h))
#define TFR_STRAIGHT_SECOND(quad) TFR_HALF_SUMS(#quad, "1", TFR_TOKEN0(#quad, "1"))
#define TFR_STRAIGHT_FIRST(at, quad, next_at, next_quad)                                                       \
  TFR_STRAIGHT_BEGIN(at, quad) TFR_HALF_INITIAL(#quad, "0", TFR_TOKEN0(#quad, "0"))                            \
  TFR_STRAIGHT_GO_ON("a0", at, quad, "1") TFR_STRAIGHT_SECOND(quad) TFR_STRAIGHT_GO_ON("a3", next_at, next_quad, "0")
#define TFR_STRAIGHT_ONLY(at, quad)                                                                            \
  TFR_STRAIGHT_BEGIN(at, quad) TFR_HALF_INITIAL(#quad, "0", TFR_TOKEN0(#quad, "0"))                            \
  TFR_STRAIGHT_GO_ON("a0", at, quad, "1") TFR_STRAIGHT_SECOND(quad) TFR_HALF_END
#define TFR_STRAIGHT_NEXT(at, quad, next_at, next_quad)                                                        \
  TFR_HALF_SUMS(#quad, "0", TFR_TOKEN0(#quad, "0")) TFR_STRAIGHT_GO_ON("a3", at, quad, "1")                     \
  TFR_STRAIGHT_SECOND(quad) TFR_STRAIGHT_GO_ON("a3", next_at, next_quad, "0")
#define TFR_STRAIGHT_LAST(at, quad)                                                                            \
  TFR_HALF_SUMS(#quad, "0", TFR_TOKEN0(#quad, "0")) TFR_STRAIGHT_GO_ON("a3", at, quad, "1")                     \
  TFR_STRAIGHT_SECOND(quad) TFR_HALF_END
#else
#define TFR_STRAIGHT_HALF(at, quad, h, from)                                                      \
  TFR_STRAIGHT_WEIGHTS(at, h) TFR_VALUES("v", #quad, "1", h) TFR_VALUES("y", #quad, "2", h)        \
  TFR_EXTEND TFR_APPLY(TFR_HALF_AT, #quad, h, from)
#define TFR_STRAIGHT_ONLY(at, quad) \
  TFR_STRAIGHT_HALF(at, quad, "0", TFR_FROM_INITIAL) TFR_STRAIGHT_HALF(at, quad, "1", TFR_FROM_SUMS)
#define TFR_STRAIGHT_LAST(at, quad) \
  TFR_STRAIGHT_HALF(at, quad, "0", TFR_FROM_SUMS) TFR_STRAIGHT_HALF(at, quad, "1", TFR_FROM_SUMS)
#define TFR_STRAIGHT_FIRST(at, quad, next_at, next_quad) TFR_STRAIGHT_ONLY(at, quad)
#define TFR_STRAIGHT_NEXT(at, quad, next_at, next_quad) TFR_STRAIGHT_LAST(at, quad)
#endif

#define TFR_STRAIGHT_PAIR(row, factors, blocks)                                                                 \
  __asm__ volatile("ldr %[a4], [%[p], #4]\n\tldr %[a0], [%[p]], #8\n\t" blocks TFR_FINISH("", #row, "")          \
                   : [a0] "=&r"(a0), [a1] "=&r"(a1), [a2] "=&r"(a2), [a3] "=&r"(a3), [a4] "=&r"(a4),             \
                     [a5] "=&r"(a5), [a6] "=&r"(a6), [a7] "=&r"(a7), [p] "+r"(p), [x] "+r"(x), [u] "=&r"(u),     \
                     [v] "=&r"(v), [y] "=&r"(y), [z] "=&r"(z)                                                   \
                   : [o] "m"(output), [term] "m"(term), [k] "i"(8 | 32 << 16),                                  \
                     [f] "i"(tfr_panel_form(&panel)), [g] "i"(fixed.outputs | (factors) << 16),    \
                     [h] "i"((panel.shift - 32) << 16)                                                          \
                   : "memory", "cc");

#endif
