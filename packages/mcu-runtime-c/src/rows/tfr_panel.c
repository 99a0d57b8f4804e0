#include "rows/tfr_panel.h"

#include "tfr_requantize.h"

static bool header_valid(const uint8_t *at) {
  const uint32_t head = tfr_load32(at);
  const int32_t flags = at[3];
  const bool shift_valid = flags & TFR_PANEL_ROW_SHIFTS
                               ? at[16] >= TFR_MIN_SHIFT && at[16] <= TFR_MAX_SHIFT
                               : at[16] >= TFR_PANEL_MIN_SHIFT && at[16] <= TFR_PANEL_MAX_SHIFT;
  return (head & 0xffffff) == (TFR_PANEL_MAGIC | TFR_PANEL_VERSION << 16) && flags <= 7 &&
         (at[4] == 2 || at[4] == 4) && (at[5] == 4 || at[5] == 8) && shift_valid && tfr_load32(at + 16) == at[16];
}

/* Offsets are steps from block to block, from 0 on, each to the first token of a quad: a multiple of the reach. */
static bool offsets_valid(const struct tfr_panel *panel, const uint8_t *pair, struct tfr_panel_tile tile) {
  const int32_t last = tile.bytes - (panel->block_quads - 1) * tile.quad_pitch - tile.reach;
  const int32_t pair_bytes = tfr_panel_pair_bytes(panel);
  int32_t offset = 0, bits = 0;
  if (last < 0) return panel->blocks == 0;
  for (int32_t left = panel->blocks; left > 0; left -= 2, pair += pair_bytes) {
    const uint32_t steps = tfr_load32(pair);
    offset += tfr_low16(steps);
    bits |= offset;
    if ((uint32_t)offset > (uint32_t)last) return false;
    if (left == 1) break;
    offset += tfr_high16(steps);
    bits |= offset;
    if ((uint32_t)offset > (uint32_t)last) return false;
  }
  return (bits & (tile.reach - 1)) == 0;
}

/* With a multiplier in [2^30, 2^31), or 0, every shift is at most TFR_MAX_SHIFT. None is below the header's. */
static bool factors_valid(const struct tfr_panel *panel, const uint8_t *group) {
  const uint8_t *factors = group + 4 * panel->block_rows + tfr_panel_weight_bytes(panel);
  const bool has_own = tfr_panel_has_row_shifts(panel);
  const int32_t least = (int32_t)1 << (has_own ? 30 : 30 - (TFR_MAX_SHIFT - panel->shift));
  for (int32_t row = 0; row < panel->block_rows; row++) {
    const int32_t multiplier = (int32_t)tfr_load32(factors + 4 * row);
    const int32_t shift = has_own ? factors[4 * panel->block_rows + row] : panel->shift;
    if (multiplier != 0 && multiplier < least) return false;
    if (shift < panel->shift || shift > TFR_MAX_SHIFT) return false;
  }
  return true;
}

tfr_status tfr_panel_open(const int8_t *stream, int32_t bytes, int32_t rows, struct tfr_panel_tile tile,
                          struct tfr_panel *panel) {
  const uint8_t *at = (const uint8_t *)stream;
  if (bytes < TFR_PANEL_HEADER_BYTES || !header_valid(at)) return TFR_ERROR_ENCODING;
  panel->flags = at[3];
  panel->block_rows = at[4];
  panel->block_quads = at[5] / 4;
  panel->blocks = at[6] | at[7] << 8;
  panel->rows = rows;
  panel->shift = at[16];
  panel->groups = at + TFR_PANEL_HEADER_BYTES;
  const int64_t groups = ((int64_t)rows + panel->block_rows - 1) / panel->block_rows;
  if (tfr_load32(at + 8) != (uint32_t)rows || tfr_load32(at + 12) != (uint32_t)tile.bytes ||
      groups * tfr_panel_group_bytes(panel) + TFR_PANEL_HEADER_BYTES != bytes) {
    return TFR_ERROR_ENCODING;
  }
  const bool is_dense = tfr_panel_is_dense(panel) != 0;
  if (is_dense && (panel->blocks != tile.quads || panel->block_quads != 1)) return TFR_ERROR_ENCODING;
  const uint8_t *group = panel->groups;
  for (int32_t i = 0; i < (int32_t)groups; i++, group += tfr_panel_group_bytes(panel)) {
    if (!factors_valid(panel, group)) return TFR_ERROR_ENCODING;
    if (!is_dense && !offsets_valid(panel, group + 4 * panel->block_rows, tile)) return TFR_ERROR_ENCODING;
  }
  return TFR_OK;
}
