/*
 * The panel encoding of FORMAT.md: groups of 2 or 4 output rows share a pattern of blocks, and everything that a group
 * needs - biases, offsets, weights, multipliers - lies in one sequential stream in the order of its use.
 */
#ifndef TFR_PANEL_H
#define TFR_PANEL_H

#include <stdbool.h>

#include "tfr/tfr_types.h"
#include "tfr_dsp.h"

#define TFR_PANEL_MAGIC 0x5054
#define TFR_PANEL_VERSION 1
#define TFR_PANEL_HEADER_BYTES 20
#define TFR_PANEL_QUAD_BYTES 8 /* four int16 of one token */

/* Flags of the header. */
#define TFR_PANEL_DENSE 1      /* every block is there, in order, and has no offset */
#define TFR_PANEL_FUSED 2      /* the second row of a pair is stored as 256 * second + first */
#define TFR_PANEL_ROW_SHIFTS 4 /* each row has a shift of its own */

/* Shifts for which a rescaling is one SMMLA and one saturating shift. */
#define TFR_PANEL_MIN_SHIFT 33
#define TFR_PANEL_MAX_SHIFT 54

/* Whether the compiler knows a value: bodies with immediate operands are for those. */
#if defined(__GNUC__)
#define TFR_IS_CONSTANT(value) __builtin_constant_p(value)
#else
#define TFR_IS_CONSTANT(value) 0
#endif

/* An opened stream. Bodies are inlined with constants here where a call's shape is compiled in. */
struct tfr_panel {
  int32_t rows;        /* outputs */
  int32_t block_rows;  /* 2 or 4 */
  int32_t block_quads; /* 1 or 2: columns / 4 */
  int32_t blocks;      /* of a group */
  int32_t flags;
  int32_t shift;       /* of every multiplier; the smallest of all rows with TFR_PANEL_ROW_SHIFTS */
  const uint8_t *groups;
};

TFR_INLINE int32_t tfr_panel_is_dense(const struct tfr_panel *panel) { return panel->flags & TFR_PANEL_DENSE; }

TFR_INLINE int32_t tfr_panel_is_fused(const struct tfr_panel *panel) { return panel->flags & TFR_PANEL_FUSED; }

TFR_INLINE int32_t tfr_panel_has_row_shifts(const struct tfr_panel *panel) {
  return (panel->flags & TFR_PANEL_ROW_SHIFTS) != 0;
}

TFR_INLINE int32_t tfr_panel_block_bytes(const struct tfr_panel *panel) {
  return panel->block_rows * panel->block_quads * 4;
}

/* Two blocks share a word of offsets; an odd last block has half of it. */
TFR_INLINE int32_t tfr_panel_pair_bytes(const struct tfr_panel *panel) { return 4 + 2 * tfr_panel_block_bytes(panel); }

/* Bytes of a group's offsets and weights. */
TFR_INLINE int32_t tfr_panel_weight_bytes(const struct tfr_panel *panel) {
  const int32_t weights = panel->blocks * tfr_panel_block_bytes(panel);
  return tfr_panel_is_dense(panel) ? weights : weights + 4 * ((panel->blocks + 1) / 2);
}

TFR_INLINE int32_t tfr_panel_group_bytes(const struct tfr_panel *panel) {
  return 8 * panel->block_rows + tfr_panel_weight_bytes(panel) + 4 * tfr_panel_has_row_shifts(panel);
}

TFR_INLINE int32_t tfr_panel_groups(const struct tfr_panel *panel) {
  return (panel->rows + panel->block_rows - 1) / panel->block_rows;
}

/* Where the blocks of a stream may lie in a tile. */
struct tfr_panel_tile {
  int32_t bytes;      /* of the tile */
  int32_t quad_pitch; /* bytes from a quad of channels to the next one of a block */
  int32_t reach;      /* bytes from a quad's first token to the end of its last one, a power of two */
  int32_t quads;      /* that a group of dense weights walks */
};

/*
 * Verifies the header and the length of a stream for `rows` outputs, and that every block lies inside of the tile.
 * Afterwards nothing in the stream can lead a kernel outside of it or of the tile.
 */
tfr_status tfr_panel_open(const int8_t *stream, int32_t bytes, int32_t rows, struct tfr_panel_tile tile,
                          struct tfr_panel *panel);

/*
 * The same for a stream whose bytes were verified when its `expected` header was compiled in: only that this is that
 * header. Leaves in `expected` where the groups are.
 */
TFR_INLINE tfr_status tfr_panel_match(const int8_t *stream, int32_t bytes, struct tfr_panel_tile tile,
                                      struct tfr_panel *expected) {
  const uint8_t *at = (const uint8_t *)stream;
  const uint32_t rows = (uint32_t)expected->block_rows | (uint32_t)expected->block_quads << 10 |
                        (uint32_t)expected->blocks << 16;
  const uint32_t head = TFR_PANEL_MAGIC | TFR_PANEL_VERSION << 16 | (uint32_t)expected->flags << 24;
  const bool matches = bytes == TFR_PANEL_HEADER_BYTES + tfr_panel_groups(expected) * tfr_panel_group_bytes(expected) &&
                       tfr_load32(at) == head && tfr_load32(at + 4) == rows &&
                       tfr_load32(at + 8) == (uint32_t)expected->rows && tfr_load32(at + 12) == (uint32_t)tile.bytes &&
                       tfr_load32(at + 16) == (uint32_t)expected->shift;
  expected->groups = at + TFR_PANEL_HEADER_BYTES;
  return matches ? TFR_OK : TFR_ERROR_ENCODING;
}

#endif
