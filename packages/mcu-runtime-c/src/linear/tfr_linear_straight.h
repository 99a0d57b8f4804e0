/*
 * What generated straight-line code for a linear layer is made of: TFR_LINEAR_STRAIGHT_OPEN checks the call; between
 * TFR_LINEAR_STRAIGHT_BEGIN and TFR_LINEAR_STRAIGHT_END stand row pairs of tfr_panel_straight.h, which see all tiles of four
 * tokens; TFR_LINEAR_STRAIGHT_CLOSE ends it. There is one such group of pairs, or several that each fit an instruction cache:
 * then TFR_LINEAR_STRAIGHT_WIDEN fills scratch memory with all tiles before. The function has a constant `fixed`, its
 * parameter struct.
 */
#ifndef TFR_LINEAR_STRAIGHT_H
#define TFR_LINEAR_STRAIGHT_H

#include "linear/tfr_linear_panel.h"
#include "rows/tfr_panel_straight.h"

#define TFR_LINEAR_STRAIGHT_OPEN(header)                                                                   \
  struct tfr_panel panel = header;                                                                         \
  tfr_status status = tfr_linear_panel_check(&fixed, input, output, scratch);                              \
  if (status == TFR_OK) {                                                                                  \
    status = tfr_panel_match(fixed.weights, fixed.weight_bytes, tfr_linear_panel_tile(&fixed), &panel);    \
  }                                                                                                        \
  if (status != TFR_OK) return status;                                                                     \
  const struct tfr_panel_output to = {fixed.output_zero_point, fixed.output_min, fixed.output_max};        \
  const struct tfr_walk walk = {.token_pitch = TFR_PANEL_QUAD_BYTES,                                       \
                                .quad_pitch = TFR_PANEL_TOKENS * TFR_PANEL_QUAD_BYTES};                    \
  int8_t *const first_output = output;                                                                     \
  (void)walk;

/* The input of tile `tile` to its place among all tiles. */
#define TFR_LINEAR_STRAIGHT_WIDEN                                                                            \
  for (int32_t tile = 0; tile < fixed.tokens / TFR_PANEL_TOKENS; tile++) {                                   \
    tfr_widen_tokens4(input + tile * TFR_PANEL_TOKENS * fixed.inputs, fixed.inputs, fixed.input_zero_point,  \
                      (uint8_t *)scratch + tile * tfr_linear_panel_tile(&fixed).bytes);                      \
  }

/* `first_pair` begins a group; tiles are `pitch` bytes apart, or with 0 each is widened when its turn comes. */
#define TFR_LINEAR_STRAIGHT_BEGIN(first_pair, pitch)                                                   \
  output = first_output;                                                                               \
  for (int32_t tile = 0; tile < fixed.tokens / TFR_PANEL_TOKENS; tile++) {                             \
    const uint8_t *x = (const uint8_t *)scratch + tile * (pitch);                                      \
    const uint8_t *p = panel.groups + (first_pair)*tfr_panel_group_bytes(&panel);                      \
    if ((pitch) == 0) {                                                                                \
      tfr_widen_tokens4(input + tile * TFR_PANEL_TOKENS * fixed.inputs, fixed.inputs, fixed.input_zero_point, scratch); \
    }                                                                                                  \
    TFR_STRAIGHT_LOCALS

#define TFR_LINEAR_STRAIGHT_END               \
    output += TFR_PANEL_TOKENS * fixed.outputs; \
  }

#define TFR_LINEAR_STRAIGHT_CLOSE                                     \
  tfr_panel_clamp(to, first_output, fixed.tokens * fixed.outputs);    \
  return TFR_OK;

#endif
