/* What the single-row encodings of FORMAT.md share: the header of their streams, and a block of one row. */
#ifndef TFR_STREAM_H
#define TFR_STREAM_H

#include <stdbool.h>

#include "rows/tfr_bytes.h"
#include "rows/tfr_rows.h"

#define TFR_STREAM_VERSION 1
#define TFR_STREAM_HEADER_BYTES 16

struct tfr_stream {
  int32_t block_columns; /* 2, 4, 8 or 16; 1 for single weights */
  int32_t count;         /* blocks of a row, blocks or weights, as the encoding says; at most the stream's bytes */
  const uint8_t *index;  /* what follows the header, maybe unaligned */
};

/* Of a stream whose header is known to be there. */
static inline struct tfr_stream tfr_stream_of(const struct tfr_rows *rows) {
  const uint8_t *bytes = (const uint8_t *)rows->weights;
  return (struct tfr_stream){.block_columns = bytes[3],
                             .count = (int32_t)tfr_load_u32(bytes + 4),
                             .index = bytes + TFR_STREAM_HEADER_BYTES};
}

/* Header of this magic for this layer, with a count that its length allows. Says nothing on what follows. */
static inline bool tfr_stream_header_valid(const struct tfr_rows *rows, int32_t magic) {
  const uint8_t *bytes = (const uint8_t *)rows->weights;
  return rows->weight_bytes >= TFR_STREAM_HEADER_BYTES && tfr_load_u16(bytes) == magic &&
         bytes[2] == TFR_STREAM_VERSION && tfr_load_u32(bytes + 4) <= (uint32_t)rows->weight_bytes &&
         tfr_load_u32(bytes + 8) == (uint32_t)rows->outputs && tfr_load_u32(bytes + 12) == (uint32_t)rows->columns;
}

static inline bool tfr_stream_block_valid(int32_t block_columns) {
  return block_columns == 2 || block_columns == 4 || block_columns == 8 || block_columns == 16;
}

/* The last column that a block may begin at; negative where none fits. */
static inline int32_t tfr_stream_last_column(const struct tfr_rows *rows, int32_t block_columns) {
  return rows->columns + rows->columns % 2 - block_columns;
}

/* A block whose last column does not exist has a zero there. */
static inline bool tfr_stream_edge_valid(const struct tfr_rows *rows, int32_t column, int32_t block_columns,
                                         const int8_t *values) {
  return column + block_columns <= rows->columns || values[block_columns - 1] == 0;
}

static inline int64_t tfr_align4(int64_t bytes) { return (bytes + 3) / 4 * 4; }

/* All rows against a tile; `block_columns` and `lanes` are constants. */
typedef void tfr_stream_multiplier(const struct tfr_rows *rows, const uint8_t *tile, int32_t block_columns,
                                   int32_t lanes, int8_t *output);

TFR_INLINE void tfr_stream_multiply_lanes(tfr_stream_multiplier *multiplier, const struct tfr_rows *rows,
                                          const uint8_t *tile, int32_t lanes, int8_t *output) {
  const int32_t block_columns = tfr_stream_of(rows).block_columns;
  if (block_columns == 2) {
    multiplier(rows, tile, 2, lanes, output);
  } else if (block_columns == 4) {
    multiplier(rows, tile, 4, lanes, output);
  } else if (block_columns == 8) {
    multiplier(rows, tile, 8, lanes, output);
  } else {
    multiplier(rows, tile, 16, lanes, output);
  }
}

/* Blocks of every width that the header may name, with constants for the multiplier. */
TFR_INLINE void tfr_stream_multiply(tfr_stream_multiplier *multiplier, const struct tfr_rows *rows,
                                    const uint8_t *tile, int32_t lanes, int8_t *output) {
  if (lanes == TFR_LANES) {
    tfr_stream_multiply_lanes(multiplier, rows, tile, TFR_LANES, output);
  } else {
    tfr_stream_multiply_lanes(multiplier, rows, tile, 1, output);
  }
}

#endif
