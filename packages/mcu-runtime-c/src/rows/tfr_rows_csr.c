/* Compressed sparse rows: every weight with its column. */
#include "rows/tfr_rows_csr.h"

#include "rows/tfr_pairs.h"
#include "rows/tfr_stream.h"

#define MAGIC 0x4354 /* "TC" */

struct walk {
  const uint8_t *starts;  /* u32 [rows + 1] */
  const uint8_t *columns; /* u16 [count] */
  const int8_t *values;   /* [count] */
};

static struct walk walk_of(const struct tfr_rows *rows, struct tfr_stream stream) {
  const uint8_t *columns = stream.index + 4 * (rows->outputs + 1);
  return (struct walk){
      .starts = stream.index, .columns = columns, .values = (const int8_t *)columns + 2 * stream.count};
}

static bool columns_valid(const uint8_t *columns, uint32_t count, int32_t limit) {
  int32_t previous = -1;
  for (uint32_t i = 0; i < count; i++) {
    const int32_t column = tfr_load_u16(columns + 2 * i);
    if (column <= previous || column >= limit) return false;
    previous = column;
  }
  return true;
}

tfr_status tfr_rows_csr_check(const struct tfr_rows *rows) {
  if (!tfr_stream_header_valid(rows, MAGIC)) return TFR_ERROR_ENCODING;
  const struct tfr_stream stream = tfr_stream_of(rows);
  const int64_t expected = TFR_STREAM_HEADER_BYTES + 4 * ((int64_t)rows->outputs + 1) + 3 * (int64_t)stream.count;
  if (stream.block_columns != 1 || expected != rows->weight_bytes) return TFR_ERROR_ENCODING;
  const struct walk walk = walk_of(rows, stream);
  uint32_t start = tfr_load_u32(walk.starts);
  if (start != 0) return TFR_ERROR_ENCODING;
  for (int32_t row = 1; row <= rows->outputs; row++) {
    const uint32_t end = tfr_load_u32(walk.starts + 4 * row);
    if (end < start || end > (uint32_t)stream.count ||
        !columns_valid(walk.columns + 2 * start, end - start, rows->columns)) {
      return TFR_ERROR_ENCODING;
    }
    start = end;
  }
  return start == (uint32_t)stream.count ? TFR_OK : TFR_ERROR_ENCODING;
}

/* `lanes` is a constant. */
TFR_INLINE void multiply(const struct tfr_rows *rows, const uint8_t *tile, int32_t lanes, int8_t *output) {
  struct walk walk = walk_of(rows, tfr_stream_of(rows));
  for (int32_t row = 0; row < rows->outputs; row++) {
    int32_t acc[TFR_LANES] = {0};
    const uint8_t *starts = walk.starts + 4 * row;
    for (uint32_t left = tfr_load_u32(starts + 4) - tfr_load_u32(starts); left > 0; left--) {
      tfr_pairs_multiply_column(acc, tile, tfr_load_u16(walk.columns), *walk.values, lanes);
      walk.columns += 2;
      walk.values++;
    }
    tfr_pairs_finish(rows, row, lanes, acc, output);
  }
}

void tfr_rows_csr(const struct tfr_rows *rows, const uint8_t *tile, int32_t lanes, int8_t *output) {
  if (lanes == TFR_LANES) {
    multiply(rows, tile, TFR_LANES, output);
  } else {
    multiply(rows, tile, 1, output);
  }
}
