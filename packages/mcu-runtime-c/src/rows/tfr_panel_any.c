#include "rows/tfr_panel_any.h"

void tfr_panel_any4(const struct tfr_panel *panel, struct tfr_panel_output to, const void *tile, struct tfr_walk walk,
                    int8_t *output, int32_t stride) {
  tfr_panel_rest4(panel, tfr_panel_walk_any, to, 0, tile, walk, output, stride);
}

void tfr_panel_any1(const struct tfr_panel *panel, struct tfr_panel_output to, const void *tile, int32_t quad_pitch,
                    int8_t *output) {
  tfr_panel_tile1(panel, tfr_panel_walk_any, to, tile, quad_pitch, output);
}
