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

/*
 * Offsets are steps from block to block, from 0 on, each to the first token of a quad: a multiple of the reach. `outside` has
 * its sign bit set once an offset was negative or beyond `last`; 65535 steps of 16 bits do not pass 2^31.
 */
static bool offsets_valid(const struct tfr_panel *panel, const uint8_t *pair, struct tfr_panel_tile tile) {
  const int32_t last = tile.bytes - (panel->block_quads - 1) * tile.quad_pitch - tile.reach;
  const int32_t pair_bytes = tfr_panel_pair_bytes(panel);
  uint32_t offset = 0, bits = 0, outside = 0;
  if (last < 0) return panel->blocks == 0;
  for (int32_t left = panel->blocks / 2; left > 0; left--, pair += pair_bytes) {
    const uint32_t steps = tfr_load32(pair);
    offset += (uint32_t)tfr_low16(steps);
    bits |= offset;
    outside |= (uint32_t)last - offset;
    offset += (uint32_t)tfr_high16(steps);
    bits |= offset;
    outside |= (uint32_t)last - offset;
  }
  if (panel->blocks % 2 != 0) {
    offset += (uint32_t)tfr_low16(tfr_load32(pair));
    bits |= offset;
    outside |= (uint32_t)last - offset;
  }
  return (bits | outside) >> 31 == 0 && (bits & (uint32_t)(tile.reach - 1)) == 0;
}

/* With a multiplier in [2^30, 2^31), or 0, every shift is at most TFR_MAX_SHIFT. */
static bool multipliers_valid(const uint8_t *factors, int32_t rows, int32_t least) {
  uint32_t wrong = 0;
  for (int32_t row = 0; row < rows; row++) {
    const uint32_t multiplier = tfr_load32(factors + 4 * row);
    wrong |= multiplier | (((multiplier - 1) & INT32_MAX) - ((uint32_t)least - 1)); /* 0 wraps around to the largest */
  }
  return wrong >> 31 == 0;
}

/* None is below the header's. */
static bool shifts_valid(const uint8_t *shifts, int32_t rows, int32_t least) {
  for (int32_t row = 0; row < rows; row++) {
    if (shifts[row] < least || shifts[row] > TFR_MAX_SHIFT) return false;
  }
  return true;
}

static bool factors_valid(const struct tfr_panel *panel, const uint8_t *factors) {
  const int32_t rows = panel->block_rows;
  if (!tfr_panel_has_row_shifts(panel)) {
    return multipliers_valid(factors, rows, (int32_t)1 << (30 - (TFR_MAX_SHIFT - panel->shift)));
  }
  return multipliers_valid(factors, rows, (int32_t)1 << 30) && shifts_valid(factors + 4 * rows, rows, panel->shift);
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
  const int32_t groups = ((rows - 1) >> (panel->block_rows / 2)) + 1; /* of two rows or four, as many as begin */
  if (tfr_load32(at + 8) != (uint32_t)rows || tfr_load32(at + 12) != (uint32_t)tile.bytes ||
      (int64_t)groups * tfr_panel_group_bytes(panel) + TFR_PANEL_HEADER_BYTES != bytes) {
    return TFR_ERROR_ENCODING;
  }
  const bool is_dense = tfr_panel_is_dense(panel) != 0;
  if (is_dense && (panel->blocks != tile.quads || panel->block_quads != 1)) return TFR_ERROR_ENCODING;
  const uint8_t *group = panel->groups;
  const int32_t factors_at = 4 * panel->block_rows + tfr_panel_weight_bytes(panel);
  const int32_t group_bytes = tfr_panel_group_bytes(panel);
  for (int32_t left = groups; left > 0; left--, group += group_bytes) {
    if (!factors_valid(panel, group + factors_at)) return TFR_ERROR_ENCODING;
    if (!is_dense && !offsets_valid(panel, group + 4 * panel->block_rows, tile)) return TFR_ERROR_ENCODING;
  }
  return TFR_OK;
}
