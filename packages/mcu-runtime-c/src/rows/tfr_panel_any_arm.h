/*
 * Row pairs of panels that are known at run time only, in the instructions of tfr_panel_m4.h or tfr_panel_m7.h. What a
 * compiled-in shape makes immediate - counts, the output's stride, shifts - is read from the stack, once a row pair; whether
 * rows are fused and how far tokens are apart is still constant, so there is one function for each of these. Blocks of four
 * rows go token by token (tfr_token_any_arm.h).
 *
 * A walk repeats a text: it is written out a few times, and the first turn enters it where as many are left as are over.
 */
#ifndef TFR_PANEL_ANY_ARM_H
#define TFR_PANEL_ANY_ARM_H

/* Times that a text is written out: 2^1 for the blocks of a pair, 2^2 for a dense block. */
#define TFR_ANY_PAIR_TURNS "1"
#define TFR_ANY_DENSE_TURNS "2"
#define TFR_ANY_IS_ODD INT32_MIN

/* The address to enter at, from registers a, b and c; 1 is where the text begins and 3 where it ends. */
#define TFR_ANY_ENTRY(turns, a, b, c)                                                                           \
  "adr.w %[" a "], 1f\n\tadr.w %[" b "], 3f\n\tldr %[" c "], %[turns]\n\tsub %[" b "], %[" a "]\n\t"          \
  "ubfx %[" c "], %[" c "], #0, #8\n\tmul %[" b "], %[" b "], %[" c "]\n\t"                                  \
  "add %[" a "], %[" a "], %[" b "], lsr #" turns "\n\torr %[" a "], #1\n\tstr %[" a "], %[entry]\n\t"
#define TFR_ANY_REPEAT(turns, free, text)                                                                   \
  "ldr %[" free "], %[entry]\n\tbx %[" free "]\n1:\n\t.rept 1<<" turns "\n\t" text ".endr\n3:\n\t"                       \
  "ldr %[" free "], %[end]\n\tcmp %[p], %[" free "]\n\tbne 1b\n\t"
/* An even number of blocks goes on, an odd one to 4. */
#define TFR_ANY_IF_EVEN(free) "ldr %[" free "], %[turns]\n\tcmp %[" free "], #0\n\tblt 4f\n\t"

/* Four tokens. */

#define TFR_ANY_ROWS_BEGIN                                                                                  \
  "2:\n\tldr %[x], %[tile]\n\tldr %[a4], [%[p], #4]\n\tldr %[z], %[loop]\n\t"    \
  "ldr %[a0], [%[p]], #8\n\tadd %[z], %[p]\n\tstr %[z], %[end]\n\t"
#define TFR_ANY_MOVES                                                                                       \
  "mov %[a1], %[a0]\n\tmov %[a2], %[a0]\n\tmov %[a3], %[a0]\n\t"                                             \
  "mov %[a5], %[a4]\n\tmov %[a6], %[a4]\n\tmov %[a7], %[a4]\n\t"
#define TFR_ANY_DENSE_WALK                                                                                  \
  TFR_ANY_ENTRY(TFR_ANY_DENSE_TURNS, "z", "u", "v") TFR_ANY_ROWS_BEGIN TFR_ANY_MOVES TFR_DENSE_BEGIN                                      \
  TFR_ANY_REPEAT(TFR_ANY_DENSE_TURNS, "z", TFR_DENSE_NEXT) TFR_DENSE_LAST
#define TFR_ANY_SPARSE_WALK                                                                                 \
  TFR_ANY_ENTRY(TFR_ANY_PAIR_TURNS, "z", "u", "v") TFR_ANY_ROWS_BEGIN TFR_SPARSE_FIRST                                                    \
  TFR_ANY_REPEAT(TFR_ANY_PAIR_TURNS, "z", TFR_SPARSE_ODD TFR_SPARSE_EVEN) TFR_ANY_IF_EVEN("z") TFR_SPARSE_ODD_LAST \
  "b 5f\n4:\n\t" TFR_SPARSE_ODD TFR_SPARSE_EVEN_LAST "5:\n\t"

/* Blocks of two quads, whose distance is in memory; x begins one such distance late. No text is written twice. */
#define TFR_WIDE_PITCH(to) "ldr %[" to "], %[quad]\n\t"
#define TFR_ANY_WIDE_WALK                                                                                    \
  TFR_ANY_ROWS_BEGIN TFR_ANY_MOVES "b 3f\n1:\n\t"                                                            \
  TFR_WIDE_BLOCK("ldrsh %[v], [%[p]]\n\t" TFR_WIDE_PITCH("y"), "4")                                           \
  TFR_WIDE_BLOCK("ldrsh %[v], [%[p], #2]\n\t" TFR_WIDE_PITCH("y"), "20")                                      \
  "add %[p], #36\n3:\n\tldr %[z], %[end]\n\tcmp %[p], %[z]\n\tbne 1b\n\t" TFR_ANY_IF_EVEN("z") "b 5f\n4:\n\t"    \
  TFR_WIDE_BLOCK("ldrsh %[v], [%[p]]\n\t" TFR_WIDE_PITCH("y"), "4") "5:\n\t"

/* Bytes of a row, and back to the next row's first. */
#define TFR_ANY_STORES(s0, s1, s2, s3)                                                                      \
  "strb %[" s0 "], [%[y]]\n\t", "strb %[" s1 "], [%[y], %[x]]\n\tadd %[y], %[y], %[x], lsl #1\n\t",            \
      "strb %[" s2 "], [%[y]]\n\t",                                                                         \
      "strb %[" s3 "], [%[y], %[x]]\n\tsub %[y], %[y], %[x], lsl #1\n\tadd %[y], #1\n\t"
#define TFR_ANY_SHIFTS(to, at) \
  "ldr %[" to "], %[shifts]\n\tcmp %[" to "], #0\n\tit eq\n\tldreq %[" to "], [%[p], #" at "]\n\t"
#define TFR_ANY_NEXT_FACTOR "lsr %[v], %[v], #8\n\tldr %[u], [%[p], #4]\n\t"

#if TFR_ROUNDS_TWICE
#define TFR_ANY_ROW(s0, s1, s2, s3)                                                                         \
  "clz %[x], %[u]\n\tlsl %[u], %[u], %[x]\n\tadd %[x], %[v]\n\tsub %[x], #33\n\t"                             \
  TFR_APPLY(TFR_TWICE_ROW, "mov %[u], %[x]\n\tldr %[x], %[stride]\n\t", "u", s0, s1, s2, s3, TFR_ANY_STORES(s0, s1, s2, s3))
#define TFR_ANY_BOTH_SHIFTS TFR_UNSCALE_ALL
#else
#define TFR_ANY_ROW(s0, s1, s2, s3) \
  "ldr %[x], %[stride]\n\t" TFR_APPLY(TFR_FAR_ROW, s0, s1, s2, s3, TFR_ANY_STORES(s0, s1, s2, s3))
/* 33 less for each; the second row's are eight more where it is fused. */
#define TFR_ANY_BOTH_SHIFTS "sub %[v], %[v], #0x21212121\n\t" TFR_IF_FUSED("add %[v], %[v], #0x08000800\n\t")
#endif

#define TFR_ANY_ROWS_STORE                                                                                  \
  "ldr %[x], %[behind]\n\tldr %[z], %[term]\n\tldr %[y], %[o]\n\tadd %[p], %[x]\n\tldr %[u], [%[p]]\n\t"       \
  TFR_ANY_SHIFTS("v", "8") TFR_UNFUSE_ALL TFR_ANY_BOTH_SHIFTS TFR_ANY_ROW("a0", "a1", "a2", "a3")             \
  TFR_ANY_NEXT_FACTOR TFR_ANY_ROW("a4", "a5", "a6", "a7")
#define TFR_ANY_ROWS_FINISH                                                                                 \
  TFR_ANY_ROWS_STORE                                                                                        \
  "str %[y], %[o]\n\tldr %[x], %[tail]\n\tldr %[u], %[last]\n\tadd %[p], %[x]\n\tcmp %[p], %[u]\n\tbne 2b\n\t"

/* What is not constant. */
struct tfr_any_walk {
  int32_t turns; /* after which the text is entered; odd counts of sparse blocks are negative */
  int32_t loop;  /* bytes of the stream that repetitions walk */
  int32_t behind, tail, term;
  uint32_t shifts; /* of four rows, a byte each; 0: they are in the stream */
  int32_t quad_pitch;
};

/* `total` repetitions of `step` bytes; the factors are `behind` where they leave the stream. */
TFR_INLINE struct tfr_any_walk tfr_any_walk_of(const struct tfr_panel *panel, struct tfr_panel_output to,
                                               int32_t total, int32_t behind) {
  const bool is_dense = tfr_panel_is_dense(panel) != 0;
  const int32_t written = is_dense ? 4 : 2;
  const int32_t step = is_dense ? tfr_panel_block_bytes(panel) : tfr_panel_pair_bytes(panel);
  const bool is_odd = !is_dense && panel->blocks % 2 != 0;
  const int32_t has_own = tfr_panel_has_row_shifts(panel);
  return (struct tfr_any_walk){.turns = (written - total % written) | (is_odd ? TFR_ANY_IS_ODD : 0),
                               .loop = total * step,
                               .behind = behind,
                               .tail = 4 * panel->block_rows + 4 * has_own,
                               .term = 2 * to.zero_point + 1,
                               .shifts = has_own ? 0 : (uint32_t)panel->shift * 0x01010101u};
}

/* For texts that take a pair of blocks of two quads in a turn. */
TFR_INLINE struct tfr_any_walk tfr_any_wide_walk(const struct tfr_panel *panel, struct tfr_panel_output to,
                                                 int32_t quad_pitch) {
  const int32_t pairs = panel->blocks / 2;
  const int32_t left = tfr_panel_weight_bytes(panel) - pairs * tfr_panel_pair_bytes(panel);
  struct tfr_any_walk walk = tfr_any_walk_of(panel, to, pairs, left);
  walk.quad_pitch = quad_pitch;
  return walk;
}

#define TFR_ANY_CONSTANTS(is_fused, rows4, token_pitch, quad_pitch) \
  [k] "i"((token_pitch) | (quad_pitch) << 16), [f] "i"((is_fused) | (rows4) << 3 | 1 << 4)
#define TFR_ANY_OPERANDS                                                                                       \
  [tile] "m"(tile), [last] "m"(last), [term] "m"(walk.term), [turns] "m"(walk.turns), [loop] "m"(walk.loop),   \
      [behind] "m"(walk.behind), [tail] "m"(walk.tail), [shifts] "m"(walk.shifts)
#define TFR_ANY_ROWS_RESULTS                                                                                \
  [a0] "=&r"(a0), [a1] "=&r"(a1), [a2] "=&r"(a2), [a3] "=&r"(a3), [a4] "=&r"(a4), [a5] "=&r"(a5),              \
      [a6] "=&r"(a6), [a7] "=&r"(a7), [p] "+r"(p), [x] "=&r"(x), [u] "=&r"(u), [v] "=&r"(v), [y] "=&r"(y),      \
      [z] "=&r"(z), [o] "+m"(output), [end] "=m"(end)
#define TFR_ANY_ROWS_LOCALS                \
  const uint8_t *x, *end;                  \
  int32_t a0, a1, a2, a3, a4, a5, a6, a7;  \
  uint32_t u, v, y, z;

/* Functions of row pairs from p to `last`, with outputs `stride` apart. */
#define TFR_ANY_ROWS(name, text, is_fused, token_pitch)                                                      \
  TFR_APART void name(const uint8_t *p, const uint8_t *last, struct tfr_any_walk walk, const void *tile,      \
                      int8_t *output, int32_t stride) {                                                      \
    TFR_ANY_ROWS_LOCALS                                                                                      \
    uint32_t entry;                                                                                          \
    __asm__ volatile(text TFR_ANY_ROWS_FINISH TFR_LINES_256 TFR_LINES_256                                     \
                     : TFR_ANY_ROWS_RESULTS, [entry] "=m"(entry)                                             \
                     : TFR_ANY_OPERANDS, [stride] "m"(stride), TFR_ANY_CONSTANTS(is_fused, 0, token_pitch, 32) \
                     : "memory", "cc");                                                                      \
  }
#define TFR_ANY_WIDE_ROWS(name, is_fused, token_pitch)                                                       \
  TFR_APART void name(const uint8_t *p, const uint8_t *last, struct tfr_any_walk walk, const void *tile,      \
                      int8_t *output, int32_t stride) {                                                      \
    TFR_ANY_ROWS_LOCALS                                                                                      \
    __asm__ volatile(TFR_ANY_WIDE_WALK TFR_ANY_ROWS_FINISH TFR_LINES_256                                     \
                     : TFR_ANY_ROWS_RESULTS                                                                  \
                     : TFR_ANY_OPERANDS, [stride] "m"(stride), [quad] "m"(walk.quad_pitch),                   \
                       TFR_ANY_CONSTANTS(is_fused, 0, token_pitch, 0)                                         \
                     : "memory", "cc");                                                                      \
  }

TFR_ANY_ROWS(tfr_any_sparse, TFR_ANY_SPARSE_WALK, 0, 8)
TFR_ANY_ROWS(tfr_any_sparse_fused, TFR_ANY_SPARSE_WALK, 1, 8)
TFR_ANY_ROWS(tfr_any_sparse_far, TFR_ANY_SPARSE_WALK, 0, 16)
TFR_ANY_ROWS(tfr_any_sparse_far_fused, TFR_ANY_SPARSE_WALK, 1, 16)
TFR_ANY_WIDE_ROWS(tfr_any_wide, 0, 8)
TFR_ANY_WIDE_ROWS(tfr_any_wide_fused, 1, 8)
TFR_ANY_WIDE_ROWS(tfr_any_wide_far, 0, 16)
TFR_ANY_WIDE_ROWS(tfr_any_wide_far_fused, 1, 16)
TFR_ANY_ROWS(tfr_any_dense, TFR_ANY_DENSE_WALK, 0, 8)
TFR_ANY_ROWS(tfr_any_dense_fused, TFR_ANY_DENSE_WALK, 1, 8)

/* Row pairs from p to `last`. */
typedef void tfr_any_pairs_walker(const struct tfr_panel *panel, struct tfr_walk window, struct tfr_any_walk walk,
                                  const uint8_t *p, const uint8_t *last, const void *tile, int8_t *output,
                                  int32_t stride);

/* All rows; the last of an odd number goes by way of eight bytes. */
TFR_INLINE void tfr_any_all_pairs(const struct tfr_panel *panel, tfr_any_pairs_walker *pairs, struct tfr_walk window,
                                  struct tfr_any_walk walk, const void *tile, int8_t *output, int32_t stride) {
  const int32_t bytes = tfr_panel_group_bytes(panel);
  const bool is_odd = panel->rows % 2 != 0;
  const uint8_t *const partial = panel->groups + panel->rows / 2 * bytes;
  int8_t rest[2 * TFR_PANEL_TOKENS];
  for (int32_t turn = panel->rows < 2; turn < 1 + is_odd; turn++) {
    const uint8_t *const p = turn == 0 ? panel->groups : partial;
    const uint8_t *const last = turn == 0 ? partial : partial + bytes;
    pairs(panel, window, walk, p, last, tile, turn == 0 ? output : rest, turn == 0 ? stride : 2);
  }
  for (int32_t token = 0; is_odd && token < TFR_PANEL_TOKENS; token++) {
    output[token * stride + panel->rows - 1] = rest[2 * token];
  }
}

TFR_INLINE void tfr_any_pairs(const struct tfr_panel *panel, struct tfr_walk window, struct tfr_any_walk walk,
                              const uint8_t *p, const uint8_t *last, const void *tile, int8_t *output,
                              int32_t stride) {
  const bool is_fused = tfr_panel_is_fused(panel) != 0, is_far = window.token_pitch != TFR_PANEL_QUAD_BYTES;
  if (tfr_panel_is_dense(panel)) {
    if (is_fused) tfr_any_dense_fused(p, last, walk, tile, output, stride);
    else tfr_any_dense(p, last, walk, tile, output, stride);
  } else if (panel->block_quads == 2 && is_far) {
    if (is_fused) tfr_any_wide_far_fused(p, last, walk, tile, output, stride);
    else tfr_any_wide_far(p, last, walk, tile, output, stride);
  } else if (panel->block_quads == 2) {
    if (is_fused) tfr_any_wide_fused(p, last, walk, tile, output, stride);
    else tfr_any_wide(p, last, walk, tile, output, stride);
  } else if (is_far) {
    if (is_fused) tfr_any_sparse_far_fused(p, last, walk, tile, output, stride);
    else tfr_any_sparse_far(p, last, walk, tile, output, stride);
  } else {
    if (is_fused) tfr_any_sparse_fused(p, last, walk, tile, output, stride);
    else tfr_any_sparse(p, last, walk, tile, output, stride);
  }
}

/* Whether there is a function for four tokens of such a panel. */
TFR_INLINE bool tfr_panel_has_any_rows(const struct tfr_panel *panel, struct tfr_walk walk) {
  if (panel->block_rows != 2 || !tfr_panel_is_far(panel)) return false;
  if (tfr_panel_is_dense(panel)) return walk.run == 0 && walk.token_pitch == 8 && walk.quad_pitch == 32;
  return panel->blocks * panel->block_quads >= 2;
}

/* Whether a function served all rows. */
TFR_INLINE bool tfr_panel_any_rows(const struct tfr_panel *panel, struct tfr_panel_output to, const void *tile,
                                   struct tfr_walk walk, int8_t *output, int32_t stride) {
  if (!tfr_panel_has_any_rows(panel, walk)) return false;
  if (panel->block_quads == 2) {
    const uint8_t *const late = (const uint8_t *)tile + walk.quad_pitch;
    tfr_any_all_pairs(panel, tfr_any_pairs, walk, tfr_any_wide_walk(panel, to, walk.quad_pitch), late, output, stride);
  } else {
    const int32_t total = tfr_panel_is_dense(panel) ? panel->blocks - 1 : panel->blocks / 2 - 1;
    const struct tfr_any_walk any = tfr_any_walk_of(panel, to, total, tfr_panel_factors_at(panel));
    tfr_any_all_pairs(panel, tfr_any_pairs, walk, any, tile, output, stride);
  }
  return true;
}

#endif
