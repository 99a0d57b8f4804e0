/* Blocks of four output columns, each over all rows of a strip, for one channel: what the assembly is given. */
#ifndef TFR_DEPTHWISE_BLOCKS_H
#define TFR_DEPTHWISE_BLOCKS_H

#include "depthwise/tfr_depthwise_layer.h"
#include "depthwise/tfr_depthwise_widen.h"
#include "tfr_dsp.h"

/* Neighbouring blocks of some rows: nine words. Pointers are those of the strip's channel 0 and the image's channel 0. */
struct tfr_depthwise_part {
  const uint32_t *end; /* of the words of the first block, behind its last row or pair of rows */
  int32_t next_row;    /* from the output behind a block's row (pair of rows) to the next row (pair), in bytes */
  int32_t next_words;  /* from the end of a block's words to the first row of the next block, in bytes */
  int32_t next_block;  /* from the output behind a block's last row to the next block, in bytes */
  int32_t blocks;
  int8_t *upper; /* output */
  int8_t *lower; /* of the second row of a pair, at stride 1 */
  int32_t step;  /* bytes between columns */
  const uint32_t *words;
};

/*
 * Four channels: ten rows of a word each. Stride 1: `first` holds the taps of rows 0 and 1 of the kernel's columns, `last`
 * those of rows 1 and 2. Stride 2: `last` holds the taps of row 2, two of them, then one and the step of the output.
 */
struct tfr_depthwise_lanes {
  int32_t bias[TFR_DEPTHWISE_GROUP];
  int32_t multiplier[TFR_DEPTHWISE_GROUP];
  int32_t offset[TFR_DEPTHWISE_GROUP];
  int32_t shift[TFR_DEPTHWISE_GROUP];
  uint32_t first[3][TFR_DEPTHWISE_GROUP];
  uint32_t last[3][TFR_DEPTHWISE_GROUP];
};

/* Parts of a strip: whole blocks, and the columns that fill none once more in one that overlaps the last whole one; at
 * stride 1 each of them for pairs of rows, and for a row that has no neighbour. */
#define TFR_DEPTHWISE_MAX_PARTS 4

/* `blocks` blocks from `column` on, of `rows` rows from `row` on; at stride 1 pairs of rows, or one row twice. */
TFR_INLINE struct tfr_depthwise_part tfr_depthwise_part_of(const struct tfr_depthwise_params *params, int32_t row,
                                                           int32_t rows, int32_t column, int32_t blocks,
                                                           const uint32_t *words, int8_t *output) {
  const int32_t row_bytes = params->output_width * params->channels;
  const int32_t stride = params->stride_height;
  const int32_t together = stride == 1 ? 2 : 1;
  const int32_t steps = (rows + together - 1) / together;
  const int32_t block_bytes = TFR_DEPTHWISE_BLOCK * params->channels;
  const int32_t block_words = stride * TFR_DEPTHWISE_BLOCK * TFR_DEPTHWISE_COLUMN;
  const uint32_t *begin = words + stride * column * TFR_DEPTHWISE_COLUMN + row / together * TFR_DEPTHWISE_GROUP;
  int8_t *upper = output + row * row_bytes + column * params->channels;
  return (struct tfr_depthwise_part){.words = begin,
                                     .end = begin + steps * TFR_DEPTHWISE_GROUP,
                                     .next_row = together * row_bytes - block_bytes,
                                     .next_words = 4 * (block_words - steps * TFR_DEPTHWISE_GROUP),
                                     .next_block = block_bytes - steps * together * row_bytes,
                                     .blocks = blocks,
                                     .upper = upper,
                                     .lower = rows == 1 ? upper : upper + row_bytes,
                                     .step = params->channels};
}

/* The parts of `rows` rows; returns their number. */
TFR_INLINE int32_t tfr_depthwise_parts_of(const struct tfr_depthwise_params *params, int32_t rows,
                                          const uint32_t *words, int8_t *output, struct tfr_depthwise_part *parts) {
  const int32_t single = params->stride_height == 1 ? rows & 1 : 0;
  const int32_t width = params->output_width;
  int32_t count = 0;
  for (int32_t column = 0; column < width;) {
    const int32_t whole = (width - column) / TFR_DEPTHWISE_BLOCK;
    const int32_t blocks = whole > 0 ? whole : 1;
    const int32_t begin = whole > 0 ? column : width - TFR_DEPTHWISE_BLOCK;
    if (rows > single) {
      parts[count++] = tfr_depthwise_part_of(params, 0, rows - single, begin, blocks, words, output);
    }
    if (single) parts[count++] = tfr_depthwise_part_of(params, rows - 1, 1, begin, blocks, words, output);
    column = begin + blocks * TFR_DEPTHWISE_BLOCK;
  }
  return count;
}

#include "depthwise/tfr_depthwise_blocks_m4.h"

#endif
