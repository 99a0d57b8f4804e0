/* A linear layer over tokens for any encoding of its weights. */
#ifndef TFR_LINEAR_H
#define TFR_LINEAR_H

#include "rows/tfr_rows.h"
#include "tfr/tfr_params.h"

tfr_status tfr_linear(const struct tfr_linear_params *params, struct tfr_rows_encoding encoding, const int8_t *input,
                      int8_t *output, void *tile);

uint32_t tfr_linear_scratch_bytes(const struct tfr_linear_params *params);

#endif
