#include "linear/tfr_linear.h"

#include <stddef.h>

#include "rows/tfr_pairs.h"
#include "tfr_check.h"

static bool sizes_valid(const struct tfr_linear_params *params) {
  return params->inputs <= TFR_MAX_SIZE && tfr_volume_valid(params->tokens, params->inputs, 1) &&
         tfr_volume_valid(params->tokens, params->outputs, 1);
}

static void gather(const struct tfr_linear_params *params, const int8_t *input, int32_t lanes, uint8_t *tile) {
  for (int32_t lane = 0; lane < lanes; lane++) {
    tfr_pairs_widen(input, params->inputs, params->input_zero_point, lanes, tile + TFR_PAIR_BYTES * lane);
    input += params->inputs;
  }
}

tfr_status tfr_linear(const struct tfr_linear_params *params, struct tfr_rows_encoding encoding, const int8_t *input,
                      int8_t *output, void *tile) {
  if (params == NULL || input == NULL || output == NULL || tile == NULL) return TFR_ERROR_NULL;
  if (!sizes_valid(params)) return TFR_ERROR_SIZE;
  const struct tfr_rows rows = TFR_ROWS_OF(params, params->outputs, params->inputs);
  const tfr_status status = tfr_rows_open(&rows, encoding, params->input_zero_point);
  if (status != TFR_OK) return status;
  for (int32_t token = 0; token < params->tokens;) {
    const int32_t lanes = params->tokens - token >= TFR_LANES ? TFR_LANES : 1;
    gather(params, input + token * params->inputs, lanes, tile);
    encoding.multiply(&rows, tile, lanes, output + token * params->outputs);
    token += lanes;
  }
  return TFR_OK;
}

uint32_t tfr_linear_scratch_bytes(const struct tfr_linear_params *params) {
  return sizes_valid(params) ? tfr_rows_scratch_bytes(params->inputs) : 0;
}
