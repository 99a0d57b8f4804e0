/* Cores without bodies of their own walk all panels in C: four tokens together, row pair by row pair. */
#ifndef TFR_PANEL_ANY_PORTABLE_H
#define TFR_PANEL_ANY_PORTABLE_H

TFR_INLINE bool tfr_panel_any_rows(const struct tfr_panel *panel, struct tfr_panel_output to, const void *tile,
                                   struct tfr_walk walk, int8_t *output, int32_t stride) {
  for (int32_t row = 0; row < panel->rows; row += 2) {
    const uint8_t *group = panel->groups + row / panel->block_rows * tfr_panel_group_bytes(panel);
    const int32_t pair = row % panel->block_rows / 2;
    const bool is_last = row + 1 == panel->rows;
    tfr_panel_pair4(panel, tfr_panel_walk_any, to, group, pair, is_last, tile, walk, output + row, stride);
  }
  return true;
}

#define tfr_panel_any_token(panel, to, tile, walk, output) false

#endif
