/*
 * Depthwise convolution position by position, without scratch memory: taps outside of the image are left out, and rules are
 * made where they are used. For layers of so few outputs that lists, strips or rules made ahead would be used too seldom.
 */
#ifndef TFR_DEPTHWISE_POSITION_H
#define TFR_DEPTHWISE_POSITION_H

#include "depthwise/tfr_depthwise_channels.h"

/* A position's window inside of the image, and what is the same for all positions. */
struct tfr_depthwise_position {
  const int8_t *pixels; /* behind the upper row of the window, at channel 0 */
  const int8_t *taps;   /* their weights */
  int32_t row_begin;    /* from there to the row's first tap, in bytes, negative */
  const int8_t *taps_end;
  const int32_t *bias;
  const int32_t *multiplier;
  const uint8_t *shift;
  uint32_t least_shifts;     /* four times the shift at which a high product is halved once */
  int32_t twice_zero_point; /* and 1 more */
  int32_t pixel_row;         /* bytes from row to row */
  int32_t tap_row;
  int32_t channels;
  uint32_t zero; /* the negative zero point of the input, twice */
  int8_t *output;
  int32_t last;    /* the first of the last four channels */
  uint32_t entered; /* taps of a row in the first pass of the run */
};

#define TFR_POSITION_PASS 8 /* taps */

#include "depthwise/tfr_depthwise_position_arm.h"

/* All positions. */
TFR_APART void tfr_depthwise_positions(const struct tfr_depthwise_params *params, const int8_t *input, int8_t *output) {
  const int32_t channels = params->channels;
  const int32_t pixel_row = params->input_width * channels;
  const int32_t tap_row = params->kernel_width * channels;
  tfr_depthwise_position_runner *run =
      channels < TFR_DEPTHWISE_GROUP ? tfr_depthwise_position_few : tfr_depthwise_position_run;
  struct tfr_depthwise_position position = {
      .bias = params->bias,
      .multiplier = params->multiplier,
      .shift = params->shift,
      .least_shifts = tfr_depthwise_four(TFR_RESCALE_MIN_SHIFT),
      .twice_zero_point = 2 * params->output_zero_point + 1,
      .pixel_row = pixel_row,
      .tap_row = tap_row,
      .channels = channels,
      .zero = tfr_pack16(-params->input_zero_point, -params->input_zero_point),
      .output = output,
      .last = channels - TFR_DEPTHWISE_GROUP};
  for (int32_t row = 0; row < params->output_height; row++) {
    const struct tfr_taps y = tfr_window_taps(tfr_depthwise_vertical(params), row);
    const int8_t *pixels = input + (y.first + y.begin) * pixel_row;
    const int8_t *taps = params->weights + y.begin * tap_row;
    for (int32_t column = 0; column < params->output_width; column++) {
      const struct tfr_taps x = tfr_window_taps(tfr_depthwise_horizontal(params), column);
      position.pixels = pixels + (x.first + x.end) * channels;
      position.taps = taps + x.end * channels;
      position.taps_end = position.taps + (y.end - y.begin) * tap_row;
      position.row_begin = (x.begin - x.end) * channels;
      position.entered = ((uint32_t)(x.end - x.begin) - 1) % TFR_POSITION_PASS + 1;
      run(&position);
      position.output += channels;
    }
  }
}

#endif
