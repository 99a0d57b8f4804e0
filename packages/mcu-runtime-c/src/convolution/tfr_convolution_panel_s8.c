/* A convolution with panel weights whose shape is known at run time only. */
#include "convolution/tfr_convolution_panel.h"
#include "convolution/tfr_taps_any.h"
#include "tfr/tfr_kernels.h"

tfr_status tfr_convolution_panel_s8(const struct tfr_convolution_panel_params *params, const int8_t *input,
                                    int8_t *output, void *scratch) {
  tfr_status status = tfr_convolution_panel_check(params, input, output, scratch);
  if (status != TFR_OK) return status;
  struct tfr_panel panel;
  status = tfr_panel_open(params->weights, params->weight_bytes, params->output_channels,
                          tfr_convolution_panel_tile(params), &panel);
  if (status != TFR_OK) return status;
  const struct tfr_axis x = tfr_convolution_panel_image(params).x;
  const bool has_taps = params->gathers == 0 && tfr_taps_any_serve(&panel, x.kernel, x.stride * TFR_PANEL_QUAD_BYTES);
  const struct tfr_panel_tilers tilers = {has_taps ? tfr_taps_any4 : tfr_panel_any4, tfr_panel_any1};
  tfr_convolution_panel_run(params, &panel, tilers, input, output, scratch);
  return TFR_OK;
}

uint32_t tfr_convolution_panel_s8_scratch_bytes(const struct tfr_convolution_panel_params *params) {
  return tfr_convolution_panel_sizes_valid(params) ? tfr_convolution_panel_scratch(params) : 0;
}
