#include "rows/tfr_panel_any.h"

#if TFR_HAS_PANEL_BODIES
#include "rows/tfr_panel_any_arm.h"
#else
#include "rows/tfr_panel_any_portable.h"
#endif

void tfr_panel_any_rest4(const struct tfr_panel *panel, struct tfr_panel_output to, int32_t row, const void *tile,
                         struct tfr_walk walk, int8_t *output, int32_t stride) {
  for (; row < panel->rows; row += 2) {
    const uint8_t *group = panel->groups + row / panel->block_rows * tfr_panel_group_bytes(panel);
    const int32_t pair = row % panel->block_rows / 2;
    const bool is_last = row + 1 == panel->rows;
    tfr_panel_pair4(panel, tfr_panel_walk_any, to, group, pair, is_last, tile, walk, output + row, stride);
  }
}

void tfr_panel_any4(const struct tfr_panel *panel, struct tfr_panel_output to, const void *tile, struct tfr_walk walk,
                    int8_t *output, int32_t stride) {
  const int32_t served = tfr_panel_any_rows(panel, to, tile, walk, output, stride);
  tfr_panel_any_rest4(panel, to, served, tile, walk, output, stride);
}

void tfr_panel_any1(const struct tfr_panel *panel, struct tfr_panel_output to, const void *tile, int32_t quad_pitch,
                    int8_t *output) {
  if (tfr_panel_any_token(panel, to, tile, quad_pitch, output)) return;
  tfr_panel_tile1(panel, tfr_panel_walk_any, to, tile, quad_pitch, output);
}
