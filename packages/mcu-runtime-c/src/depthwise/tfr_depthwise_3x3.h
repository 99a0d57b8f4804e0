/*
 * Depthwise convolution by 3 x 3 kernels at strides 1 and 2 in strips of rows, four channels widened at a time. One SMLAD
 * multiplies two taps of a column. At stride 1 two output rows are computed together, for a word of two input rows serves
 * both: the upper one multiplies it by its first two taps, or its upper half by the third; the lower one its lower half by
 * the first tap, or both by the other two.
 */
#ifndef TFR_DEPTHWISE_3X3_H
#define TFR_DEPTHWISE_3X3_H

#include "depthwise/tfr_depthwise_blocks.h"
#include "depthwise/tfr_depthwise_channels.h"
#include "depthwise/tfr_depthwise_widen.h"

/* A strip: output rows that read at most TFR_DEPTHWISE_PAIRS pairs of input rows. */
struct tfr_depthwise_strip {
  int32_t rows;
  int32_t input_row; /* the first */
  int32_t pairs;
};

TFR_INLINE struct tfr_depthwise_strip tfr_depthwise_strip_of(const struct tfr_depthwise_params *params, int32_t row) {
  const int32_t stride = params->stride_height;
  const int32_t most = stride == 1 ? 2 * (TFR_DEPTHWISE_PAIRS - 1) : TFR_DEPTHWISE_PAIRS - 1;
  const int32_t left = params->output_height - row;
  const int32_t rows = left < most ? left : most;
  return (struct tfr_depthwise_strip){.rows = rows,
                                      .input_row = row * stride - params->padding_top,
                                      .pairs = (stride == 1 ? (rows + 1) / 2 : rows) + 1};
}

/* Padding holds the zero point, so the biases take it off of all taps. */
TFR_APART void tfr_depthwise_lanes_of(const struct tfr_depthwise_params *params, int32_t c,
                                      struct tfr_depthwise_lanes *lanes) {
  const int8_t *tap = params->weights + c;
  const int32_t channels = params->channels;
  const uint32_t both = tfr_pack16(-params->input_zero_point, -params->input_zero_point);
  const uint32_t second = tfr_pack16(0, -params->input_zero_point);
  for (int32_t kx = 0; kx < 3; kx++) {
    const uint32_t middle = tfr_load32(tap + 3 * channels);
    tfr_depthwise_widen_words(tfr_load32(tap), middle, lanes->first[kx]);
    tfr_depthwise_widen_words(middle, tfr_load32(tap + 6 * channels), lanes->last[kx]);
    tap += channels;
  }
  for (int32_t i = 0; i < TFR_DEPTHWISE_GROUP; i++) {
    int32_t bias = params->bias[c + i];
    for (int32_t kx = 0; kx < 3; kx++) {
      bias = tfr_smlad(lanes->last[kx][i], second, tfr_smlad(lanes->first[kx][i], both, bias));
    }
    const struct tfr_rescale rule = tfr_depthwise_rescale(params, c + i);
    lanes->bias[i] = bias;
    lanes->multiplier[i] = rule.multiplier;
    lanes->offset[i] = rule.offset;
    lanes->shift[i] = rule.shift;
    if (params->stride_height == 2) {
      lanes->last[0][i] = tfr_high_halves(lanes->last[0][i], lanes->last[1][i]);
      lanes->last[1][i] = lanes->last[2][i] >> 16 | (uint32_t)channels << 16;
    }
  }
}

static inline void tfr_depthwise_strip_run(const struct tfr_depthwise_params *params, struct tfr_depthwise_strip strip,
                                           const int8_t *input, int8_t *output, uint32_t *scratch) {
  const int32_t last = params->channels - TFR_DEPTHWISE_GROUP;
  struct tfr_depthwise_part parts[TFR_DEPTHWISE_MAX_PARTS];
  const int32_t count = tfr_depthwise_parts_of(params, strip.rows, scratch, output, parts);
  for (int32_t begin = 0; begin < params->channels; begin += TFR_DEPTHWISE_GROUP) {
    const int32_t first = begin < last ? begin : last;
    struct tfr_depthwise_lanes lanes;
    tfr_depthwise_widen(params, strip.input_row, strip.pairs, input + first, scratch);
    tfr_depthwise_lanes_of(params, first, &lanes);
    for (int32_t i = begin - first; i < TFR_DEPTHWISE_GROUP; i++) {
      for (int32_t part = 0; part < count; part++) {
        if (params->stride_height == 1) {
          tfr_depthwise_blocks_s1(&parts[part], &lanes.bias[i], 4 * i, first + i);
        } else {
          tfr_depthwise_blocks_s2(&parts[part], &lanes.bias[i], 4 * i, first + i);
        }
      }
    }
  }
}

TFR_APART void tfr_depthwise_3x3(const struct tfr_depthwise_params *params, const int8_t *input, int8_t *output,
                                     uint32_t *scratch) {
  tfr_depthwise_pad(params, scratch);
  for (int32_t row = 0; row < params->output_height;) {
    const struct tfr_depthwise_strip strip = tfr_depthwise_strip_of(params, row);
    tfr_depthwise_strip_run(params, strip, input, output + row * params->output_width * params->channels, scratch);
    row += strip.rows;
  }
}

#endif
