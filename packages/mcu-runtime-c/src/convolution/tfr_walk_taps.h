/*
 * Dense weights against rows of pixels: a kernel row of four channels after another, whose taps are neighbours in memory, so
 * that nothing but the loop's end is counted.
 */
#ifndef TFR_WALK_TAPS_H
#define TFR_WALK_TAPS_H

#include "rows/tfr_panel_any.h"

#if !TFR_HAS_PANEL_BODIES

#define tfr_walk_taps tfr_panel_walk_any
#define tfr_taps_have_rows(panel, walk, stride) false
#define tfr_taps_rows(panel, to, rows, walk, output, stride) ((void)0)

#else

#include "convolution/tfr_walk_taps_arm.h"

TFR_INLINE void tfr_walk_taps(int32_t *sums, const struct tfr_panel *panel, const uint8_t *stream, int32_t pair,
                              const void *rows, struct tfr_walk walk) {
  if (tfr_taps_suit(panel, walk)) {
    tfr_taps_pair(sums, panel, stream, rows, walk);
  } else {
    tfr_panel_walk_any(sums, panel, stream, pair, rows, walk);
  }
}

TFR_INLINE bool tfr_taps_have_rows(const struct tfr_panel *panel, struct tfr_walk walk, int32_t stride) {
  return tfr_taps_suit(panel, walk) && tfr_panel_has_rows(panel, stride);
}

#endif

/* All rows, in one loop where that serves. */
TFR_INLINE void tfr_taps_tile4(const struct tfr_panel *panel, struct tfr_panel_output to, const void *rows,
                               struct tfr_walk walk, int8_t *output, int32_t stride) {
  int32_t row = 0;
  if (tfr_taps_have_rows(panel, walk, stride)) {
    tfr_taps_rows(panel, to, rows, walk, output, stride);
    row = panel->rows / 2 * 2;
  }
  tfr_panel_rest4(panel, tfr_walk_taps, to, row, rows, walk, output, stride);
}

#endif
