/* Sum of two tensors with scales of their own, rescaled to a common scale with 20 more bits first, as TFLite does. */
#include <stddef.h>

#include "tfr/tfr_kernels.h"
#include "tfr_check.h"

#define LEFT_FACTOR ((int32_t)1 << 20)
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
  (void)scratch;
  const tfr_status status = check(params, input, input2, output);
  if (status != TFR_OK) return status;
  for (int32_t i = 0; i < params->size; i++) {
    const int32_t a = tfr_requantize((input[i] - params->a_zero_point) * LEFT_FACTOR, params->a_multiplier,
                                     params->a_shift);
    const int32_t b = tfr_requantize((input2[i] - params->b_zero_point) * LEFT_FACTOR, params->b_multiplier,
                                     params->b_shift);
    output[i] = tfr_requantize_s8(a + b, params->output_multiplier, params->output_shift,
                                  params->output_zero_point, params->output_min, params->output_max);
  }
  return TFR_OK;
}

uint32_t tfr_add_s8_scratch_bytes(const struct tfr_add_params *params) {
  (void)params;
  return 0;
}
