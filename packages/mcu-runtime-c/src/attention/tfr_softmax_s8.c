/* Softmax by a table of exponentials and one division a row. */
#include <stddef.h>

#include "tfr/tfr_kernels.h"
#include "tfr_check.h"

#define MAX_COLUMNS 65536 /* so that a row's sum of 16-bit exponentials fits 32 bits */

static void softmax_row(const uint16_t *table, const int8_t *input, int32_t columns, int8_t *output) {
  int32_t maximum = INT8_MIN;
  for (int32_t j = 0; j < columns; j++) maximum = input[j] > maximum ? input[j] : maximum;
  uint32_t sum = 0;
  for (int32_t j = 0; j < columns; j++) sum += table[maximum - input[j]];
  const uint32_t reciprocal = UINT32_MAX / sum; /* sum >= table[0] > 0; table[d] * reciprocal <= UINT32_MAX */
  for (int32_t j = 0; j < columns; j++) {
    const uint32_t probability = (((table[maximum - input[j]] * reciprocal) >> 16) + 128) >> 8;
    output[j] = (int8_t)((int32_t)(probability > 255 ? 255 : probability) - 128);
  }
}

tfr_status tfr_softmax_s8(const struct tfr_softmax_params *params, const int8_t *input, int8_t *output,
                          void *scratch) {
  (void)scratch;
  if (params == NULL || input == NULL || output == NULL || params->table == NULL) return TFR_ERROR_NULL;
  if (!tfr_volume_valid(params->rows, params->columns, 1) || params->columns > MAX_COLUMNS) return TFR_ERROR_SIZE;
  if (params->table[0] == 0) return TFR_ERROR_RANGE;
  for (int32_t row = 0; row < params->rows; row++) {
    softmax_row(params->table, input + row * params->columns, params->columns, output + row * params->columns);
  }
  return TFR_OK;
}

uint32_t tfr_softmax_s8_scratch_bytes(const struct tfr_softmax_params *params) {
  (void)params;
  return 0;
}
