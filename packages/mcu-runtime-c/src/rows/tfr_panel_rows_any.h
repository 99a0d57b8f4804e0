/* Cores without a body of their own walk row pair by row pair (tfr_panel_tiles.h). */
#ifndef TFR_PANEL_ROWS_ANY_H
#define TFR_PANEL_ROWS_ANY_H

#define tfr_panel_walk tfr_panel_walk_any
#define tfr_panel_has_rows(panel, stride) false
#define tfr_panel_rows(panel, to, tile, walk, output, stride) ((void)0)
#define tfr_panel_has_token(panel) false
#define tfr_panel_token(panel, to, tile, quad_pitch, output) ((void)0)

#endif
