#include "rows/tfr_rows.h"

#include <stddef.h>

#include "tfr_check.h"

tfr_status tfr_rows_open(const struct tfr_rows *rows, struct tfr_rows_encoding encoding, int32_t input_zero_point) {
  if (rows->weights == NULL || rows->bias == NULL || rows->multiplier == NULL || rows->shift == NULL) {
    return TFR_ERROR_NULL;
  }
  const bool in_range = tfr_s8_valid(input_zero_point) && tfr_s8_valid(rows->output_zero_point) &&
                        tfr_clamp_valid(rows->output_min, rows->output_max) &&
                        tfr_factors_valid(rows->multiplier, rows->shift, rows->outputs);
  return in_range ? encoding.check(rows) : TFR_ERROR_RANGE;
}

void tfr_rows_store(const struct tfr_rows *rows, int32_t row, int32_t lanes, const int32_t *sums, int8_t *output) {
  const int32_t bias = rows->bias[row];
  const int32_t multiplier = rows->multiplier[row];
  const int32_t shift = rows->shift[row];
  for (int32_t lane = 0; lane < lanes; lane++) {
    output[lane * rows->outputs + row] = tfr_requantize_s8(sums[lane] + bias, multiplier, shift, rows->output_zero_point,
                                                           rows->output_min, rows->output_max);
  }
}
