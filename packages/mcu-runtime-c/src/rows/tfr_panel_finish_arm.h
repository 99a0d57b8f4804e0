/*
 * The end of a row pair in Thumb-2: sums in a0..a3 (first row) and a4..a7 (second) to bytes. Three forms, all exact:
 *
 * near   one shift a layer: SMMLA with half a unit and the zero point, and a saturating shift by an immediate.
 * far    a shift a row, s: ((acc * m >> 32) >> (s-33)) is twice the result and a bit, so 2 * zero point + 1 and one more shift
 *        round it. Shifts by a register take any s of 33 and more.
 * twice  double rounding: with u = 2m modulo 2^32 for m in [2^30, 2^31), (acc << 32) + acc * u is 2 * acc * m, so one SMMLAR is
 *        SaturatingRoundingDoublingHighMul; adding its sign makes halves go away from zero; then as far. Multipliers at the
 *        layer's shift are brought back into that range. For m = 0 shifts are 32 and more, and what is left is the zero point.
 */
#ifndef TFR_PANEL_FINISH_ARM_H
#define TFR_PANEL_FINISH_ARM_H

/* Packed as k and f are: g the output's stride and where the factors are, h the walk's loop and the rescaling shift. */
#define TFR_STRIDE "(%c[g]&0xffff)"
#define TFR_FACTORS "(%c[g]>>16)"
#define TFR_LOOP_BYTES "(%c[h]&0xffff)"
#define TFR_SHIFT "(%c[h]>>16)"
#define TFR_SECOND_SHIFT TFR_SHIFT "+8*" TFR_IS_FUSED
#define TFR_HAS_ROW_SHIFTS "(%c[f]>>4&1)"
#define TFR_BEYOND_FACTORS TFR_FACTORS "+8+4*" TFR_HAS_ROW_SHIFTS

#define TFR_SATURATE(sum, shift) "ssat %[" sum "], #8, %[" sum "], asr #" shift "\n\t"
/* `place` is where the row pair lies behind y. */
#define TFR_STORE(sum, token, row, place) "strb %[" sum "], [%[y], #" TFR_STRIDE "*" token "+" row "+" place "]\n\t"
#define TFR_FACTOR(to, row) "ldr %[" to "], [%[p], #" TFR_FACTORS "+4*" row "]\n\t"
#define TFR_ROW_SHIFT(to, row) "ldrb %[" to "], [%[p], #" TFR_FACTORS "+8+" row "]\n\t"
#define TFR_IF_FUSED(text) ".if " TFR_IS_FUSED "\n\t" text ".endif\n\t"
/* Fused sums are 256 * second + first: without the first they are the second's with eight more bits of shift. */
#define TFR_UNFUSE(second, first) "sub %[" second "], %[" first "]\n\t"
#define TFR_UNFUSE_ALL \
  TFR_IF_FUSED(TFR_UNFUSE("a4", "a0") TFR_UNFUSE("a5", "a1") TFR_UNFUSE("a6", "a2") TFR_UNFUSE("a7", "a3"))

#define TFR_SCALE(sum, factor) "smmla %[" sum "], %[" sum "], %[" factor "], %[z]\n\t"
#define TFR_SECOND_TERM TFR_IF_FUSED("lsl %[z], %[z], #8\n\t")

#if TFR_CORE == TFR_CORE_M7
/* A saturation is the older of a pair and takes two cycles, as a multiplication does: both rows overlap. */
#define TFR_FINISH_NEAR(load, place, step)                                                                         \
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
#define TFR_FINISH_NEAR(load, place, step)                                                                         \
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

/* Steps of a sum; one order suits both cores: shifts, the older of a pair on the M7, before what may go with them. */
#define TFR_HIGH(sum) "smmul %[" sum "], %[" sum "], %[u]\n\t"
#define TFR_DOUBLED_HIGH(sum) "smmlar %[" sum "], %[" sum "], %[u], %[" sum "]\n\t"
#define TFR_ADD_SIGN(sum) "add %[" sum "], %[" sum "], %[" sum "], asr #31\n\t"
#define TFR_SHIFT_BY(sum, shift) "asr %[" sum "], %[" sum "], %[" shift "]\n\t"
#define TFR_ADD_TERM(sum, term) "add %[" sum "], %[" term "]\n\t"

/* `b0`.. store the bytes. */
#define TFR_FAR_ROW(s0, s1, s2, s3, b0, b1, b2, b3)                                                                \
  TFR_HIGH(s0) TFR_HIGH(s1) TFR_SHIFT_BY(s0, "v") TFR_HIGH(s2) TFR_SHIFT_BY(s1, "v") TFR_HIGH(s3)                   \
  TFR_SHIFT_BY(s2, "v") TFR_ADD_TERM(s0, "z") TFR_SHIFT_BY(s3, "v") TFR_ADD_TERM(s1, "z")                           \
  TFR_SATURATE(s0, "1") TFR_ADD_TERM(s2, "z") TFR_SATURATE(s1, "1") TFR_ADD_TERM(s3, "z")                           \
  TFR_SATURATE(s2, "1") b0 TFR_SATURATE(s3, "1") b1 b2 b3
#define TFR_FIRST_STORES(place)                                                                                    \
  TFR_STORE("a0", "0", "0", place), TFR_STORE("a1", "1", "0", place), TFR_STORE("a2", "2", "0", place),             \
      TFR_STORE("a3", "3", "0", place)
#define TFR_SECOND_STORES(place)                                                                                   \
  TFR_STORE("a4", "0", "1", place), TFR_STORE("a5", "1", "1", place), TFR_STORE("a6", "2", "1", place),             \
      TFR_STORE("a7", "3", "1", place)
#define TFR_FINISH_FAR(load, place, step)                                                                          \
  TFR_FACTOR("u", "0") TFR_ROW_SHIFT("v", "0") "ldr %[z], %[term]\n\tldr %[y], %[o]\n\t" load                       \
  "sub %[v], #33\n\t" TFR_UNFUSE_ALL TFR_APPLY(TFR_FAR_ROW, "a0", "a1", "a2", "a3", TFR_FIRST_STORES(place))                                \
  TFR_FACTOR("u", "1") TFR_ROW_SHIFT("v", "1") "sub %[v], #33-8*" TFR_IS_FUSED "\n\t"                               \
  "add %[p], #" TFR_BEYOND_FACTORS "\n\t" TFR_APPLY(TFR_FAR_ROW, "a4", "a5", "a6", "a7", TFR_SECOND_STORES(place)) step

#define TFR_TWICE_FACTOR(row)                                                                                      \
  TFR_FACTOR("u", row) ".if " TFR_HAS_ROW_SHIFTS "\n\t" TFR_ROW_SHIFT("y", row) ".endif\n\t"                        \
  "clz %[v], %[u]\n\tlsl %[u], %[u], %[v]\n\t"                                                                      \
  ".if " TFR_HAS_ROW_SHIFTS "\n\tadd %[v], %[y]\n\tsub %[v], #33\n\t.else\n\tadd %[v], #" TFR_SHIFT "-1\n\t.endif\n\t"
/* `shift` names its register, which `move` fills. */
#define TFR_TWICE_ROW(move, shift, s0, s1, s2, s3, b0, b1, b2, b3)                                                 \
  TFR_DOUBLED_HIGH(s0) TFR_DOUBLED_HIGH(s1) TFR_ADD_SIGN(s0) TFR_DOUBLED_HIGH(s2) TFR_ADD_SIGN(s1)                  \
  TFR_DOUBLED_HIGH(s3) move TFR_SHIFT_BY(s0, shift) TFR_SHIFT_BY(s1, shift) TFR_ADD_SIGN(s2) TFR_ADD_TERM(s0, "z")  \
  TFR_ADD_SIGN(s3) TFR_ADD_TERM(s1, "z") TFR_SHIFT_BY(s2, shift) TFR_SHIFT_BY(s3, shift) TFR_SATURATE(s0, "1")      \
  TFR_ADD_TERM(s2, "z") TFR_SATURATE(s1, "1") TFR_ADD_TERM(s3, "z") TFR_SATURATE(s2, "1")                           \
  b0 TFR_SATURATE(s3, "1") b1 b2 b3
#define TFR_UNSCALE(second) "asr %[" second "], %[" second "], #8\n\t"
#define TFR_UNSCALE_ALL TFR_IF_FUSED(TFR_UNSCALE("a4") TFR_UNSCALE("a5") TFR_UNSCALE("a6") TFR_UNSCALE("a7"))
#define TFR_FINISH_TWICE(load, place, step)                                                                        \
  TFR_TWICE_FACTOR("0") "ldr %[y], %[o]\n\tldr %[z], %[term]\n\t" load TFR_UNFUSE_ALL                               \
  TFR_UNSCALE_ALL                                                                                                   \
  TFR_APPLY(TFR_TWICE_ROW, "", "v", "a0", "a1", "a2", "a3", TFR_FIRST_STORES(place)) TFR_TWICE_FACTOR("1")                                           \
  ".if " TFR_HAS_ROW_SHIFTS "\n\tldr %[y], %[o]\n\t.endif\n\t"                                                      \
  "add %[p], #" TFR_BEYOND_FACTORS "\n\t" TFR_APPLY(TFR_TWICE_ROW, "", "v", "a4", "a5", "a6", "a7", TFR_SECOND_STORES(place)) step

/* `load` is issued early, `step` late; p moves on to the next group. */
#if TFR_ROUNDS_TWICE
#define TFR_FINISH(load, place, step) TFR_FINISH_TWICE(load, place, step)
#else
#define TFR_FINISH(load, place, step)                                                    \
  ".if " TFR_HAS_ROW_SHIFTS "\n\t" TFR_FINISH_FAR(load, place, step) ".else\n\t"          \
  TFR_FINISH_NEAR(load, place, step) ".endif\n\t"
#endif

#define TFR_MAX_NEAR_SHIFT 46 /* eight more, of fused rows, are TFR_PANEL_MAX_SHIFT */

/* Whether far or twice serve the outputs of such a panel: shifts that they take. */
TFR_INLINE bool tfr_panel_is_far(const struct tfr_panel *panel) { return panel->shift >= TFR_PANEL_MIN_SHIFT; }

/* Whether one of the forms does, by numbers that are constants. */
TFR_INLINE bool tfr_panel_is_direct(const struct tfr_panel *panel) {
  const bool is_near = !TFR_ROUNDS_TWICE && !tfr_panel_has_row_shifts(panel);
  return panel->blocks > 0 && panel->blocks < 4096 && tfr_panel_is_far(panel) &&
         (!is_near || panel->shift <= TFR_MAX_NEAR_SHIFT);
}

/* z of the forms. */
TFR_INLINE int32_t tfr_panel_finish_term(const struct tfr_panel *panel, struct tfr_panel_output to) {
  if (TFR_ROUNDS_TWICE || tfr_panel_has_row_shifts(panel)) return 2 * to.zero_point + 1;
  return tfr_panel_term(panel->shift, to.zero_point);
}

#endif
