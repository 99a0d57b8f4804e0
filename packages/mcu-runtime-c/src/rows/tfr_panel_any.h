/* tfr_panel_tiles.h compiled once, for kernels whose panels are known at run time only. */
#ifndef TFR_PANEL_ANY_H
#define TFR_PANEL_ANY_H

#include "rows/tfr_panel_tiles.h"

/* Four tokens: row r of token t to output[t * stride + r]. */
typedef void tfr_panel_tiler4(const struct tfr_panel *panel, struct tfr_panel_output to, const void *tile,
                              struct tfr_walk walk, int8_t *output, int32_t stride);
/* One token: row r to output[r]. */
typedef void tfr_panel_tiler1(const struct tfr_panel *panel, struct tfr_panel_output to, const void *tile,
                              int32_t quad_pitch, int8_t *output);

/* What a layer's rows are computed by. */
struct tfr_panel_tilers {
  tfr_panel_tiler4 *four;
  tfr_panel_tiler1 *one;
};

tfr_panel_tiler4 tfr_panel_any4;
tfr_panel_tiler1 tfr_panel_any1;

/* Tilers for constant panels, with the core's own bodies. */
TFR_INLINE void tfr_panel_own4(const struct tfr_panel *panel, struct tfr_panel_output to, const void *tile,
                               struct tfr_walk walk, int8_t *output, int32_t stride) {
  tfr_panel_tile4(panel, tfr_panel_walk, to, tile, walk, output, stride);
}

TFR_INLINE void tfr_panel_own1(const struct tfr_panel *panel, struct tfr_panel_output to, const void *tile,
                               int32_t quad_pitch, int8_t *output) {
  tfr_panel_tile1(panel, tfr_panel_walk, to, tile, quad_pitch, output);
}

#endif
