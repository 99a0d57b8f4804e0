/* Weights in the encoding "runlength" of FORMAT.md: blockwise run-length coding. */
#ifndef TFR_ROWS_RUNLENGTH_H
#define TFR_ROWS_RUNLENGTH_H

#include "rows/tfr_rows.h"

tfr_rows_check tfr_rows_runlength_check;
tfr_rows_kernel tfr_rows_runlength;

#endif
