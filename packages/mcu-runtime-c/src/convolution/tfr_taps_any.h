/* Dense kernel rows compiled once, for convolutions that are known at run time only. */
#ifndef TFR_TAPS_ANY_H
#define TFR_TAPS_ANY_H

#include "rows/tfr_panel_any.h"

/* Whether tfr_taps_any4 serves such a panel, whose kernel is `run` positions wide, on outputs `token_pitch` bytes apart. */
bool tfr_taps_any_serve(const struct tfr_panel *panel, int32_t run, int32_t token_pitch);

tfr_panel_tiler4 tfr_taps_any4;

#endif
