#include "rows/tfr_block.h"

#include <stdbool.h>

static bool header_valid(const uint8_t *stream, int32_t rows, int32_t columns) {
  const uint8_t block_rows = stream[4];
  const uint8_t block_columns = stream[5];
  return tfr_load_u16(stream) == TFR_BLOCK_MAGIC && stream[2] == TFR_BLOCK_VERSION && stream[3] == 0 &&
         (block_rows == 1 || block_rows == 2 || block_rows == TFR_BLOCK_MAX_ROWS) &&
         (block_columns == 2 || block_columns == 4 || block_columns == 8 || block_columns == 16) &&
         tfr_load_u32(stream + 8) == (uint32_t)rows && tfr_load_u32(stream + 12) == (uint32_t)columns &&
         block_columns <= columns;
}

static bool group_valid(const uint8_t *offsets, int32_t count, int32_t last) {
  int32_t previous = -1;
  for (int32_t block = 0; block < count; block++) {
    const int32_t offset = tfr_load_u16(offsets + 2 * block);
    if (offset <= previous || offset > last) return false;
    previous = offset;
  }
  return true;
}

tfr_status tfr_block_open(const uint8_t *stream, int32_t bytes, int32_t rows, int32_t columns,
                          struct tfr_blocks *blocks) {
  if (bytes < TFR_BLOCK_HEADER_BYTES || !header_valid(stream, rows, columns)) return TFR_ERROR_ENCODING;
  blocks->block_rows = stream[4];
  blocks->block_columns = stream[5];
  blocks->blocks_per_group = tfr_load_u16(stream + 6);
  blocks->groups = (int32_t)(((int64_t)rows + blocks->block_rows - 1) / blocks->block_rows);
  const int64_t count = (int64_t)blocks->groups * blocks->blocks_per_group;
  const int64_t values_at = (TFR_BLOCK_HEADER_BYTES + 2 * count + 3) / 4 * 4;
  if (values_at + count * blocks->block_rows * blocks->block_columns != bytes) return TFR_ERROR_ENCODING;
  blocks->offsets = stream + TFR_BLOCK_HEADER_BYTES;
  blocks->values = (const int8_t *)(stream + values_at);
  for (int32_t group = 0; group < blocks->groups; group++) {
    const uint8_t *offsets = blocks->offsets + 2 * group * blocks->blocks_per_group;
    if (!group_valid(offsets, blocks->blocks_per_group, columns - blocks->block_columns)) return TFR_ERROR_ENCODING;
  }
  return TFR_OK;
}
