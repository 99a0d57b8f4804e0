/* The list of taps of four lanes, and what becomes of their sums: what a walker reads beside pixels. */
#ifndef TFR_DEPTHWISE_LIST_H
#define TFR_DEPTHWISE_LIST_H

#include "depthwise/tfr_depthwise_channels.h"
#include "depthwise/tfr_depthwise_walk.h"

struct tfr_depthwise_list {
  uint32_t *words;
  int32_t taps;
  struct tfr_rescale rules[TFR_DEPTHWISE_GROUP];
  int32_t shared[1 + TFR_DEPTHWISE_GROUP]; /* the same at one shift */
};

/* Where a list is written: the next tap, and the sums of the weights of four lanes so far. */
struct tfr_depthwise_writer {
  uint32_t *entry;
  uint32_t even;
  uint32_t odd;
  int32_t second; /* bytes from the first pixel of a pair to the second */
};

TFR_INLINE struct tfr_depthwise_writer tfr_depthwise_list_begin(const struct tfr_depthwise_list *list,
                                                                int32_t second) {
  return (struct tfr_depthwise_writer){.entry = list->words + TFR_DEPTHWISE_GROUP, .second = second};
}

/* `step` bytes behind the tap before. */
TFR_INLINE void tfr_depthwise_list_add(struct tfr_depthwise_writer *writer, uint32_t weights, int32_t step) {
  uint32_t *entry = writer->entry;
  entry[0] = tfr_sxtb16(weights);
  entry[1] = (uint32_t)step;
  entry[2] = tfr_sxtb16_odd(weights);
  entry[3] = (uint32_t)writer->second;
  writer->even = tfr_sadd16(writer->even, entry[0]);
  writer->odd = tfr_sadd16(writer->odd, entry[2]);
  writer->entry = entry + 4;
}

/* A list has a tap at least. The biases, of the channels of its lanes, take the zero point off of all taps. */
TFR_INLINE void tfr_depthwise_list_end(struct tfr_depthwise_list *list, struct tfr_depthwise_writer writer,
                                       const struct tfr_depthwise_params *params, const int32_t *channels) {
  if (writer.entry == list->words + TFR_DEPTHWISE_GROUP) tfr_depthwise_list_add(&writer, 0, 0);
  const uint32_t minus_zero = tfr_pack16(-params->input_zero_point, 0);
  const int32_t *bias = params->bias;
  list->words[0] = (uint32_t)tfr_smlabb(writer.even, minus_zero, bias[channels[0]]);
  list->words[1] = (uint32_t)tfr_smlabb(writer.odd, minus_zero, bias[channels[1]]);
  list->words[2] = (uint32_t)tfr_smlatb(writer.even, minus_zero, bias[channels[2]]);
  list->words[3] = (uint32_t)tfr_smlatb(writer.odd, minus_zero, bias[channels[3]]);
  list->taps = (int32_t)(writer.entry - list->words) / 4 - 1;
}

/* `shift`: the walker's, 0 where each channel has its own. */
TFR_INLINE void tfr_depthwise_list_rules(struct tfr_depthwise_list *list, const struct tfr_depthwise_params *params,
                                         int32_t shift, const int32_t *channels) {
  if (shift > 0) list->shared[0] = tfr_rescale_of(0, shift + TFR_RESCALE_HIGH, params->output_zero_point).offset;
  for (int32_t i = 0; i < TFR_DEPTHWISE_GROUP; i++) {
    list->rules[i] = tfr_depthwise_rescale(params, channels[i]);
    if (shift > 0) list->shared[1 + i] = tfr_depthwise_multiplier_at(params, channels[i], shift);
  }
}

/* Places along an axis, and the bytes of pixels and outputs from one to the next. */
struct tfr_depthwise_run {
  int32_t count;
  int32_t pixel_step;
  int32_t output_step;
};

/* Lines of a strip in scratch memory, and how their places come in pairs. */
struct tfr_depthwise_lines {
  const int8_t *pixels;
  int8_t *output;
  struct tfr_depthwise_run along;
  struct tfr_depthwise_run lines;
  int32_t second; /* places from the first of a pair to the second */
  int32_t step;   /* places of neighbouring pairs */
};

/* `pairs` neighbouring ones from place `begin` of each line on. */
TFR_INLINE void tfr_depthwise_walk_pairs(const struct tfr_depthwise_list *list, struct tfr_depthwise_way way,
                                         const struct tfr_depthwise_lines *of, int32_t begin, int32_t pairs) {
  const struct tfr_depthwise_run along = of->along;
  const int32_t output_bytes = pairs * of->step * along.output_step;
  int8_t *output = of->output + begin * along.output_step;
  struct tfr_depthwise_walk walk = {
      .pixels = of->pixels + begin * along.pixel_step,
      .output = output,
      .pixel_step = of->step * along.pixel_step,
      .output_step = of->step * along.output_step,
      .output_second = of->second * along.output_step,
      .output_end = output + output_bytes,
      .list = list->words,
      .taps = list->taps,
      .rules = way.shift > 0 ? (const void *)list->shared : (const void *)list->rules,
      .line_pixels = of->lines.pixel_step - pairs * of->step * along.pixel_step,
      .line_output = of->lines.output_step - output_bytes,
      .line_bytes = of->lines.output_step,
      .lines = of->lines.count};
  way.walker(&walk);
}

/* All places; those that fill no pairs come once more with some of those before them. */
TFR_INLINE void tfr_depthwise_walk_lines(const struct tfr_depthwise_list *list, struct tfr_depthwise_way way,
                                         const struct tfr_depthwise_lines *of) {
  const int32_t pairs = of->along.count / of->step;
  if (pairs > 0) tfr_depthwise_walk_pairs(list, way, of, 0, pairs);
  if (of->along.count == pairs * of->step) return;
  tfr_depthwise_walk_pairs(list, way, of, pairs > 0 ? of->along.count - of->step : 0, 1);
}

#endif
