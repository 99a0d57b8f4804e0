/*
 * All whole row pairs of a panel against a tile of four tokens, in one loop: initial values, walk, rescaling and stores. Registers
 * are those of tfr_panel_walk_arm.h; what lives longer than a row pair (output, ends) is on the stack.
 */
#ifndef TFR_PANEL_ROWS_ARM_H
#define TFR_PANEL_ROWS_ARM_H

/* Packed as k and f are: g the output's stride and where the factors are, h the walk's loop and the rescaling shift. */
#define TFR_STRIDE "(%c[g]&0xffff)"
#define TFR_FACTORS "(%c[g]>>16)"
#define TFR_LOOP_BYTES "(%c[h]&0xffff)"
#define TFR_SHIFT "(%c[h]>>16)"
#define TFR_SECOND_SHIFT TFR_SHIFT "+8*" TFR_IS_FUSED

#define TFR_ROWS_BEGIN                                                                  \
  "2:\n\tldr %[x], %[tile]\n\tldr %[a4], [%[p], #4]\n\tldr %[a0], [%[p]], #8\n\t"        \
  ".if " TFR_HAS_LOOP "\n\tmovw %[z], #" TFR_LOOP_BYTES "\n\tadd %[z], %[p]\n\tstr %[z], %[end]\n\t.endif\n\t"

#define TFR_SCALE(sum, factor) "smmla %[" sum "], %[" sum "], %[" factor "], %[z]\n\t"
#define TFR_SATURATE(sum, shift) "ssat %[" sum "], #8, %[" sum "], asr #" shift "\n\t"
/* `place` is where the row pair lies behind y. */
#define TFR_STORE(sum, token, row, place) "strb %[" sum "], [%[y], #" TFR_STRIDE "*" token "+" row "+" place "]\n\t"
/* Fused sums are 256 * second + first: without the first they are the second's with eight more bits of shift. */
#define TFR_UNFUSE(second, first) "sub %[" second "], %[" first "]\n\t"
#define TFR_FACTOR(to, row) "ldr %[" to "], [%[p], #" TFR_FACTORS "+4*" row "]\n\t"

#if TFR_CORE == TFR_CORE_M7
/* A saturation is the older of a pair and takes two cycles, as a multiplication does: both rows overlap. */
#define TFR_FINISH(load, place, step)                                                                              \
  TFR_FACTOR("u", "0") "ldr %[z], %[term]\n\t" TFR_FACTOR("v", "1") "ldr %[y], %[o]\n\t"                           \
  TFR_UNFUSE_ALL                                                                                                   \
  TFR_SCALE("a1", "u") load TFR_SCALE("a2", "u")                                                                   \
  TFR_SATURATE("a1", TFR_SHIFT) TFR_SCALE("a3", "u") TFR_SATURATE("a2", TFR_SHIFT) TFR_SCALE("a0", "u")            \
  TFR_SATURATE("a3", TFR_SHIFT) TFR_STORE("a1", "1", "0", place)                                                   \
  TFR_SATURATE("a0", TFR_SHIFT) TFR_STORE("a2", "2", "0", place)                                                   \
  TFR_SECOND_TERM                                                                                                  \
  TFR_SCALE("a5", "v") TFR_STORE("a3", "3", "0", place) TFR_SCALE("a6", "v") TFR_STORE("a0", "0", "0", place)      \
  TFR_SATURATE("a5", TFR_SECOND_SHIFT) TFR_SCALE("a7", "v") TFR_SATURATE("a6", TFR_SECOND_SHIFT)                   \
  TFR_SCALE("a4", "v") TFR_SATURATE("a7", TFR_SECOND_SHIFT) TFR_STORE("a5", "1", "1", place)                       \
  TFR_SATURATE("a4", TFR_SECOND_SHIFT) TFR_STORE("a6", "2", "1", place) "add %[p], #" TFR_FACTORS "+8\n\t"         \
  TFR_STORE("a7", "3", "1", place) step TFR_STORE("a4", "0", "1", place)
#else
/* Loads in one batch; everything else takes a cycle. */
#define TFR_FINISH(load, place, step)                                                                              \
  TFR_FACTOR("u", "0") TFR_FACTOR("v", "1") "ldr %[y], %[o]\n\tldr %[z], %[term]\n\t" load                         \
  TFR_UNFUSE_ALL                                                                                                   \
  TFR_SCALE("a0", "u") TFR_SCALE("a1", "u") TFR_SCALE("a2", "u") TFR_SCALE("a3", "u") TFR_SECOND_TERM               \
  TFR_SCALE("a4", "v") TFR_SCALE("a5", "v") TFR_SCALE("a6", "v") TFR_SCALE("a7", "v")                               \
  TFR_SATURATE("a0", TFR_SHIFT) TFR_SATURATE("a1", TFR_SHIFT) TFR_SATURATE("a2", TFR_SHIFT)                         \
  TFR_SATURATE("a3", TFR_SHIFT) TFR_SATURATE("a4", TFR_SECOND_SHIFT) TFR_SATURATE("a5", TFR_SECOND_SHIFT)           \
  TFR_SATURATE("a6", TFR_SECOND_SHIFT) TFR_SATURATE("a7", TFR_SECOND_SHIFT)                                         \
  TFR_STORE("a0", "0", "0", place) TFR_STORE("a4", "0", "1", place) TFR_STORE("a1", "1", "0", place)                \
  TFR_STORE("a5", "1", "1", place) TFR_STORE("a2", "2", "0", place) TFR_STORE("a6", "2", "1", place)                \
  TFR_STORE("a3", "3", "0", place) TFR_STORE("a7", "3", "1", place)                                                 \
  "add %[p], #" TFR_FACTORS "+8\n\t" step
#endif
#define TFR_ROWS_FINISH                                                             \
  TFR_FINISH("ldr %[x], %[last]\n\t", "0", "add %[u], %[y], #2\n\t")                \
  "cmp %[p], %[x]\n\tstr %[u], %[o]\n\tbne 2b\n\t"
#define TFR_UNFUSE_ALL                                                                            \
  ".if " TFR_IS_FUSED "\n\t" TFR_UNFUSE("a4", "a0") TFR_UNFUSE("a5", "a1") TFR_UNFUSE("a6", "a2") \
  TFR_UNFUSE("a7", "a3") ".endif\n\t"
#define TFR_SECOND_TERM ".if " TFR_IS_FUSED "\n\tlsl %[z], %[z], #8\n\t.endif\n\t"

#define TFR_ROWS_ASM(walk_text, total, begin, step)                                                           \
  __asm__ volatile(TFR_ROWS_BEGIN walk_text TFR_ROWS_FINISH                                                   \
                   : [a0] "=&r"(a0), [a1] "=&r"(a1), [a2] "=&r"(a2), [a3] "=&r"(a3), [a4] "=&r"(a4),           \
                     [a5] "=&r"(a5), [a6] "=&r"(a6), [a7] "=&r"(a7), [p] "+r"(p), [x] "=&r"(x), [u] "=&r"(u),  \
                     [v] "=&r"(v), [y] "=&r"(y), [z] "=&r"(z), [o] "+m"(output), [end] "=m"(end)              \
                   : [tile] "m"(tile), [last] "m"(last), [term] "m"(term), TFR_WALK_CONSTANTS(total),          \
                     [g] "i"(stride | tfr_panel_factors_at(panel) << 16),                                     \
                     [h] "i"(((begin) + (step) * ((total) / TFR_WALK_UNROLL * TFR_WALK_UNROLL)) |              \
                             (panel->shift - 32) << 16)                                                       \
                   : "memory", "cc")

/* Bytes from where a walk leaves p to the factors. */
TFR_INLINE int32_t tfr_panel_factors_at(const struct tfr_panel *panel) {
  const int32_t bytes = tfr_panel_block_bytes(panel);
  if (panel->blocks == 0) return 0;
  if (tfr_panel_is_dense(panel)) return TFR_DENSE_LEAVES ? bytes : 0;
  return 4 + bytes * (2 - panel->blocks % 2);
}

#define TFR_MAX_DIRECT_STRIDE 1364 /* three strides and a byte are an immediate offset */
#define TFR_MAX_FUSED_SHIFT 46     /* eight more are TFR_PANEL_MAX_SHIFT */

/* Whether outputs are rescaled by one shift and clamped to int8 alone; all arguments are constants. */
TFR_INLINE bool tfr_panel_is_direct(const struct tfr_panel *panel, struct tfr_panel_output to) {
  return panel->blocks > 0 && panel->blocks < 4096 && (panel->flags & TFR_PANEL_ROW_SHIFTS) == 0 &&
         panel->shift <= TFR_MAX_FUSED_SHIFT && to.min == INT8_MIN && to.max == INT8_MAX && !TFR_ROUNDS_TWICE;
}

/* Whether tfr_panel_rows serves such a panel, but for an odd last row. */
TFR_INLINE bool tfr_panel_has_rows(const struct tfr_panel *panel, struct tfr_panel_output to, int32_t stride) {
  return panel->block_rows == 2 && panel->rows > 1 && stride <= TFR_MAX_DIRECT_STRIDE &&
         tfr_panel_is_direct(panel, to);
}

TFR_INLINE void tfr_panel_rows(const struct tfr_panel *panel, struct tfr_panel_output to, const void *tile,
                               struct tfr_walk walk, int8_t *output, int32_t stride) {
  const uint8_t *p = panel->groups;
  const uint8_t *const last = p + panel->rows / 2 * tfr_panel_group_bytes(panel);
  const uint8_t *x, *end;
  const int32_t term = tfr_panel_term(panel->shift, to.zero_point);
  const int32_t pair = 0, blocks = panel->blocks, bytes = tfr_panel_block_bytes(panel);
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
