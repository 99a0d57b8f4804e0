/* A linear layer with panel weights whose shape is known at run time only. */
#include "linear/tfr_linear_panel.h"
#include "tfr/tfr_kernels.h"

tfr_status tfr_linear_panel_s8(const struct tfr_linear_panel_params *params, const int8_t *input, int8_t *output,
                               void *scratch) {
  tfr_status status = tfr_linear_panel_check(params, input, output, scratch);
  if (status != TFR_OK) return status;
  struct tfr_panel panel;
  status = tfr_panel_open(params->weights, params->weight_bytes, params->outputs, tfr_linear_panel_tile(params), &panel);
  const struct tfr_panel_tilers tilers = {tfr_panel_any4, tfr_panel_any1};
  if (status == TFR_OK) tfr_linear_panel_run(params, &panel, tilers, input, output, scratch);
  return status;
}

uint32_t tfr_linear_panel_s8_scratch_bytes(const struct tfr_linear_panel_params *params) {
  return tfr_linear_panel_sizes_valid(params) ? (uint32_t)tfr_linear_panel_tile(params).bytes : 0;
}
