/* Blocks of one row, the same number in every row: offsets and values are walked by one constant count. */
#include "rows/tfr_rows_balanced.h"

#include "rows/tfr_pairs.h"
#include "rows/tfr_stream.h"

#define MAGIC 0x5254 /* "TR" */

static int64_t values_offset(int64_t blocks) { return tfr_align4(TFR_STREAM_HEADER_BYTES + 2 * blocks); }

static bool row_valid(const struct tfr_rows *rows, struct tfr_stream stream, const uint8_t *offsets,
                      const int8_t *values) {
  const int32_t last = tfr_stream_last_column(rows, stream.block_columns);
  int32_t previous = -1;
  for (int32_t block = 0; block < stream.count; block++) {
    const int32_t offset = tfr_load_u16(offsets + 2 * block);
    if (offset <= previous || offset > last || offset % 2 != 0 ||
        !tfr_stream_edge_valid(rows, offset, stream.block_columns, values + block * stream.block_columns)) {
      return false;
    }
    previous = offset;
  }
  return true;
}

tfr_status tfr_rows_balanced_check(const struct tfr_rows *rows) {
  if (!tfr_stream_header_valid(rows, MAGIC)) return TFR_ERROR_ENCODING;
  const struct tfr_stream stream = tfr_stream_of(rows);
  const int64_t blocks = (int64_t)rows->outputs * stream.count;
  if (!tfr_stream_block_valid(stream.block_columns) ||
      values_offset(blocks) + blocks * stream.block_columns != rows->weight_bytes) {
    return TFR_ERROR_ENCODING;
  }
  const int8_t *values = rows->weights + values_offset(blocks);
  for (int32_t row = 0; row < rows->outputs; row++) {
    const int32_t first = row * stream.count;
    if (!row_valid(rows, stream, stream.index + 2 * first, values + first * stream.block_columns)) {
      return TFR_ERROR_ENCODING;
    }
  }
  return TFR_OK;
}

/* A tfr_stream_multiplier. */
TFR_INLINE void multiply_rows(const struct tfr_rows *rows, const uint8_t *tile, int32_t block_columns, int32_t lanes,
                              int8_t *output) {
  const struct tfr_stream stream = tfr_stream_of(rows);
  const uint8_t *offset = stream.index;
  const int8_t *values = rows->weights + values_offset((int64_t)rows->outputs * stream.count);
  for (int32_t row = 0; row < rows->outputs; row++) {
    int32_t acc[TFR_LANES] = {0};
    for (int32_t block = 0; block < stream.count; block++) {
      const uint8_t *words = tfr_pairs_at(tile, tfr_load_u16(offset), lanes);
      tfr_pairs_multiply_block(acc, words, values, block_columns, lanes);
      offset += 2;
      values += block_columns;
    }
    tfr_pairs_finish(rows, row, lanes, acc, output);
  }
}

void tfr_rows_balanced(const struct tfr_rows *rows, const uint8_t *tile, int32_t lanes, int8_t *output) {
  tfr_stream_multiply(multiply_rows, rows, tile, lanes, output);
}
