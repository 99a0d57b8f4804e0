/*
 * What linear layers and convolutions have in common where each weight row stands alone: rows against a tile of
 * TFR_LANES input patches, or of one (tfr_pairs.h). How patches are gathered is all in which the two differ.
 */
#ifndef TFR_ROWS_H
#define TFR_ROWS_H

#include "tfr/tfr_types.h"
#include "tfr_requantize.h"

struct tfr_rows {
  int32_t outputs;
  int32_t columns;
  int32_t output_zero_point;
  int32_t output_min;
  int32_t output_max;
  const int8_t *weights;
  int32_t weight_bytes;
  const int32_t *bias;       /* [outputs] */
  const int32_t *multiplier; /* [outputs] */
  const uint8_t *shift;      /* [outputs] */
};

/* Computes output[lane][outputs] for `lanes` patches, TFR_LANES or 1. */
typedef void tfr_rows_kernel(const struct tfr_rows *rows, const uint8_t *tile, int32_t lanes, int8_t *output);
/* Verifies that the weights fit the layer; the second half of the argument check. */
typedef tfr_status tfr_rows_check(const struct tfr_rows *rows);

/* An encoding of weights: how to verify it and how to multiply by it. */
struct tfr_rows_encoding {
  tfr_rows_check *check;
  tfr_rows_kernel *multiply;
};

/* The rows of a layer, from the parameter struct of its op. */
#define TFR_ROWS_OF(params, output_count, column_count)                   \
  {                                                                       \
      .outputs = (output_count),                                          \
      .columns = (column_count),                                          \
      .output_zero_point = (params)->output_zero_point,                   \
      .output_min = (params)->output_min,                                 \
      .output_max = (params)->output_max,                                 \
      .weights = (params)->weights,                                       \
      .weight_bytes = (params)->weight_bytes,                             \
      .bias = (params)->bias,                                             \
      .multiplier = (params)->multiplier,                                 \
      .shift = (params)->shift,                                           \
  }

/* Verifies everything about the rows of a layer but its sizes. */
tfr_status tfr_rows_open(const struct tfr_rows *rows, struct tfr_rows_encoding encoding, int32_t input_zero_point);

/* Of a tile; readable up to an even number of columns, because some encodings have weights (zeros) for the last. */
static inline uint32_t tfr_rows_scratch_bytes(int32_t columns) {
  return (uint32_t)(columns + columns % 2) * TFR_LANES * (uint32_t)sizeof(int16_t);
}

/* The sums of one row, sums[lane], to output[lane][row]; the bias joins here, so that sums start at 0. */
void tfr_rows_store(const struct tfr_rows *rows, int32_t row, int32_t lanes, const int32_t *sums, int8_t *output);

/* The same from accumulators in registers: only a copy of them has an address. `lanes` is a constant. */
TFR_INLINE void tfr_rows_finish(const struct tfr_rows *rows, int32_t row, int32_t lanes, const int32_t *acc,
                                int8_t *output) {
  if (lanes == TFR_LANES) {
    const int32_t sums[TFR_LANES] = {acc[0], acc[1], acc[2], acc[3]};
    tfr_rows_store(rows, row, TFR_LANES, sums, output);
  } else {
    const int32_t sum = acc[0];
    tfr_rows_store(rows, row, 1, &sum, output);
  }
}

#endif
