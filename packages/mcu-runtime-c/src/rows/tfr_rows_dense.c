/* Dense weights, two rows at a time: 8 accumulators for a full tile. */
#include "rows/tfr_rows_dense.h"

#include "rows/tfr_pairs.h"

tfr_status tfr_rows_dense_check(const struct tfr_rows *rows) {
  const int64_t expected = (int64_t)rows->outputs * rows->columns;
  return rows->weight_bytes == expected ? TFR_OK : TFR_ERROR_SIZE;
}

/* Four weights in order. */
TFR_INLINE void multiply_quad(int32_t *acc, const uint8_t *words, const int8_t *weights, int32_t lanes) {
  const uint32_t quad = tfr_load32(weights);
  const uint32_t even = tfr_sxtb16(quad);
  const uint32_t odd = tfr_sxtb16_odd(quad);
  tfr_pairs_multiply(acc, words, tfr_low_halves(even, odd), lanes);
  tfr_pairs_multiply(acc, words + TFR_PAIR_BYTES * lanes, tfr_high_halves(even, odd), lanes);
}

/* The last 1 to 3 weights of a row. */
TFR_INLINE void multiply_rest(int32_t *acc, const uint8_t *words, const int8_t *weights, int32_t count, int32_t lanes) {
  if (count >= 2) {
    tfr_pairs_multiply(acc, words, tfr_pairs_weights(weights), lanes);
    words += TFR_PAIR_BYTES * lanes;
  }
  if (count % 2 == 1) tfr_pairs_multiply(acc, words, tfr_pack16(weights[count - 1], 0), lanes);
}

/* One or two rows; `count` and `lanes` are constants. */
TFR_INLINE void multiply_rows(const struct tfr_rows *rows, const uint8_t *tile, int32_t row, int32_t count,
                              int32_t lanes, int8_t *output) {
  const int8_t *weights = rows->weights + row * rows->columns;
  int32_t acc[2 * TFR_LANES] = {0};
  int32_t left = rows->columns;
  for (; left >= 4; left -= 4) {
    multiply_quad(acc, tile, weights, lanes);
    if (count == 2) multiply_quad(acc + lanes, tile, weights + rows->columns, lanes);
    tile += 2 * TFR_PAIR_BYTES * lanes;
    weights += 4;
  }
  multiply_rest(acc, tile, weights, left, lanes);
  if (count == 2) multiply_rest(acc + lanes, tile, weights + rows->columns, left, lanes);
  tfr_pairs_finish(rows, row, lanes, acc, output);
  if (count == 2) tfr_pairs_finish(rows, row + 1, lanes, acc + lanes, output);
}

TFR_INLINE void multiply(const struct tfr_rows *rows, const uint8_t *tile, int32_t lanes, int8_t *output) {
  int32_t row = 0;
  for (; row + 2 <= rows->outputs; row += 2) multiply_rows(rows, tile, row, 2, lanes, output);
  if (row < rows->outputs) multiply_rows(rows, tile, row, 1, lanes, output);
}

void tfr_rows_dense(const struct tfr_rows *rows, const uint8_t *tile, int32_t lanes, int8_t *output) {
  if (lanes == TFR_LANES) {
    multiply(rows, tile, TFR_LANES, output);
  } else {
    multiply(rows, tile, 1, output);
  }
}
