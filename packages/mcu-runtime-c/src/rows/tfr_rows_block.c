/* Block-sparse weights: the rows of a group share a pattern, so one offset serves block_rows * TFR_LANES accumulators. */
#include "rows/tfr_rows_block.h"

tfr_status tfr_rows_block_check(struct tfr_rows *rows) {
  return tfr_block_open((const uint8_t *)rows->weights, rows->weight_bytes, rows->outputs, rows->columns,
                        &rows->blocks);
}

/* What one pass over a group's blocks needs; `values` points at the pass's first row in the first block. */
struct pass {
  const uint8_t *offsets;
  const int8_t *values;
  int32_t row;
};

/* One or two rows of a group; `count`, `lanes` and, where it is 4, `block_columns` are constants. */
TFR_INLINE void multiply_rows(const struct tfr_rows *rows, const int16_t *tile, struct pass pass, int32_t block_columns,
                              int32_t count, int32_t lanes, int8_t *output) {
  const int32_t block_values = rows->blocks.block_rows * block_columns;
  int32_t acc[2 * TFR_LANES] = {0};
  for (int32_t block = 0; block < rows->blocks.blocks_per_group; block++) {
    const int32_t offset = tfr_load_u16(pass.offsets + 2 * block);
    tfr_multiply_tile(acc, tile + offset * lanes, pass.values, block_columns, block_columns, count, lanes);
    pass.values += block_values;
  }
  tfr_rows_finish(rows, pass.row, lanes, acc, output);
  if (count == 2) tfr_rows_finish(rows, pass.row + 1, lanes, acc + lanes, output);
}

/* Group by group, and in a group two rows at a time: the default shapes take one pass. */
TFR_INLINE void multiply_groups(const struct tfr_rows *rows, const int16_t *tile, int32_t block_columns, int32_t lanes,
                                int8_t *output) {
  const struct tfr_blocks *blocks = &rows->blocks;
  struct pass group = {blocks->offsets, blocks->values, 0};
  while (group.row < rows->outputs) {
    const int32_t left = rows->outputs - group.row;
    const int32_t end = group.row + (left < blocks->block_rows ? left : blocks->block_rows);
    struct pass pass = group;
    for (; pass.row + 2 <= end; pass.row += 2) {
      multiply_rows(rows, tile, pass, block_columns, 2, lanes, output);
      pass.values += 2 * block_columns;
    }
    if (pass.row < end) multiply_rows(rows, tile, pass, block_columns, 1, lanes, output);
    group.row = end;
    group.offsets += 2 * blocks->blocks_per_group;
    group.values += blocks->blocks_per_group * blocks->block_rows * block_columns;
  }
}

/* Blocks of four columns, the default, get a body of their own. */
TFR_INLINE void multiply(const struct tfr_rows *rows, const int16_t *tile, int32_t lanes, int8_t *output) {
  if (rows->blocks.block_columns == 4) {
    multiply_groups(rows, tile, 4, lanes, output);
  } else {
    multiply_groups(rows, tile, rows->blocks.block_columns, lanes, output);
  }
}

void tfr_rows_block(const struct tfr_rows *rows, const uint8_t *bytes, int32_t lanes, int8_t *output) {
  const int16_t *tile = (const void *)bytes;
  if (lanes == TFR_LANES) {
    multiply(rows, tile, TFR_LANES, output);
  } else {
    multiply(rows, tile, 1, output);
  }
}
