/* A convolution for any encoding of its weights: patches are gathered into a tile, the rest is a linear layer. */
#ifndef TFR_CONVOLUTION_H
#define TFR_CONVOLUTION_H

#include "rows/tfr_rows.h"
#include "tfr/tfr_params.h"

tfr_status tfr_convolution(const struct tfr_convolution_params *params, struct tfr_rows_encoding encoding,
                           const int8_t *input, int8_t *output, void *tile);

uint32_t tfr_convolution_scratch_bytes(const struct tfr_convolution_params *params);

#endif
