/*
 * LayerNorm in integers: exact sums, one integer square root and one division a row (docs/quantization.md). The range is
 * kept by an even power of two taken out of the variance, so that its root needs 32 bits.
 */
#include "normalization/tfr_layer_norm_row.h"
#include "tfr/tfr_kernels.h"
#include "tfr_check.h"

#define MIN_COLUMNS 2
#define MAX_COLUMNS 4096
#define MAX_GAMMA 16383
#define MAX_BETA ((int32_t)1 << 30)

static bool affine_valid(const int16_t *gamma, const int32_t *beta, int32_t columns) {
  for (int32_t i = 0; i < columns; i++) {
    if (gamma[i] < -MAX_GAMMA || gamma[i] > MAX_GAMMA || beta[i] < -MAX_BETA || beta[i] > MAX_BETA) return false;
  }
  return true;
}

static tfr_status check(const struct tfr_layer_norm_params *params, const int8_t *input, const int8_t *output) {
  if (params == NULL || input == NULL || output == NULL || params->gamma == NULL || params->beta == NULL) {
    return TFR_ERROR_NULL;
  }
  if (!tfr_volume_valid(params->rows, params->columns, 1) || params->columns < MIN_COLUMNS ||
      params->columns > MAX_COLUMNS) {
    return TFR_ERROR_SIZE;
  }
  const bool in_range = params->epsilon >= 1 && tfr_s8_valid(params->output_zero_point) &&
                        tfr_factor_valid(params->multiplier, params->shift) &&
                        affine_valid(params->gamma, params->beta, params->columns);
  return in_range ? TFR_OK : TFR_ERROR_RANGE;
}

tfr_status tfr_layer_norm_s8(const struct tfr_layer_norm_params *params, const int8_t *input, int8_t *output,
                             void *scratch) {
  (void)scratch;
  const tfr_status status = check(params, input, output);
  if (status != TFR_OK) return status;
  for (int32_t row = 0; row < params->rows; row++) {
    tfr_layer_norm_row(params, input + row * params->columns, output + row * params->columns);
  }
  return TFR_OK;
}

uint32_t tfr_layer_norm_s8_scratch_bytes(const struct tfr_layer_norm_params *params) {
  (void)params;
  return 0;
}
