/* Dense weights, two rows at a time: 8 accumulators for a full tile. */
#include "rows/tfr_rows_dense.h"

tfr_status tfr_rows_dense_check(struct tfr_rows *rows) {
  const int64_t expected = (int64_t)rows->outputs * rows->columns;
  return rows->weight_bytes == expected ? TFR_OK : TFR_ERROR_SIZE;
}

/* One or two rows; `count` and `lanes` are constants. */
TFR_INLINE void multiply_rows(const struct tfr_rows *rows, const int16_t *tile, int32_t row, int32_t count,
                              int32_t lanes, int8_t *output) {
  int32_t acc[2 * TFR_LANES] = {0};
  tfr_multiply_tile(acc, tile, rows->weights + row * rows->columns, rows->columns, rows->columns, count, lanes);
  tfr_rows_finish(rows, row, lanes, acc, output);
  if (count == 2) tfr_rows_finish(rows, row + 1, lanes, acc + lanes, output);
}

TFR_INLINE void multiply(const struct tfr_rows *rows, const int16_t *tile, int32_t lanes, int8_t *output) {
  int32_t row = 0;
  for (; row + 2 <= rows->outputs; row += 2) multiply_rows(rows, tile, row, 2, lanes, output);
  if (row < rows->outputs) multiply_rows(rows, tile, row, 1, lanes, output);
}

void tfr_rows_dense(const struct tfr_rows *rows, const uint8_t *bytes, int32_t lanes, int8_t *output) {
  const int16_t *tile = (const void *)bytes;
  if (lanes == TFR_LANES) {
    multiply(rows, tile, TFR_LANES, output);
  } else {
    multiply(rows, tile, 1, output);
  }
}
