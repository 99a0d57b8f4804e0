/* Block-sparse weights: the rows of a group share a pattern, so one offset serves block_rows * TFR_LANES accumulators. */
#include "rows/tfr_rows_block.h"

tfr_status tfr_rows_block_check(struct tfr_rows *rows) {
  return tfr_block_open((const uint8_t *)rows->weights, rows->weight_bytes, rows->outputs, rows->columns,
                        &rows->blocks);
}

TFR_INLINE int32_t minimum(int32_t a, int32_t b) { return a < b ? a : b; }

TFR_INLINE void multiply_groups(const struct tfr_rows *rows, const int16_t *tile, int32_t block_rows,
                                int32_t block_columns, int32_t lanes, int8_t *output) {
  const struct tfr_blocks *blocks = &rows->blocks;
  const uint8_t *offsets = blocks->offsets;
  const int8_t *values = blocks->values;
  for (int32_t row = 0; row < rows->outputs; row += block_rows) {
    const int32_t count = minimum(block_rows, rows->outputs - row);
    int32_t acc[TFR_BLOCK_MAX_ROWS * TFR_LANES] = {0};
    for (int32_t block = 0; block < blocks->blocks_per_group; block++) {
      tfr_multiply_tile(acc, tile + tfr_load_u16(offsets) * lanes, values, block_columns, block_columns, block_rows,
                        lanes);
      offsets += 2;
      values += block_rows * block_columns;
    }
    tfr_rows_finish(rows, row, count, lanes, acc, output);
  }
}

/* The shapes that sparse networks use by default get bodies with constants, all others share one. */
TFR_INLINE void multiply(const struct tfr_rows *rows, const int16_t *tile, int32_t lanes, int8_t *output) {
  const int32_t block_rows = rows->blocks.block_rows;
  const int32_t block_columns = rows->blocks.block_columns;
  if (block_rows == 2 && block_columns == 4) {
    multiply_groups(rows, tile, 2, 4, lanes, output);
  } else if (block_rows == 1 && block_columns == 4) {
    multiply_groups(rows, tile, 1, 4, lanes, output);
  } else {
    multiply_groups(rows, tile, block_rows, block_columns, lanes, output);
  }
}

void tfr_rows_block(const struct tfr_rows *rows, const int16_t *tile, int32_t lanes, int8_t *output) {
  if (lanes == TFR_LANES) {
    multiply(rows, tile, TFR_LANES, output);
  } else {
    multiply(rows, tile, 1, output);
  }
}
