/* Sum of two tensors with scales of their own, rescaled to a common scale with 20 more bits first, as TFLite does. */
#include "elementwise/tfr_add_values.h"
#include "tfr/tfr_kernels.h"
#include "tfr_check.h"

#define MIN_INPUT_SHIFT 31 /* input factors are below 1, so that the sum fits 32 bits */

static tfr_status check(const struct tfr_add_params *params, const int8_t *a, const int8_t *b, const int8_t *output) {
  if (params == NULL || a == NULL || b == NULL || output == NULL) return TFR_ERROR_NULL;
  if (params->size <= 0) return TFR_ERROR_SIZE;
  const bool in_range = tfr_s8_valid(params->a_zero_point) && tfr_s8_valid(params->b_zero_point) &&
                        tfr_s8_valid(params->output_zero_point) &&
                        tfr_clamp_valid(params->output_min, params->output_max) &&
                        tfr_factor_valid(params->a_multiplier, params->a_shift) && params->a_shift >= MIN_INPUT_SHIFT &&
                        tfr_factor_valid(params->b_multiplier, params->b_shift) && params->b_shift >= MIN_INPUT_SHIFT &&
                        tfr_factor_valid(params->output_multiplier, params->output_shift);
  return in_range ? TFR_OK : TFR_ERROR_RANGE;
}

tfr_status tfr_add_s8(const struct tfr_add_params *params, const int8_t *input, const int8_t *input2, int8_t *output,
                      void *scratch) {
  const tfr_status status = check(params, input, input2, output);
  if (status != TFR_OK) return status;
  if (params->size >= TFR_ADD_MIN_TABLED && scratch == NULL) return TFR_ERROR_NULL;
  tfr_add_run(params, (struct tfr_add_tables *)scratch, input, input2, output);
  return TFR_OK;
}

uint32_t tfr_add_s8_scratch_bytes(const struct tfr_add_params *params) {
  return params->size < TFR_ADD_MIN_TABLED ? 0 : sizeof(struct tfr_add_tables);
}
