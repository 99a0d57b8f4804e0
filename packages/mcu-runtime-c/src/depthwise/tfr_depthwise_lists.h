/* Walks over groups of four channels: a pixel of a strip is a word of them, and so is an output. */
#ifndef TFR_DEPTHWISE_LISTS_H
#define TFR_DEPTHWISE_LISTS_H

#include "depthwise/tfr_depthwise_strip.h"

static const uint8_t tfr_depthwise_all_taps[TFR_TAPS_MAX / 8 + 1] = {
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};

/* Writes the taps of a group of channels; `second` is from the first pixel of a pair to the second, in bytes. */
TFR_APART void tfr_depthwise_write_list(struct tfr_depthwise_job *job, struct tfr_depthwise_kept *kept, int32_t first,
                                        int32_t second) {
  const struct tfr_depthwise_params *params = job->params;
  const int32_t channels[TFR_DEPTHWISE_GROUP] = {first, first + 1, first + 2, first + 3};
  const uint8_t *mask = kept->mask;
  const int8_t *values = kept->values;
  struct tfr_depthwise_writer writer = tfr_depthwise_list_begin(&job->list, second);
  int32_t step = 0;                            /* from the tap before */
  uint32_t bits = *mask++ | (uint32_t)1 << 8; /* the last one says that the next byte is due */
  for (int32_t ky = 0; ky < params->kernel_height; ky++) {
    for (int32_t kx = 0; kx < params->kernel_width; kx++, step += 4, bits >>= 1) {
      if (bits == 1) bits = *mask++ | (uint32_t)1 << 8;
      if ((bits & 1) == 0) continue;
      tfr_depthwise_list_add(&writer, tfr_load32(values), step);
      values += kept->step;
      step = 0;
    }
    step += job->row_bytes - 4 * params->kernel_width;
  }
  kept->values = values;
  kept->mask = mask;
  tfr_depthwise_list_end(&job->list, writer, params, channels);
  tfr_depthwise_list_rules(&job->list, params, job->way.shift, channels);
}

/* The columns before and behind the image, once a call. */
TFR_INLINE void tfr_depthwise_pad_strip(const struct tfr_depthwise_job *job, int32_t rows) {
  const int32_t columns = job->row_bytes / 4;
  const int32_t before = job->params->padding_left;
  const int32_t behind = before + tfr_depthwise_copied(job->params);
  for (int32_t row = 0; row < rows; row++) {
    uint32_t *words = job->strip + row * columns;
    tfr_depthwise_fill(words, before, job->zero);
    tfr_depthwise_fill(words + behind, columns - behind, job->zero);
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
  const int32_t columns = tfr_depthwise_copied(params);
  uint32_t *words = job->strip + params->padding_left;
  for (int32_t end = row + rows; row < end; row++) {
    if (row >= 0 && row < params->input_height) {
      tfr_depthwise_copy_row(pixels + row * params->input_width * params->channels, params->channels, columns, words);
    } else {
      tfr_depthwise_fill(words, columns, job->zero);
    }
    words += job->row_bytes / 4;
  }
}

/* Pairs lie along the rows of outputs, or along the columns of an image that has a single one. */
TFR_INLINE struct tfr_depthwise_lines tfr_depthwise_lines_of(const struct tfr_depthwise_job *job, int8_t *output) {
  const struct tfr_depthwise_params *params = job->params;
  const struct tfr_depthwise_run across = {params->output_width, 4 * params->stride_width, params->channels};
  const struct tfr_depthwise_run down = {job->rows, params->stride_height * job->row_bytes,
                                         params->output_width * params->channels};
  const int is_column = tfr_depthwise_is_column(params);
  const struct tfr_depthwise_run along = is_column ? down : across;
  return (struct tfr_depthwise_lines){.pixels = (const int8_t *)job->strip,
                                      .output = output,
                                      .along = along,
                                      .lines = is_column ? across : down,
                                      .second = along.count == 1 ? 0 : 1,
                                      .step = 2};
}

/* All strips of the group from channel `first` on. */
TFR_APART void tfr_depthwise_walk_group(struct tfr_depthwise_job *job, struct tfr_depthwise_kept *kept, int32_t first,
                                        const int8_t *input, int8_t *output) {
  const struct tfr_depthwise_params *params = job->params;
  struct tfr_depthwise_lines lines = tfr_depthwise_lines_of(job, NULL);
  tfr_depthwise_write_list(job, kept, first, lines.second * lines.along.pixel_step);
  for (int32_t strip = 0; strip < params->output_height; strip += job->rows) {
    const int32_t row = tfr_depthwise_strip_row(job, strip);
    lines.output = output + row * params->output_width * params->channels + first;
    tfr_depthwise_copy_strip(job, row * params->stride_height - params->padding_top,
                             tfr_depthwise_strip_height(params, job->rows), input + first);
    tfr_depthwise_walk_lines(&job->list, job->way, &lines);
  }
}

/* All groups of a stream; where there is none (NULL), all taps of the dense weights. */
TFR_INLINE void tfr_depthwise_walk_kept(const struct tfr_depthwise_params *params, struct tfr_depthwise_kept *kept,
                                        struct tfr_depthwise_way way, const int8_t *input, int8_t *output,
                                        uint32_t *scratch) {
  const int32_t last = params->channels - TFR_DEPTHWISE_GROUP;
  struct tfr_depthwise_job job = tfr_depthwise_job_of(params, way, scratch);
  tfr_depthwise_pad_strip(&job, tfr_depthwise_strip_height(params, job.rows));
  for (int32_t begin = 0; begin < params->channels; begin += TFR_DEPTHWISE_GROUP) {
    const int32_t first = begin < last ? begin : last;
    struct tfr_depthwise_kept all = {tfr_depthwise_all_taps, params->weights + first, params->channels};
    tfr_depthwise_walk_group(&job, kept == NULL ? &all : kept, first, input, output);
  }
}

#endif
