/* Mean over a sliding window, or over all positions, of each channel. */
#include "elementwise/tfr_average_window.h"
#include "tfr/tfr_kernels.h"

#define MAX_POSITIONS ((int32_t)1 << 23)

static struct tfr_axis vertical(const struct tfr_average_pool_params *params) {
  return (struct tfr_axis){params->input_height, params->output_height, params->kernel_height, params->stride_height,
                           params->padding_top};
}

static struct tfr_axis horizontal(const struct tfr_average_pool_params *params) {
  return (struct tfr_axis){params->input_width, params->output_width, params->kernel_width, params->stride_width,
                           params->padding_left};
}

static tfr_status check(const struct tfr_average_pool_params *params, const int8_t *input, const int8_t *output) {
  if (params == NULL || input == NULL || output == NULL) return TFR_ERROR_NULL;
  if (!tfr_axis_valid(vertical(params)) || !tfr_axis_valid(horizontal(params)) ||
      !tfr_volume_valid(params->input_height, params->input_width, params->channels) ||
      !tfr_volume_valid(params->output_height, params->output_width, params->channels) ||
      (int64_t)params->kernel_height * params->kernel_width > MAX_POSITIONS) {
    return TFR_ERROR_SIZE;
  }
  return tfr_clamp_valid(params->output_min, params->output_max) ? TFR_OK : TFR_ERROR_RANGE;
}

tfr_status tfr_average_pool_s8(const struct tfr_average_pool_params *params, const int8_t *input, int8_t *output,
                               void *scratch) {
  (void)scratch;
  const tfr_status status = check(params, input, output);
  if (status != TFR_OK) return status;
  struct tfr_average_window window = {.channels = params->channels,
                                      .row_bytes = params->input_width * params->channels,
                                      .low = params->output_min,
                                      .high = params->output_max,
                                      .clamps = params->output_min > INT8_MIN || params->output_max < INT8_MAX,
                                      .lows = (uint32_t)(params->output_min & 0xff) * 0x01010101u,
                                      .highs = (uint32_t)(params->output_max & 0xff) * 0x01010101u,
                                      .end = input + params->input_height * params->input_width * params->channels};
  for (int32_t row = 0; row < params->output_height; row++) {
    const struct tfr_taps y = tfr_window_taps(vertical(params), row);
    for (int32_t column = 0; column < params->output_width; column++) {
      const struct tfr_taps x = tfr_window_taps(horizontal(params), column);
      window.first = input + (y.first + y.begin) * window.row_bytes + (x.first + x.begin) * params->channels;
      window.rows = y.end - y.begin;
      window.columns = x.end - x.begin;
      tfr_average_window(&window, output);
      output += params->channels;
    }
  }
  return TFR_OK;
}

uint32_t tfr_average_pool_s8_scratch_bytes(const struct tfr_average_pool_params *params) {
  (void)params;
  return 0;
}
