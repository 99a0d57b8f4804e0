/*
 * tfr_walk_taps.h in Thumb-2 with DSP instructions, on the registers of tfr_panel_walk_arm.h. A half is one weight word, a
 * pair of channels for both rows, against four outputs.
 *
 * The Cortex-M4 takes loads in batches, as a load behind a load costs one cycle less: 16 cycles for 8 SMLAD. The Cortex-M7
 * issues every load as the older half of a pair with an SMLAD, so that it need not wait for that one's result to be
 * written, and fetches the first words of the next half during the last sums of this one: 9 cycles.
 *
 * A tap's activations and weights are both 8 bytes, so one offset, tfr_at, finds them; the assembler counts it up.
 */
#ifndef TFR_WALK_TAPS_ARM_H
#define TFR_WALK_TAPS_ARM_H

/* Constants as in tfr_panel_walk_arm.h but for the taps of a run, in place of a pitch. */
#define TFR_TAPS "(%c[k]>>16)"
#define TFR_TAP_CONSTANTS(looped)                                                               \
  [k] "i"(walk.token_pitch | walk.run << 16), [f] "i"(tfr_panel_form(panel) | (looped) << 12 |  \
                                                    is_tight << 18),                            \
      [run] "i"(walk.run_pitch), [n] "i"(tfr_taps_unrolled(panel, walk))

#define TFR_TAP_LOAD(to, at, token) "ldr %[" to "], [%[x], #" at "+" TFR_TOKEN_PITCH "*" token "]\n\t"
#define TFR_TAP_FIRST(sum, values, from) TFR_MAC(sum, values, "z", from(sum, "a0"))
#define TFR_TAP_SECOND(sum, values, from) TFR_MAC(sum, values, "u", from(sum, "a4"))
#define TFR_TAP_EXTEND "sxtb16 %[z], %[u]\n\t.if !" TFR_IS_FUSED "\n\tsxtb16 %[u], %[u], ror #8\n\t.endif\n\t"
/* What sums go on from; the very first ones start from the rows' initial values, so token 0 comes last. */
#define TFR_TAP_SUM(sum, initial) sum
#define TFR_TAP_INITIAL(sum, initial) initial

#if TFR_CORE == TFR_CORE_M7

#define TFR_TAP_WEIGHTS(at) "ldr %[u], [%[p], #" at "]\n\t"
#define TFR_TAP_BEGIN TFR_TAP_WEIGHTS("0") TFR_TAP_LOAD("v", "0", "1") TFR_TAP_LOAD("y", "0", "2")
#define TFR_TAP_MOST(at, from)                                                                              \
  TFR_TAP_EXTEND TFR_TAP_SECOND("a5", "v", from) TFR_TAP_FIRST("a1", "v", from) TFR_TAP_LOAD("v", at, "3")  \
  TFR_TAP_SECOND("a6", "y", from) TFR_TAP_FIRST("a2", "y", from) TFR_TAP_LOAD("y", at, "0")                 \
  TFR_TAP_SECOND("a7", "v", from) TFR_TAP_FIRST("a3", "v", from)
#define TFR_TAP_HALF(at, next, from)                                                                        \
  TFR_TAP_MOST(at, from) TFR_TAP_LOAD("v", next, "1") TFR_TAP_SECOND("a4", "y", from) TFR_TAP_WEIGHTS(next) \
  TFR_TAP_FIRST("a0", "y", from) TFR_TAP_LOAD("y", next, "2")
#define TFR_TAP_LAST(at)                                                                                    \
  TFR_TAP_MOST(at, TFR_TAP_SUM) TFR_TAP_SECOND("a4", "y", TFR_TAP_SUM) "add %[p], #8*" TFR_TAPS "\n\t"       \
  TFR_TAP_FIRST("a0", "y", TFR_TAP_SUM)

#else

#define TFR_TAP_BEGIN ""
#define TFR_TAP_HALF(at, next, from)                                                                        \
  "ldr %[u], [%[p]], #4\n\t" TFR_TAP_LOAD("v", at, "1") TFR_TAP_LOAD("y", at, "2") TFR_TAP_EXTEND           \
  TFR_TAP_FIRST("a1", "v", from) TFR_TAP_SECOND("a5", "v", from) TFR_TAP_FIRST("a2", "y", from)             \
  TFR_TAP_SECOND("a6", "y", from) TFR_TAP_LOAD("v", at, "3") TFR_TAP_LOAD("y", at, "0")                     \
  TFR_TAP_FIRST("a3", "v", from) TFR_TAP_SECOND("a7", "v", from) TFR_TAP_FIRST("a0", "y", from)             \
  TFR_TAP_SECOND("a4", "y", from)
#define TFR_TAP_LAST(at) TFR_TAP_HALF(at, at, TFR_TAP_SUM)

#endif

/* A kernel row of four channels, and the way to the next one. */
#define TFR_TAP_RUN(from)                                                                                   \
  ".set tfr_at, 4\n\t" TFR_TAP_BEGIN TFR_TAP_HALF("0", "4", from)                                           \
  ".rept " TFR_TAPS "-1\n\t" TFR_TAP_HALF("tfr_at", "tfr_at+4", TFR_TAP_SUM)                                \
  TFR_TAP_HALF("tfr_at+4", "tfr_at+8", TFR_TAP_SUM) ".set tfr_at, tfr_at+8\n\t.endr\n\t"                    \
  TFR_TAP_LAST("tfr_at")
#define TFR_TAP_NEXT                                                                                        \
  "add %[x], %[x], #%c[run]&0xfff\n\t"                                                             \
  ".if %c[run]>0xfff\n\tadd %[x], %[x], #%c[run]&~0xfff\n\t.endif\n\t"

/* All runs written out, and runs in a loop of a few. */
#define TFR_TAP_WRITTEN TFR_TAP_RUN(TFR_TAP_INITIAL) ".rept %c[n]-1\n\t" TFR_TAP_NEXT TFR_TAP_RUN(TFR_TAP_SUM) ".endr\n\t"
#define TFR_TAP_LOOPED                                                                                      \
  "mov %[a1], %[a0]\n\tmov %[a2], %[a0]\n\tmov %[a3], %[a0]\n\t"                                            \
  "mov %[a5], %[a4]\n\tmov %[a6], %[a4]\n\tmov %[a7], %[a4]\n\t"                                            \
  "1:\n\t.rept %c[n]\n\t" TFR_TAP_RUN(TFR_TAP_SUM) TFR_TAP_NEXT                                             \
  ".endr\n\tldr %[v], %[end]\n\tcmp %[p], %[v]\n\tbne 1b\n\t"

#define TFR_TAPS_WRITTEN_BLOCKS 9  /* at most so many are written out, not looped over */
#define TFR_TAPS_MAX_PITCH 0xfffff /* that two additions reach */
#define TFR_TAPS_MAX_RUN 8         /* as long as the bodies' texts say that they are */
#define TFR_TAPS_LINES TFR_LINES_256 TFR_LINES_64

/* Whether the bodies serve such a panel; all of it but its `groups`, and `walk`, are constants. */
TFR_INLINE bool tfr_taps_suit(const struct tfr_panel *panel, struct tfr_walk walk) {
  return tfr_panel_is_dense(panel) && panel->block_rows == 2 && walk.run <= TFR_TAPS_MAX_RUN &&
         walk.run_pitch <= TFR_TAPS_MAX_PITCH;
}

/* A row pair's code with so many runs written out. */
TFR_INLINE int32_t tfr_taps_code(const struct tfr_panel *panel, struct tfr_walk walk, int32_t runs) {
  const int32_t run = walk.run * tfr_panel_block_code(panel) + TFR_STEP_BYTES;
  return TFR_ROWS_BYTES + TFR_TURN_BYTES + runs * run + TFR_FINISH_BYTES(panel);
}

TFR_INLINE bool tfr_taps_are_looped(const struct tfr_panel *panel, struct tfr_walk walk) {
  return panel->blocks > TFR_TAPS_WRITTEN_BLOCKS ||
         !TFR_CODE_FITS(tfr_taps_code(panel, walk, panel->blocks / walk.run));
}

/* Runs of a loop's body, or all. */
TFR_INLINE int32_t tfr_taps_unrolled(const struct tfr_panel *panel, struct tfr_walk walk) {
  const int32_t runs = panel->blocks / walk.run;
  if (!tfr_taps_are_looped(panel, walk)) return runs;
  return runs % 2 == 0 && walk.run <= 4 && TFR_CODE_FITS(tfr_taps_code(panel, walk, 2)) ? 2 : 1;
}

#define TFR_TAPS_PAIR(text, looped)                                                                          \
  __asm__ volatile(text TFR_TAPS_LINES                                                                       \
                   : [a0] "+r"(s0), [a1] "=&r"(s1), [a2] "=&r"(s2), [a3] "=&r"(s3), [a4] "+r"(s4),            \
                     [a5] "=&r"(s5), [a6] "=&r"(s6), [a7] "=&r"(s7), [p] "+r"(p), [x] "+r"(x),                \
                     [u] "=&r"(u), [v] "=&r"(v), [y] "=&r"(y), [z] "=&r"(z)                                  \
                   : [end] "m"(end), TFR_TAP_CONSTANTS(looped)                                               \
                   : "memory", "cc")

TFR_INLINE void tfr_taps_pair(int32_t *sums, const struct tfr_panel *panel, const uint8_t *stream,
                              const void *rows, struct tfr_walk walk) {
  const uint8_t *p = stream;
  const uint8_t *x = (const uint8_t *)rows;
  const uint8_t *end = stream + panel->blocks * tfr_panel_block_bytes(panel);
  enum { is_tight = 0 };
  int32_t s0 = sums[0], s4 = sums[4], s1, s2, s3, s5, s6, s7;
  uint32_t u, v, y, z;
  if (tfr_taps_are_looped(panel, walk)) {
    TFR_TAPS_PAIR(TFR_TAP_LOOPED, 1);
  } else {
    TFR_TAPS_PAIR(TFR_TAP_WRITTEN, 0);
  }
  const int32_t result[8] = {s0, s1, s2, s3, s4, s5, s6, s7};
  for (int32_t i = 0; i < 8; i++) sums[i] = result[i];
}

#define TFR_TAPS_ROWS(text, looped)                                                                          \
  __asm__ volatile(TFR_ROWS_BEGIN text TFR_ROWS_FINISH TFR_TAPS_LINES                                        \
                   : [a0] "=&r"(a0), [a1] "=&r"(a1), [a2] "=&r"(a2), [a3] "=&r"(a3), [a4] "=&r"(a4),          \
                     [a5] "=&r"(a5), [a6] "=&r"(a6), [a7] "=&r"(a7), [p] "+r"(p), [x] "=&r"(x), [u] "=&r"(u), \
                     [v] "=&r"(v), [y] "=&r"(y), [z] "=&r"(z), [o] "+m"(output), [end] "=m"(end)             \
                   : [tile] "m"(rows), [last] "m"(last), [term] "m"(term), TFR_TAP_CONSTANTS(looped),        \
                     [g] "i"(stride), [h] "i"(weight_bytes | (panel->shift - 32) << 16)                      \
                   : "memory", "cc")

/* tfr_panel_rows for panels that the bodies serve. */
TFR_INLINE void tfr_taps_rows(const struct tfr_panel *panel, struct tfr_panel_output to, const void *rows,
                              struct tfr_walk walk, int8_t *output, int32_t stride) {
  const uint8_t *p = panel->groups;
  const uint8_t *const last = p + panel->rows / 2 * tfr_panel_group_bytes(panel);
  const uint8_t *x, *end;
  const int32_t term = tfr_panel_finish_term(panel, to);
  const int32_t weight_bytes = panel->blocks * tfr_panel_block_bytes(panel);
  TFR_PLACE_CODE(tfr_taps_code(panel, walk, tfr_taps_unrolled(panel, walk)));
  int32_t a0, a1, a2, a3, a4, a5, a6, a7;
  uint32_t u, v, y, z;
  if (tfr_taps_are_looped(panel, walk)) {
    TFR_TAPS_ROWS(TFR_TAP_LOOPED, 1);
  } else {
    TFR_TAPS_ROWS(TFR_TAP_WRITTEN, 0);
  }
}

#endif
