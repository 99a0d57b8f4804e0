/* The block encoding of FORMAT.md: an opened stream and its validation. */
#ifndef TFR_BLOCK_H
#define TFR_BLOCK_H

#include "rows/tfr_bytes.h"
#include "tfr/tfr_types.h"

#define TFR_BLOCK_MAGIC 0x4254
#define TFR_BLOCK_VERSION 1
#define TFR_BLOCK_HEADER_BYTES 16
#define TFR_BLOCK_MAX_ROWS 4

struct tfr_blocks {
  int32_t block_rows;       /* 1, 2 or 4 */
  int32_t block_columns;    /* 2, 4, 8 or 16 */
  int32_t blocks_per_group;
  int32_t groups;
  const uint8_t *offsets;   /* u16 [groups][blocks_per_group], maybe unaligned */
  const int8_t *values;     /* [groups][blocks_per_group][block_rows][block_columns] */
};

/*
 * Verifies the header, the length and every offset of a stream for a matrix of rows x columns; afterwards nothing in the
 * stream can lead a kernel outside of it or of a patch.
 */
tfr_status tfr_block_open(const uint8_t *stream, int32_t bytes, int32_t rows, int32_t columns,
                          struct tfr_blocks *blocks);

#endif
