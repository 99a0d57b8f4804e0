/*
 * What walkers are handed: a strip of the image, four channels of it, copied into scratch memory with a border of zero
 * points, so that every window has all of its taps; and the list of the taps, written once a group of channels.
 */
#ifndef TFR_DEPTHWISE_LISTS_H
#define TFR_DEPTHWISE_LISTS_H

#include "depthwise/tfr_depthwise_channels.h"
#include "depthwise/tfr_depthwise_walk.h"

#define tfr_depthwise_walks(params) \
  (tfr_depthwise_strip_fits(params) && tfr_depthwise_mostly_short(params, tfr_depthwise_long_channels(params)))

static const uint8_t tfr_depthwise_all_taps[TFR_TAPS_MAX / 8 + 1] = {
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};

/* A group of four channels, and what is the same for all of them. */
struct tfr_depthwise_job {
  const struct tfr_depthwise_params *params;
  struct tfr_depthwise_way way;
  uint32_t *list;
  uint32_t *strip; /* [rows][columns], a pixel's four channels each */
  int32_t columns;
  int32_t rows; /* of outputs, at most */
  int32_t taps; /* of the list */
  uint32_t zero; /* four zero points */
  struct tfr_rescale rules[TFR_DEPTHWISE_GROUP];
  int32_t shared[1 + TFR_DEPTHWISE_GROUP]; /* the same at one shift */
};

/* Writes the group's taps behind its biases; `second` is from the first pixel of a pair to the second. */
TFR_APART void tfr_depthwise_write_list(struct tfr_depthwise_job *job, struct tfr_depthwise_kept *kept,
                                        const int32_t *bias, int32_t second) {
  const struct tfr_depthwise_params *params = job->params;
  const uint8_t *mask = kept->mask;
  const int8_t *values = kept->values;
  uint32_t *entry = job->list + 4;
  uint32_t even = 0;
  uint32_t odd = 0;
  int32_t step = 0;                            /* in bytes, from the tap before */
  uint32_t bits = *mask++ | (uint32_t)1 << 8; /* the last one says that the next byte is due */
  for (int32_t ky = 0; ky < params->kernel_height; ky++) {
    for (int32_t kx = 0; kx < params->kernel_width; kx++, step += 4, bits >>= 1) {
      if (bits == 1) bits = *mask++ | (uint32_t)1 << 8;
      if ((bits & 1) == 0) continue;
      const uint32_t weights = tfr_load32(values);
      values += kept->step;
      entry[0] = tfr_sxtb16(weights);
      entry[1] = (uint32_t)step;
      entry[2] = tfr_sxtb16_odd(weights);
      entry[3] = (uint32_t)second;
      even = tfr_sadd16(even, entry[0]);
      odd = tfr_sadd16(odd, entry[2]);
      entry += 4;
      step = 0;
    }
    step += 4 * (job->columns - params->kernel_width);
  }
  kept->values = values;
  kept->mask = mask;
  if (entry == job->list + 4) {
    entry[0] = entry[1] = entry[2] = entry[3] = 0;
    entry += 4;
  }
  const uint32_t minus_zero = tfr_pack16(-params->input_zero_point, 0);
  job->list[0] = (uint32_t)tfr_smlabb(even, minus_zero, bias[0]);
  job->list[1] = (uint32_t)tfr_smlabb(odd, minus_zero, bias[1]);
  job->list[2] = (uint32_t)tfr_smlatb(even, minus_zero, bias[2]);
  job->list[3] = (uint32_t)tfr_smlatb(odd, minus_zero, bias[3]);
  job->taps = (int32_t)(entry - job->list) / 4 - 1;
}

TFR_INLINE void tfr_depthwise_fill(uint32_t *words, int32_t count, uint32_t word) {
  for (int32_t i = 0; i < count; i++) words[i] = word;
}

/* Columns of the image that lie in a strip. */
TFR_INLINE int32_t tfr_depthwise_copied(const struct tfr_depthwise_job *job) {
  const int32_t room = job->columns - job->params->padding_left;
  return job->params->input_width < room ? job->params->input_width : room;
}

/* The columns before and behind the image, once a call. */
TFR_INLINE void tfr_depthwise_pad_strip(const struct tfr_depthwise_job *job, int32_t rows) {
  const int32_t before = job->params->padding_left;
  const int32_t behind = before + tfr_depthwise_copied(job);
  for (int32_t row = 0; row < rows; row++) {
    uint32_t *words = job->strip + row * job->columns;
    tfr_depthwise_fill(words, before, job->zero);
    tfr_depthwise_fill(words + behind, job->columns - behind, job->zero);
  }
}

TFR_INLINE void tfr_depthwise_copy_row(const int8_t *pixel, int32_t channels, int32_t columns, uint32_t *words) {
  for (; columns >= 4; columns -= 4) {
    const uint32_t a = tfr_load32(pixel);
    const uint32_t b = tfr_load32(pixel + channels);
    const uint32_t c = tfr_load32(pixel + 2 * channels);
    const uint32_t d = tfr_load32(pixel + 3 * channels);
    pixel += 4 * channels;
    words[0] = a;
    words[1] = b;
    words[2] = c;
    words[3] = d;
    words += 4;
  }
  for (; columns > 0; columns--) {
    *words++ = tfr_load32(pixel);
    pixel += channels;
  }
}

/* Image rows [row, row + rows) from the pixels of row 0 at the group's first channel. */
TFR_APART void tfr_depthwise_copy_strip(const struct tfr_depthwise_job *job, int32_t row, int32_t rows,
                                        const int8_t *pixels) {
  const struct tfr_depthwise_params *params = job->params;
  const int32_t columns = tfr_depthwise_copied(job);
  uint32_t *words = job->strip + params->padding_left;
  for (int32_t end = row + rows; row < end; row++) {
    if (row >= 0 && row < params->input_height) {
      tfr_depthwise_copy_row(pixels + row * params->input_width * params->channels, params->channels, columns, words);
    } else {
      tfr_depthwise_fill(words, columns, job->zero);
    }
    words += job->columns;
  }
}

/* Positions along an axis, and the bytes of pixels and outputs from one to the next. */
struct tfr_depthwise_run {
  int32_t count;
  int32_t pixel_step;
  int32_t output_step;
};

/* Pairs along an image's rows, or along its columns where it has a single one. */
TFR_INLINE int tfr_depthwise_is_column(const struct tfr_depthwise_params *params) { return params->output_width == 1; }

TFR_INLINE struct tfr_depthwise_run tfr_depthwise_across(const struct tfr_depthwise_params *params) {
  return (struct tfr_depthwise_run){params->output_width, 4 * params->stride_width, params->channels};
}

TFR_INLINE struct tfr_depthwise_run tfr_depthwise_down(const struct tfr_depthwise_job *job, int32_t rows) {
  const struct tfr_depthwise_params *params = job->params;
  return (struct tfr_depthwise_run){rows, 4 * params->stride_height * job->columns,
                                    params->output_width * params->channels};
}

/* `pairs` pairs from position `begin` of each line on. */
TFR_INLINE void tfr_depthwise_walk_pairs(const struct tfr_depthwise_job *job, struct tfr_depthwise_run along,
                                         struct tfr_depthwise_run lines, int32_t begin, int32_t pairs,
                                         int8_t *output) {
  output += begin * along.output_step;
  struct tfr_depthwise_walk walk = {
      .pixels = (const int8_t *)job->strip + begin * along.pixel_step,
      .output = output,
      .pixel_step = 2 * along.pixel_step,
      .output_step = 2 * along.output_step,
      .output_second = along.count == 1 ? 0 : along.output_step,
      .output_end = output + 2 * pairs * along.output_step,
      .list = job->list,
      .taps = job->taps,
      .rules = job->way.shift > 0 ? (const void *)job->shared : (const void *)job->rules,
      .line_pixels = lines.pixel_step - 2 * pairs * along.pixel_step,
      .line_output = lines.output_step - 2 * pairs * along.output_step,
      .line_bytes = lines.output_step,
      .lines = lines.count};
  job->way.walker(&walk);
}

/* A strip; a last odd position of a line comes once more with the one before it. */
TFR_INLINE void tfr_depthwise_walk_strip(const struct tfr_depthwise_job *job, int32_t rows, int8_t *output) {
  const int is_column = tfr_depthwise_is_column(job->params);
  const struct tfr_depthwise_run across = tfr_depthwise_across(job->params);
  const struct tfr_depthwise_run down = tfr_depthwise_down(job, rows);
  const struct tfr_depthwise_run along = is_column ? down : across;
  const struct tfr_depthwise_run lines = is_column ? across : down;
  if (along.count > 1) tfr_depthwise_walk_pairs(job, along, lines, 0, along.count / 2, output);
  if (along.count % 2 == 1) {
    tfr_depthwise_walk_pairs(job, along, lines, along.count > 1 ? along.count - 2 : 0, 1, output);
  }
}

TFR_INLINE void tfr_depthwise_set_rules(struct tfr_depthwise_job *job, int32_t first) {
  const struct tfr_depthwise_params *params = job->params;
  const int32_t shift = job->way.shift;
  if (shift > 0) job->shared[0] = tfr_rescale_of(0, shift + TFR_RESCALE_HIGH, params->output_zero_point).offset;
  for (int32_t i = 0; i < TFR_DEPTHWISE_GROUP; i++) {
    job->rules[i] = tfr_depthwise_rescale(params, first + i);
    if (shift > 0) job->shared[1 + i] = tfr_depthwise_multiplier_at(params, first + i, shift);
  }
}

/* All strips of the group from channel `first` on. */
TFR_APART void tfr_depthwise_walk_group(struct tfr_depthwise_job *job, struct tfr_depthwise_kept *kept, int32_t first,
                                        const int8_t *input, int8_t *output) {
  const struct tfr_depthwise_params *params = job->params;
  const int32_t second = tfr_depthwise_is_column(params)
                             ? (params->output_height == 1 ? 0 : tfr_depthwise_down(job, 1).pixel_step)
                             : tfr_depthwise_across(params).pixel_step;
  tfr_depthwise_write_list(job, kept, params->bias + first, second);
  tfr_depthwise_set_rules(job, first);
  for (int32_t row = 0; row < params->output_height; row += job->rows) {
    const int32_t left = params->output_height - row;
    const int32_t rows = left < job->rows ? left : job->rows;
    tfr_depthwise_copy_strip(job, row * params->stride_height - params->padding_top,
                             tfr_depthwise_strip_height(params, rows), input + first);
    tfr_depthwise_walk_strip(job, rows, output + row * params->output_width * params->channels + first);
  }
}

/* All groups of a stream; where there is none (NULL), all taps of the dense weights. */
TFR_INLINE void tfr_depthwise_walk_kept(const struct tfr_depthwise_params *params, struct tfr_depthwise_kept *kept,
                                        struct tfr_depthwise_way way, const int8_t *input, int8_t *output,
                                        uint32_t *scratch) {
  const int32_t last = params->channels - TFR_DEPTHWISE_GROUP;
  struct tfr_depthwise_job job = {.params = params,
                                  .way = way,
                                  .list = scratch,
                                  .strip = scratch + tfr_depthwise_list_words(params),
                                  .columns = tfr_depthwise_columns(params),
                                  .rows = tfr_depthwise_strip_rows(params),
                                  .zero = (uint32_t)(params->input_zero_point & 0xff) * 0x01010101u};
  tfr_depthwise_pad_strip(&job, tfr_depthwise_strip_height(params, job.rows));
  for (int32_t begin = 0; begin < params->channels; begin += TFR_DEPTHWISE_GROUP) {
    const int32_t first = begin < last ? begin : last;
    struct tfr_depthwise_kept all = {tfr_depthwise_all_taps, params->weights + first, params->channels};
    tfr_depthwise_walk_group(&job, kept == NULL ? &all : kept, first, input, output);
  }
}

#endif
