/* Weights in the encoding "csr" of FORMAT.md: compressed sparse rows. */
#ifndef TFR_ROWS_CSR_H
#define TFR_ROWS_CSR_H

#include "rows/tfr_rows.h"

tfr_rows_check tfr_rows_csr_check;
tfr_rows_kernel tfr_rows_csr;

#endif
