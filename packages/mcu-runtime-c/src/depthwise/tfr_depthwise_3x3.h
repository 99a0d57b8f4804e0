/*
 * Depthwise convolution by 3 x 3 kernels at strides 1 and 2 in strips of rows, four channels widened at a time. One SMLAD
 * multiplies two taps of a column. At stride 1 two output rows are computed together, for a word of two input rows serves
 * both: the upper one multiplies it by its first two taps, or its upper half by the third; the lower one its lower half by
 * the first tap, or both by the other two. Rows and columns change places where that makes fewer blocks.
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

TFR_INLINE struct tfr_depthwise_strip tfr_depthwise_strip_of(const struct tfr_depthwise_plane *plane, int32_t row) {
  const int32_t stride = plane->stride;
  const int32_t most = tfr_depthwise_strip_most(stride);
  const int32_t left = plane->output_height - row;
  const int32_t rows = left < most ? left : most;
  return (struct tfr_depthwise_strip){.rows = rows,
                                      .input_row = row * stride - plane->padding_top,
                                      .pairs = (stride == 1 ? (rows + 1) / 2 : rows) + 1};
}

/* Two taps of one column for each of four channels. */
TFR_INLINE void tfr_depthwise_lane_taps(uint32_t upper, uint32_t lower, uint32_t *taps) {
  uint32_t words[TFR_DEPTHWISE_GROUP];
  tfr_depthwise_widen_words(upper, lower, words);
  for (int32_t i = 0; i < TFR_DEPTHWISE_GROUP; i++) taps[i * TFR_DEPTHWISE_LANE_WORDS] = words[i];
}

/* Padding holds the zero point, so the biases take it off of all taps. */
TFR_APART void tfr_depthwise_lanes_of(const struct tfr_depthwise_params *params,
                                      const struct tfr_depthwise_plane *plane, int32_t c,
                                      struct tfr_depthwise_lane *lanes) {
  const int8_t *tap = params->weights + c;
  const int32_t minus_zero = -params->input_zero_point;
  uint32_t even = 0; /* sums of taps, two channels a word */
  uint32_t odd = 0;
#pragma GCC unroll 1
  for (int32_t kx = 0; kx < 3; kx++) {
    const uint32_t upper = tfr_load32(tap);
    const uint32_t middle = tfr_load32(tap + plane->tap_row);
    const uint32_t lower = tfr_load32(tap + 2 * plane->tap_row);
    even = tfr_sxtab16(tfr_sxtab16(tfr_sxtab16(even, upper), middle), lower);
    odd = tfr_sxtab16_odd(tfr_sxtab16_odd(tfr_sxtab16_odd(odd, upper), middle), lower);
    tfr_depthwise_lane_taps(upper, middle, &lanes->first[kx]);
    tfr_depthwise_lane_taps(middle, lower, &lanes->last[kx]);
    tap += plane->tap_column;
  }
  const int32_t *bias = params->bias + c;
  lanes[0].bias = tfr_smlabb(even, (uint32_t)minus_zero, bias[0]);
  lanes[1].bias = tfr_smlabb(odd, (uint32_t)minus_zero, bias[1]);
  lanes[2].bias = tfr_smlatb(even, (uint32_t)minus_zero, bias[2]);
  lanes[3].bias = tfr_smlatb(odd, (uint32_t)minus_zero, bias[3]);
  for (int32_t i = 0; i < TFR_DEPTHWISE_GROUP; i++) lanes[i].rule = tfr_depthwise_rescale(params, c + i);
}

/* The rows of a strip; at stride 1 pairs of them, and the one that has no neighbour. */
struct tfr_depthwise_parts {
  int32_t rows;
  int32_t alone;
  struct tfr_depthwise_part part;
  struct tfr_depthwise_part part_alone;
};

TFR_INLINE struct tfr_depthwise_parts tfr_depthwise_parts_of(const struct tfr_depthwise_plane *plane, int32_t rows,
                                                             const uint32_t *words, int8_t *output) {
  const int32_t alone = plane->stride == 1 ? rows % 2 : 0;
  const int32_t most = rows - alone;
  return (struct tfr_depthwise_parts){.rows = most,
                                      .alone = alone,
                                      .part = tfr_depthwise_part_of(plane, 0, most, words, output),
                                      .part_alone = tfr_depthwise_part_of(plane, most, alone, words, output)};
}

/* From channel `c` on, the `i`-th of a word of pixels, to the word's last. */
TFR_INLINE void tfr_depthwise_channels_run(const struct tfr_depthwise_parts *parts, int32_t stride,
                                           const struct tfr_depthwise_lane *lanes, int32_t i, int32_t c) {
  if (stride == 2) {
    tfr_depthwise_blocks_s2(&parts->part, lanes + i, i, c);
    return;
  }
  if (parts->rows > 0) tfr_depthwise_blocks_s1(&parts->part, lanes + i, i, c);
  if (parts->alone > 0) tfr_depthwise_blocks_row(&parts->part_alone, lanes + i, i, c);
}

static inline void tfr_depthwise_strip_run(const struct tfr_depthwise_params *params,
                                           const struct tfr_depthwise_plane *plane, struct tfr_depthwise_strip strip,
                                           const int8_t *input, int8_t *output, uint32_t *scratch) {
  const int32_t last = params->channels - TFR_DEPTHWISE_GROUP;
  const struct tfr_depthwise_parts parts = tfr_depthwise_parts_of(plane, strip.rows, scratch, output);
  const uint32_t outside = (uint32_t)(params->input_zero_point & 0xff) * 0x01010101u;
  struct tfr_depthwise_widening widening;
  tfr_depthwise_widening_of(plane, strip.input_row, strip.pairs, input, &outside, scratch, &widening);
  for (int32_t begin = 0; begin < params->channels; begin += TFR_DEPTHWISE_GROUP) {
    const int32_t first = begin < last ? begin : last;
    struct tfr_depthwise_lane lanes[TFR_DEPTHWISE_GROUP];
    tfr_depthwise_widen(&widening, first);
    widening.end = widening.inside_end;
    tfr_depthwise_lanes_of(params, plane, first, lanes);
    tfr_depthwise_channels_run(&parts, plane->stride, lanes, begin - first, begin);
  }
}

TFR_APART void tfr_depthwise_3x3(const struct tfr_depthwise_params *params, const int8_t *input, int8_t *output,
                                 uint32_t *scratch) {
  const struct tfr_depthwise_plane plane = tfr_depthwise_plane_of(params);
  tfr_depthwise_pad(&plane, params->input_zero_point, scratch);
  for (int32_t row = 0; row < plane.output_height;) {
    const struct tfr_depthwise_strip strip = tfr_depthwise_strip_of(&plane, row);
    tfr_depthwise_strip_run(params, &plane, strip, input, output + row * plane.output_row, scratch);
    row += strip.rows;
  }
}

#endif
