/* Cores without a body of their own walk all panels in C. */
#ifndef TFR_PANEL_ANY_PORTABLE_H
#define TFR_PANEL_ANY_PORTABLE_H

#define tfr_panel_any_rows(panel, to, tile, walk, output, stride) 0
#define tfr_panel_any_token(panel, to, tile, quad_pitch, output) false

#endif
