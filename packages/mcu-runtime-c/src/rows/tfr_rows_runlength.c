/* Blocks of one row, as many as a row needs; a byte before each counts pairs of columns from the block before. */
#include "rows/tfr_rows_runlength.h"

#include "rows/tfr_pairs.h"
#include "rows/tfr_stream.h"

#define MAGIC 0x4C54 /* "TL" */

struct walk {
  const uint8_t *count; /* u16 [rows] */
  const uint8_t *step;  /* u8 [blocks] */
  const int8_t *values; /* [blocks][block_columns] */
};

static int64_t values_offset(int32_t rows, int32_t blocks) {
  return tfr_align4((int64_t)TFR_STREAM_HEADER_BYTES + 2 * (int64_t)rows + blocks);
}

static struct walk walk_of(const struct tfr_rows *rows, struct tfr_stream stream) {
  return (struct walk){.count = stream.index,
                       .step = stream.index + 2 * rows->outputs,
                       .values = rows->weights + values_offset(rows->outputs, stream.count)};
}

static bool row_valid(const struct tfr_rows *rows, int32_t block_columns, struct walk walk, int32_t count) {
  const int32_t last = tfr_stream_last_column(rows, block_columns);
  int32_t column = 0;
  for (int32_t block = 0; block < count; block++) {
    column += 2 * walk.step[block];
    if (column > last || (walk.step[block] == 0 && block > 0) ||
        !tfr_stream_edge_valid(rows, column, block_columns, walk.values + block * block_columns)) {
      return false;
    }
  }
  return true;
}

tfr_status tfr_rows_runlength_check(const struct tfr_rows *rows) {
  if (!tfr_stream_header_valid(rows, MAGIC)) return TFR_ERROR_ENCODING;
  const struct tfr_stream stream = tfr_stream_of(rows);
  const int64_t expected =
      values_offset(rows->outputs, stream.count) + (int64_t)stream.count * stream.block_columns;
  if (!tfr_stream_block_valid(stream.block_columns) || expected != rows->weight_bytes) return TFR_ERROR_ENCODING;
  struct walk walk = walk_of(rows, stream);
  int32_t left = stream.count;
  for (int32_t row = 0; row < rows->outputs; row++) {
    const int32_t count = tfr_load_u16(walk.count + 2 * row);
    if (count > left || !row_valid(rows, stream.block_columns, walk, count)) return TFR_ERROR_ENCODING;
    left -= count;
    walk.step += count;
    walk.values += count * stream.block_columns;
  }
  return left == 0 ? TFR_OK : TFR_ERROR_ENCODING;
}

/* A tfr_stream_multiplier. */
TFR_INLINE void multiply_rows(const struct tfr_rows *rows, const uint8_t *tile, int32_t block_columns, int32_t lanes,
                              int8_t *output) {
  struct walk walk = walk_of(rows, tfr_stream_of(rows));
  for (int32_t row = 0; row < rows->outputs; row++) {
    const uint8_t *words = tile;
    int32_t acc[TFR_LANES] = {0};
    for (int32_t left = tfr_load_u16(walk.count + 2 * row); left > 0; left--) {
      words = tfr_pairs_at(words, 2 * *walk.step++, lanes);
      tfr_pairs_multiply_block(acc, words, walk.values, block_columns, lanes);
      walk.values += block_columns;
    }
    tfr_pairs_finish(rows, row, lanes, acc, output);
  }
}

void tfr_rows_runlength(const struct tfr_rows *rows, const uint8_t *tile, int32_t lanes, int8_t *output) {
  tfr_stream_multiply(multiply_rows, rows, tile, lanes, output);
}
