#include "rows/tfr_rows.h"

#include <stddef.h>

#include "tfr_check.h"

tfr_status tfr_rows_common_check(const struct tfr_rows *rows) {
  if (rows->weights == NULL || rows->bias == NULL || rows->multiplier == NULL || rows->shift == NULL) {
    return TFR_ERROR_NULL;
  }
  const bool in_range = tfr_s8_valid(rows->output_zero_point) && tfr_clamp_valid(rows->output_min, rows->output_max) &&
                        tfr_factors_valid(rows->multiplier, rows->shift, rows->outputs);
  return in_range ? TFR_OK : TFR_ERROR_RANGE;
}
