/* Blocks of four output columns, each over all rows of a strip, for one channel: what the assembly is given. */
#ifndef TFR_DEPTHWISE_BLOCKS_H
#define TFR_DEPTHWISE_BLOCKS_H

#include "depthwise/tfr_depthwise_plane.h"
#include "depthwise/tfr_depthwise_widen.h"
#include "tfr_dsp.h"
#include "tfr_rescale.h"

/*
 * Blocks of some rows: whole ones, and the columns that fill none once more in one that overlaps the last whole one. Pointers
 * are those of the strip's channel 0 and the image's channel 0; distances are in bytes.
 */
struct tfr_depthwise_part {
  const uint32_t *words;
  int32_t rows;       /* or pairs of rows, in bytes of words of a column */
  int32_t next_row;   /* from where a block leaves the output to the next row (pair of rows) */
  int32_t next_words; /* from the end of a block's words to the first row of the next block */
  int32_t next_block; /* from the output behind a block's last row to the next block */
  int32_t blocks;     /* whole ones */
  int8_t *upper;      /* output, as blocks expect it */
  int32_t to_lower;   /* from where a block leaves a pair's upper row to the lower one */
  int32_t step;       /* between columns */
  int32_t three_steps;
  int32_t next_channel_words; /* from behind the last block to the first one of the next channel */
  int32_t next_channel;
  int32_t overlaps;   /* 1: there is an overlapping block */
  int32_t back_words; /* to it */
  int32_t back;
};

/* A channel: `first` holds the taps of rows 0 and 1 of the kernel's columns, `last` those of rows 1 and 2. */
struct tfr_depthwise_lane {
  int32_t bias;
  struct tfr_rescale rule;
  uint32_t first[3];
  uint32_t last[3];
};

#define TFR_DEPTHWISE_LANE_WORDS ((int32_t)(sizeof(struct tfr_depthwise_lane) / 4))

#include "depthwise/tfr_depthwise_blocks_arm.h"

/* `rows` rows from `row` on; at stride 1 pairs of rows, or one row. */
TFR_INLINE struct tfr_depthwise_part tfr_depthwise_part_of(const struct tfr_depthwise_plane *plane, int32_t row,
                                                           int32_t rows, const uint32_t *words, int8_t *output) {
  const int32_t step = plane->output_column;
  const int32_t together = plane->stride == 1 ? 2 : 1;
  const int32_t steps = (rows + together - 1) / together;
  const int32_t pitch = together * plane->output_row;
  const int32_t to_lower = steps < rows ? plane->output_row : 0;
  const int32_t column_words = 4 * plane->stride * TFR_DEPTHWISE_COLUMN;
  const int32_t row_words = 4 * TFR_DEPTHWISE_GROUP;
  const int32_t blocks = plane->output_width / TFR_DEPTHWISE_BLOCK;
  const int32_t columns = plane->output_width % TFR_DEPTHWISE_BLOCK; /* that fill no block */
  const int32_t last = plane->output_width - TFR_DEPTHWISE_BLOCK;
  return (struct tfr_depthwise_part){.words = words + row / together * TFR_DEPTHWISE_GROUP,
                                     .rows = steps * row_words,
                                     .next_row = pitch - TFR_DEPTHWISE_MOVED(to_lower, step),
                                     .next_words = TFR_DEPTHWISE_BLOCK * column_words - steps * row_words,
                                     .next_block = TFR_DEPTHWISE_BLOCK * step - steps * pitch,
                                     .blocks = blocks,
                                     .upper = output + row * plane->output_row - TFR_DEPTHWISE_ROW_BEFORE * pitch,
                                     .to_lower = TFR_DEPTHWISE_TO_LOWER(to_lower, step),
                                     .step = step,
                                     .three_steps = 3 * step,
                                     .next_channel_words = 4 - last * column_words - steps * row_words,
                                     .next_channel = 1 - last * step - steps * pitch,
                                     .overlaps = columns != 0,
                                     .back_words = columns * column_words - steps * row_words,
                                     .back = columns * step - steps * pitch};
}

#endif
