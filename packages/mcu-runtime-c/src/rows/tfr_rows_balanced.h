/* Weights in the encoding "balanced" of FORMAT.md: row-balanced blocks of one row. */
#ifndef TFR_ROWS_BALANCED_H
#define TFR_ROWS_BALANCED_H

#include "rows/tfr_rows.h"

tfr_rows_check tfr_rows_balanced_check;
tfr_rows_kernel tfr_rows_balanced;

#endif
