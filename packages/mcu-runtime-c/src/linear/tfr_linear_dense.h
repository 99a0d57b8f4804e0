/* The body of tfr_linear_dense_s8, for the kernel and for calls with their shape compiled in. */
#ifndef TFR_LINEAR_DENSE_H
#define TFR_LINEAR_DENSE_H

#include "linear/tfr_linear.h"
#include "rows/tfr_rows_dense.h"

TFR_INLINE tfr_status tfr_linear_dense(const struct tfr_linear_params *params, const int8_t *input, int8_t *output,
                                       void *scratch) {
  const struct tfr_rows_encoding encoding = {.check = tfr_rows_dense_check, .multiply = tfr_rows_dense};
  return tfr_linear(params, encoding, input, output, scratch);
}

#endif
