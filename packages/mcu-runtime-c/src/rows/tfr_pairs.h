/*
 * A tile of channel pairs: what weight rows with patterns of their own are multiplied by. tile[pair][lane] is a word of
 * two int16, columns 2 * pair and 2 * pair + 1 of one of TFR_LANES patches (or of one), the zero point subtracted. So one
 * SMLAD takes two weights of a row, and one address serves all lanes.
 */
#ifndef TFR_PAIRS_H
#define TFR_PAIRS_H

#include "rows/tfr_bytes.h"
#include "rows/tfr_rows.h"
#include "tfr_dsp.h"
#include "tfr_simd.h"

#define TFR_PAIR_BYTES 4

/* Where an even column of the first lane lies; `lanes` is a constant wherever it is one. */
TFR_INLINE const uint8_t *tfr_pairs_at(const uint8_t *tile, int32_t column, int32_t lanes) {
  return tile + column * (TFR_PAIR_BYTES / 2) * lanes;
}

/* One column of one lane, odd columns included. */
TFR_INLINE void tfr_pairs_put(uint8_t *tile, int32_t column, int32_t lanes, int32_t value) {
  uint8_t *half = tile + (column / 2) * TFR_PAIR_BYTES * lanes + 2 * (column % 2);
  half[0] = (uint8_t)value;
  half[1] = (uint8_t)((uint32_t)value >> 8);
}

/* `count` values to columns from an even one on; `tile` is the lane's word of that column. */
TFR_INLINE void tfr_pairs_widen(const int8_t *from, int32_t count, int32_t zero_point, int32_t lanes, uint8_t *tile) {
  const uint32_t zero = tfr_pack16(-zero_point, -zero_point);
  for (; count >= 4; count -= 4) {
    const uint32_t word = tfr_load32(from);
    const uint32_t even = tfr_sxtab16(zero, word);
    const uint32_t odd = tfr_sxtab16_odd(zero, word);
    tfr_store32(tile, tfr_low_halves(even, odd));
    tfr_store32(tile + TFR_PAIR_BYTES * lanes, tfr_high_halves(even, odd));
    from += 4;
    tile += 2 * TFR_PAIR_BYTES * lanes;
  }
  if (count >= 2) {
    tfr_store32(tile, tfr_pack16(from[0] - zero_point, from[1] - zero_point));
    from += 2;
    tile += TFR_PAIR_BYTES * lanes;
  }
  if (count % 2 == 1) tfr_store32(tile, tfr_pack16(from[0] - zero_point, 0));
}

/* acc[lane] += both products of a pair of weights with every lane's word. */
TFR_INLINE void tfr_pairs_multiply(int32_t *acc, const uint8_t *words, uint32_t weights, int32_t lanes) {
  acc[0] = tfr_smlad(weights, tfr_load32(words), acc[0]);
  if (lanes == TFR_LANES) {
    acc[1] = tfr_smlad(weights, tfr_load32(words + 4), acc[1]);
    acc[2] = tfr_smlad(weights, tfr_load32(words + 8), acc[2]);
    acc[3] = tfr_smlad(weights, tfr_load32(words + 12), acc[3]);
  }
}

/* Two weights side by side as two int16. */
TFR_INLINE uint32_t tfr_pairs_weights(const int8_t *weights) {
  const uint32_t bytes = (uint32_t)tfr_load_u16((const uint8_t *)weights);
  return tfr_sxtb16(bytes | bytes << 8);
}

/*
 * A block of one row, at the words of its first column: weights in the order of FORMAT.md, four at a time 0 2 1 3.
 * `block_columns` is a constant.
 */
TFR_INLINE void tfr_pairs_multiply_block(int32_t *acc, const uint8_t *words, const int8_t *weights,
                                         int32_t block_columns, int32_t lanes) {
  if (block_columns == 2) {
    tfr_pairs_multiply(acc, words, tfr_pairs_weights(weights), lanes);
    return;
  }
  for (int32_t k = 0; k < block_columns; k += 4) {
    const uint32_t quad = tfr_load32(weights + k);
    tfr_pairs_multiply(acc, words, tfr_sxtb16(quad), lanes);
    tfr_pairs_multiply(acc, words + TFR_PAIR_BYTES * lanes, tfr_sxtb16_odd(quad), lanes);
    words += 2 * TFR_PAIR_BYTES * lanes;
  }
}

/* acc[lane] += one weight times one column. */
TFR_INLINE void tfr_pairs_multiply_column(int32_t *acc, const uint8_t *tile, int32_t column, int32_t weight,
                                          int32_t lanes) {
  const uint8_t *half = tile + (column & ~1) * (TFR_PAIR_BYTES / 2) * lanes + 2 * (column & 1);
  acc[0] = tfr_mla(weight, tfr_load_s16(half), acc[0]);
  if (lanes == TFR_LANES) {
    acc[1] = tfr_mla(weight, tfr_load_s16(half + 4), acc[1]);
    acc[2] = tfr_mla(weight, tfr_load_s16(half + 8), acc[2]);
    acc[3] = tfr_mla(weight, tfr_load_s16(half + 12), acc[3]);
  }
}

/* The sums of one row to output[lane][row]; the bias joins here, so that sums start at 0. */
TFR_INLINE void tfr_pairs_finish(const struct tfr_rows *rows, int32_t row, int32_t lanes, const int32_t *acc,
                                 int8_t *output) {
  const int32_t shift = rows->shift[row];
  if (shift < TFR_SHORT_SHIFT) {
    tfr_rows_finish(rows, row, lanes, acc, output);
    return;
  }
  const int32_t bias = rows->bias[row];
  const int32_t multiplier = rows->multiplier[row];
  const int32_t half = (int32_t)1 << (shift - 33);
  output += row;
  for (int32_t lane = 0; lane < lanes; lane++) {
    const int32_t rescaled = tfr_requantize_short(acc[lane] + bias, multiplier, half, shift - 32);
    const int32_t value = rows->output_zero_point + rescaled;
    const int32_t floored = value < rows->output_min ? rows->output_min : value;
    *output = (int8_t)(floored > rows->output_max ? rows->output_max : floored);
    output += rows->outputs;
  }
}

#endif
