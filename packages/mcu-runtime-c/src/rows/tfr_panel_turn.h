/*
 * How far the loop over a row pair's blocks is unrolled where a shape is compiled in. A turn of up to four repetitions saves
 * counting; but a row pair's code runs once for every four tokens, so that code which an instruction cache does not hold is
 * fetched each time. Who compiles for one board says how many bytes that holds: TFR_LOOP_CODE_BYTES, unless which there is no
 * limit. All numbers here are constants.
 */
#ifndef TFR_PANEL_TURN_H
#define TFR_PANEL_TURN_H

#include "rows/tfr_panel_rescale.h"

#define TFR_MAX_TURN 4 /* repetitions: pairs of sparse blocks, or dense blocks */

/* A row pair's code: what is repeated, how often in all, and everything beside it that runs with it. */
struct tfr_walk_code {
  int32_t total;
  int32_t repeated; /* bytes */
  int32_t around;   /* bytes */
};

#ifndef TFR_LOOP_CODE_BYTES

#define TFR_ROWS_ALIGN ""
#define TFR_CHOOSE_TURN(code) enum { turn = TFR_MAX_TURN, is_tight = 0 }
#define TFR_PLACE_CODE(bytes) enum { is_tight = 0 }
#define TFR_CODE_FITS(bytes) ((void)(bytes), true)

#else

/* Where a row pair's code begins if it fits by that only; the blank lines are for GCC, which counts instructions by them. */
#define TFR_ROWS_ALIGN ".if " TFR_IS_TIGHT "\n\t.p2align 5\n\t.endif\n\n\n\n\n"
#define TFR_LINE_BYTES 32 /* of the widest lines; code that begins anywhere may need one more */

TFR_INLINE bool tfr_code_fits(int32_t bytes) { return bytes <= TFR_LOOP_CODE_BYTES; }

/* Whether so much code fits only where it begins with a line. */
TFR_INLINE bool tfr_code_is_tight(int32_t bytes) { return tfr_code_fits(bytes) && !tfr_code_fits(bytes + TFR_LINE_BYTES); }

TFR_INLINE int32_t tfr_walk_bytes(struct tfr_walk_code code, int32_t turn) {
  const int32_t copies = (code.total >= turn ? turn : 0) + code.total % turn;
  return code.around + copies * code.repeated;
}

#define TFR_TURN_CYCLES 6 /* of a loop's end on the Cortex-M4 */

/* About what the loops' ends cost, and code that is fetched again: a cycle for two bytes, as from the slower flashes. */
TFR_INLINE int32_t tfr_walk_cycles(struct tfr_walk_code code, int32_t turn) {
  const int32_t bytes = tfr_walk_bytes(code, turn);
  return code.total / turn * TFR_TURN_CYCLES + (tfr_code_fits(bytes) ? 0 : bytes / 2);
}

TFR_INLINE int32_t tfr_cheaper_turn(struct tfr_walk_code code, int32_t turn, int32_t other) {
  return tfr_walk_cycles(code, other) < tfr_walk_cycles(code, turn) ? other : turn;
}

/* Repetitions a turn: as many as fit, or where not even one does what costs least. */
TFR_INLINE int32_t tfr_walk_turn(struct tfr_walk_code code) {
  return tfr_cheaper_turn(code, tfr_cheaper_turn(code, tfr_cheaper_turn(code, TFR_MAX_TURN, 3), 2), 1);
}

/* Declares the constant `turn`, and `is_tight`: whether the code has to begin with a line. */
#define TFR_CHOOSE_TURN(code)               \
  const int32_t turn = tfr_walk_turn(code); \
  TFR_PLACE_CODE(tfr_walk_bytes(code, turn))
#define TFR_PLACE_CODE(bytes) const int32_t is_tight = tfr_code_is_tight(bytes)
#define TFR_CODE_FITS(bytes) tfr_code_fits(bytes)

#endif

/* Upper bounds of code, in bytes: every instruction is taken to be a wide one, but for moves and additions of registers. */
#define TFR_TURN_BYTES 22 /* a loop's beginning and end */
#define TFR_HALF_BYTES 56 /* 8 SMLAD, 5 loads and an extension */
#define TFR_STEP_BYTES 8  /* to the next block */
#define TFR_ROWS_BYTES 22 /* around a walk and its end */
#if TFR_ROUNDS_TWICE
#define TFR_FINISH_BYTES(panel) (tfr_panel_has_row_shifts(panel) ? 296 : 276)
#else
#define TFR_FINISH_BYTES(panel) (tfr_panel_has_row_shifts(panel) ? 220 : 144)
#endif

/* A block against four tokens, two rows. */
TFR_INLINE int32_t tfr_panel_block_code(const struct tfr_panel *panel) {
  const int32_t extension = tfr_panel_is_fused(panel) ? 0 : 4;
  return 2 * panel->block_quads * (TFR_HALF_BYTES + extension) + TFR_STEP_BYTES - 2 * (tfr_panel_is_dense(panel) == 0);
}

/* Of a walk of at least two blocks between `around` bytes of other code; `copies` of all that run one after another. */
TFR_INLINE struct tfr_walk_code tfr_panel_walk_code(const struct tfr_panel *panel, int32_t around, int32_t copies) {
  const int32_t block = copies * tfr_panel_block_code(panel);
  const bool is_dense = tfr_panel_is_dense(panel) != 0;
  const int32_t edges = is_dense ? 2 : 2 + panel->blocks % 2;
  return (struct tfr_walk_code){.total = is_dense ? panel->blocks - 2 : panel->blocks / 2 - 1,
                                .repeated = is_dense ? block : 2 * block,
                                .around = copies * (around + TFR_TURN_BYTES) + edges * block};
}

#endif
