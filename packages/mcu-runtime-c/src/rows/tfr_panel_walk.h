/*
 * A pair of weight rows against a tile: the inner loop of every layer with panel weights.
 *
 * A tile holds channel pairs as words of two int16 with the zero point removed; a quad of four channels c is the words
 * (c0, c2) and (c1, c3) of one token, side by side. The tokens of a quad are `token_pitch` bytes apart, the quads of a
 * block `quad_pitch`. So a token-wise layer, a convolution's row buffer and a single token differ in two constants only.
 *
 * sums[0..3] are the first row's for four tokens, sums[4..7] the second's; sums[0] and sums[4] come in as the rows' initial
 * values. Cortex-M4 and M7 have bodies of their own; all add the same numbers modulo 2^32.
 */
#ifndef TFR_PANEL_WALK_H
#define TFR_PANEL_WALK_H

#include "rows/tfr_panel_rescale.h"

#define TFR_PANEL_TOKENS 4

struct tfr_walk {
  int32_t token_pitch; /* bytes, a constant */
  int32_t quad_pitch;  /* bytes, a constant */
  /* Dense blocks of a convolution come in runs of `run` (0: there is one) whose beginnings are run_pitch bytes apart. */
  int32_t run;
  int32_t run_pitch;
};

#include "rows/tfr_panel_walk_any.h"
#if TFR_CORE == TFR_CORE_PORTABLE || !defined(__OPTIMIZE__) || !defined(__thumb2__)
#define TFR_HAS_PANEL_BODIES 0
#include "rows/tfr_panel_rows_any.h"
#else
#define TFR_HAS_PANEL_BODIES 1
#include "rows/tfr_panel_walk_arm.h"
#include "rows/tfr_panel_rows_arm.h"
#include "rows/tfr_panel_token_arm.h"
#endif

#endif
