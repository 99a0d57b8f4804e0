/*
 * Straight-line code for the rows of one layer: generated text says which blocks each row pair has, as constants, so that
 * no offset is loaded and nothing loops. Weights, biases and factors stay in the panel stream. A pair is
 *
 *   TFR_STRAIGHT_PAIR(row, factors, TFR_STRAIGHT_FIRST(..) TFR_STRAIGHT_NEXT(..) ... TFR_STRAIGHT_LAST(..))
 *
 * (or only TFR_STRAIGHT_ONLY) where a block is (bytes from the group's first offset to its weights, quad), followed by the
 * same of the next block, whose first loads are issued early; `factors` is bytes to the factors. It needs p (the
 * stream at the first pair), x (the tile) and what TFR_STRAIGHT_LOCALS declares.
 */
#ifndef TFR_PANEL_STRAIGHT_H
#define TFR_PANEL_STRAIGHT_H

#include "rows/tfr_panel_tiles.h"

#if TFR_HAS_PANEL_BODIES
#include "rows/tfr_panel_straight_arm.h"
#else
#include "rows/tfr_panel_straight_any.h"
#endif

#endif
