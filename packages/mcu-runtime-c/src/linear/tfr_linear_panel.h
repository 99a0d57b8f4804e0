/* The body of tfr_linear_panel_s8, for the kernel and for calls with their shape compiled in. */
#ifndef TFR_LINEAR_PANEL_H
#define TFR_LINEAR_PANEL_H

#include <stddef.h>

#include "rows/tfr_panel_any.h"
#include "rows/tfr_widen.h"
#include "tfr/tfr_params.h"
#include "tfr_check.h"

TFR_INLINE bool tfr_linear_panel_sizes_valid(const struct tfr_linear_panel_params *params) {
  return params->inputs <= TFR_MAX_SIZE && tfr_volume_valid(params->tokens, params->inputs, 1) &&
         tfr_volume_valid(params->tokens, params->outputs, 1);
}

/* Layers of one to three tokens take them one by one. */
TFR_INLINE int32_t tfr_linear_panel_lanes(const struct tfr_linear_panel_params *params) {
  return params->tokens >= TFR_PANEL_TOKENS ? TFR_PANEL_TOKENS : 1;
}

TFR_INLINE struct tfr_panel_tile tfr_linear_panel_tile(const struct tfr_linear_panel_params *params) {
  const int32_t quads = (params->inputs + 3) / 4;
  const int32_t pitch = TFR_PANEL_QUAD_BYTES * tfr_linear_panel_lanes(params);
  return (struct tfr_panel_tile){.bytes = quads * pitch, .quad_pitch = pitch, .reach = pitch, .quads = quads};
}

TFR_INLINE tfr_status tfr_linear_panel_check(const struct tfr_linear_panel_params *params, const int8_t *input,
                                             const int8_t *output, const void *scratch) {
  if (params == NULL || input == NULL || output == NULL || scratch == NULL || params->weights == NULL) {
    return TFR_ERROR_NULL;
  }
  if (!tfr_linear_panel_sizes_valid(params)) return TFR_ERROR_SIZE;
  const bool in_range = tfr_s8_valid(params->input_zero_point) && tfr_s8_valid(params->output_zero_point) &&
                        tfr_clamp_valid(params->output_min, params->output_max);
  return in_range ? TFR_OK : TFR_ERROR_RANGE;
}

/* All tokens with an opened panel. */
TFR_INLINE void tfr_linear_panel_run(const struct tfr_linear_panel_params *params, const struct tfr_panel *panel,
                                     struct tfr_panel_tilers tilers, const int8_t *input, int8_t *output, void *scratch) {
  const struct tfr_panel_output to = {params->output_zero_point, params->output_min, params->output_max};
  const struct tfr_panel_tile tile = tfr_linear_panel_tile(params);
  int32_t tokens = params->tokens;
  for (; tokens >= TFR_PANEL_TOKENS; tokens -= TFR_PANEL_TOKENS) {
    const struct tfr_walk walk = {.token_pitch = TFR_PANEL_QUAD_BYTES,
                                  .quad_pitch = TFR_PANEL_TOKENS * TFR_PANEL_QUAD_BYTES};
    tfr_widen_tokens4(input, params->inputs, params->input_zero_point, scratch);
    tilers.four(panel, to, scratch, walk, output, params->outputs);
    tfr_panel_clamp(to, output, TFR_PANEL_TOKENS * params->outputs);
    input += TFR_PANEL_TOKENS * params->inputs;
    output += TFR_PANEL_TOKENS * params->outputs;
  }
  for (; tokens > 0; tokens--) {
    tfr_widen_token(input, params->inputs, params->input_zero_point, tile.quad_pitch, scratch);
    tilers.one(panel, to, scratch, tile.quad_pitch, output);
    tfr_panel_clamp(to, output, params->outputs);
    input += params->inputs;
    output += params->outputs;
  }
}

/* `panel` is the stream's header, whose bytes were verified when it was compiled in. */
TFR_INLINE tfr_status tfr_linear_panel(const struct tfr_linear_panel_params *params, struct tfr_panel panel,
                                       const int8_t *input, int8_t *output, void *scratch) {
  tfr_status status = tfr_linear_panel_check(params, input, output, scratch);
  if (status == TFR_OK) {
    status = tfr_panel_match(params->weights, params->weight_bytes, tfr_linear_panel_tile(params), &panel);
  }
  const struct tfr_panel_tilers tilers = {tfr_panel_own4, tfr_panel_own1};
  if (status == TFR_OK) tfr_linear_panel_run(params, &panel, tilers, input, output, scratch);
  return status;
}

#endif
