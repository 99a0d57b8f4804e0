/* Weights in the block encoding of FORMAT.md. */
#ifndef TFR_ROWS_BLOCK_H
#define TFR_ROWS_BLOCK_H

#include "rows/tfr_rows.h"

tfr_rows_check tfr_rows_block_check;
tfr_rows_kernel tfr_rows_block;

#endif
