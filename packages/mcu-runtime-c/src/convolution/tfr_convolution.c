#include "convolution/tfr_convolution.h"

#include <stddef.h>

#include "convolution/tfr_window.h"
#include "rows/tfr_pairs.h"
#include "tfr_check.h"

static struct tfr_axis vertical(const struct tfr_convolution_params *params) {
  return (struct tfr_axis){params->input_height, params->output_height, params->kernel_height, params->stride_height,
                           params->padding_top};
}

static struct tfr_axis horizontal(const struct tfr_convolution_params *params) {
  return (struct tfr_axis){params->input_width, params->output_width, params->kernel_width, params->stride_width,
                           params->padding_left};
}

static bool sizes_valid(const struct tfr_convolution_params *params) {
  return tfr_axis_valid(vertical(params)) && tfr_axis_valid(horizontal(params)) &&
         tfr_volume_valid(params->input_height, params->input_width, params->input_channels) &&
         tfr_volume_valid(params->output_height, params->output_width, params->output_channels) &&
         tfr_volume_valid(params->kernel_height, params->kernel_width, params->input_channels) &&
         params->kernel_height * params->kernel_width * params->input_channels <= TFR_MAX_SIZE;
}

/* One tap's channels (NULL: outside of the image) to the columns from `column` on; `tile` is the lane's first word. */
static void put_tap(const struct tfr_convolution_params *params, const int8_t *pixel, int32_t column, int32_t lanes,
                    uint8_t *tile) {
  const int32_t channels = params->input_channels;
  if (pixel != NULL && channels % 2 == 0) {
    uint8_t *words = tile + column / 2 * TFR_PAIR_BYTES * lanes;
    tfr_pairs_widen(pixel, channels, params->input_zero_point, lanes, words);
    return;
  }
  for (int32_t c = 0; c < channels; c++) {
    tfr_pairs_put(tile, column + c, lanes, pixel == NULL ? 0 : pixel[c] - params->input_zero_point);
  }
}

/* The patch of one output position into one lane of the tile; positions outside of the image are 0. */
static void gather(const struct tfr_convolution_params *params, const int8_t *input, int32_t position, int32_t lanes,
                   uint8_t *tile) {
  const struct tfr_taps y = tfr_window_taps(vertical(params), position / params->output_width);
  const struct tfr_taps x = tfr_window_taps(horizontal(params), position % params->output_width);
  int32_t column = 0;
  for (int32_t ky = 0; ky < params->kernel_height; ky++) {
    for (int32_t kx = 0; kx < params->kernel_width; kx++) {
      const bool is_inside = ky >= y.begin && ky < y.end && kx >= x.begin && kx < x.end;
      const int32_t pixel = (y.first + ky) * params->input_width + x.first + kx;
      put_tap(params, is_inside ? input + pixel * params->input_channels : NULL, column, lanes, tile);
      column += params->input_channels;
    }
  }
}

tfr_status tfr_convolution(const struct tfr_convolution_params *params, struct tfr_rows_encoding encoding,
                           const int8_t *input, int8_t *output, void *tile) {
  if (params == NULL || input == NULL || output == NULL || tile == NULL) return TFR_ERROR_NULL;
  if (!sizes_valid(params)) return TFR_ERROR_SIZE;
  const int32_t columns = params->kernel_height * params->kernel_width * params->input_channels;
  const struct tfr_rows rows = TFR_ROWS_OF(params, params->output_channels, columns);
  const tfr_status status = tfr_rows_open(&rows, encoding, params->input_zero_point);
  if (status != TFR_OK) return status;
  const int32_t positions = params->output_height * params->output_width;
  for (int32_t position = 0; position < positions;) {
    const int32_t lanes = positions - position >= TFR_LANES ? TFR_LANES : 1;
    for (int32_t lane = 0; lane < lanes; lane++) {
      gather(params, input, position + lane, lanes, (uint8_t *)tile + TFR_PAIR_BYTES * lane);
    }
    encoding.multiply(&rows, tile, lanes, output + position * rows.outputs);
    position += lanes;
  }
  return TFR_OK;
}

uint32_t tfr_convolution_scratch_bytes(const struct tfr_convolution_params *params) {
  if (!sizes_valid(params)) return 0;
  return tfr_rows_scratch_bytes(params->kernel_height * params->kernel_width * params->input_channels);
}
