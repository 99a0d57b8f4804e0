/* Dense kernel rows compiled once, for convolutions that are known at run time only. */
#ifndef TFR_TAPS_ANY_H
#define TFR_TAPS_ANY_H

#include "rows/tfr_panel_any.h"

tfr_panel_tiler4 tfr_taps_any4;

#endif
