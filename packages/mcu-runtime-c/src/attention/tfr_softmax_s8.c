/* Softmax by a table of exponentials and one division a row. */
#include "attention/tfr_softmax_row.h"
#include "tfr/tfr_kernels.h"
#include "tfr_check.h"

#define MAX_COLUMNS 65536 /* so that a row's sum of 16-bit exponentials fits 32 bits */

tfr_status tfr_softmax_s8(const struct tfr_softmax_params *params, const int8_t *input, int8_t *output,
                          void *scratch) {
  (void)scratch;
  if (params == NULL || input == NULL || output == NULL || params->table == NULL) return TFR_ERROR_NULL;
  if (!tfr_volume_valid(params->rows, params->columns, 1) || params->columns > MAX_COLUMNS) return TFR_ERROR_SIZE;
  if (params->table[0] == 0) return TFR_ERROR_RANGE;
  for (int32_t row = 0; row < params->rows; row++) {
    tfr_softmax_row(params->table, input + row * params->columns, params->columns, output + row * params->columns);
  }
  return TFR_OK;
}

uint32_t tfr_softmax_s8_scratch_bytes(const struct tfr_softmax_params *params) {
  (void)params;
  return 0;
}
