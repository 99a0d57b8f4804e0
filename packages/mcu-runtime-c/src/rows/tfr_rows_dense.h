/* Weights as they are, [outputs][columns]. */
#ifndef TFR_ROWS_DENSE_H
#define TFR_ROWS_DENSE_H

#include "rows/tfr_rows.h"

tfr_rows_check tfr_rows_dense_check;
tfr_rows_kernel tfr_rows_dense;

#endif
