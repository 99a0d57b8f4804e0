/* Mean over all positions of each channel, halves away from zero. */
#include <stddef.h>

#include "tfr/tfr_kernels.h"
#include "tfr_check.h"

#define MAX_POSITIONS ((int32_t)1 << 23)

static int32_t rounded_quotient(int32_t sum, int32_t count) {
  return sum > 0 ? (sum + count / 2) / count : (sum - count / 2) / count;
}

tfr_status tfr_average_pool_s8(const struct tfr_average_pool_params *params, const int8_t *input, int8_t *output,
                               void *scratch) {
  (void)scratch;
  if (params == NULL || input == NULL || output == NULL) return TFR_ERROR_NULL;
  if (!tfr_volume_valid(params->positions, params->channels, 1) || params->positions > MAX_POSITIONS) {
    return TFR_ERROR_SIZE;
  }
  if (!tfr_clamp_valid(params->output_min, params->output_max)) return TFR_ERROR_RANGE;
  for (int32_t c = 0; c < params->channels; c++) {
    int32_t sum = 0;
    for (int32_t position = 0; position < params->positions; position++) sum += input[position * params->channels + c];
    const int32_t mean = rounded_quotient(sum, params->positions);
    output[c] = (int8_t)(mean < params->output_min   ? params->output_min
                         : mean > params->output_max ? params->output_max
                                                     : mean);
  }
  return TFR_OK;
}

uint32_t tfr_average_pool_s8_scratch_bytes(const struct tfr_average_pool_params *params) {
  (void)params;
  return 0;
}
