/* Walks over images of fewer than four channels: four neighbouring bytes of an output row are a word. */
#ifndef TFR_DEPTHWISE_FLAT_H
#define TFR_DEPTHWISE_FLAT_H

#include "depthwise/tfr_depthwise_strip.h"

/* The list of the words that begin with channel `first`; `second` is from the first word of a pair to the second. */
TFR_APART void tfr_depthwise_flat_list(struct tfr_depthwise_job *job, int32_t first, int32_t second) {
  const struct tfr_depthwise_params params = *job->params; /* which writing cannot change */
  const int32_t phase_bytes = tfr_depthwise_phase_bytes(&params);
  const int32_t row_bytes = job->row_bytes - tfr_depthwise_phase_at(&params, params.kernel_width);
  const int8_t *tap = params.weights;
  struct tfr_depthwise_writer writer = tfr_depthwise_list_begin(&job->list, second);
  int32_t channels[TFR_DEPTHWISE_GROUP] = {first, 0, 0, 0};
  for (int32_t i = 1; i < TFR_DEPTHWISE_GROUP; i++) {
    channels[i] = channels[i - 1] + 1 == params.channels ? 0 : channels[i - 1] + 1;
  }
  int32_t step = 0;
  for (int32_t ky = 0; ky < params.kernel_height; ky++, step += row_bytes) {
    int32_t phase = 0;
    for (int32_t kx = 0; kx < params.kernel_width; kx++) {
      const uint32_t weights = (uint32_t)(tap[channels[0]] & 0xff) | (uint32_t)(tap[channels[1]] & 0xff) << 8 |
                               (uint32_t)(tap[channels[2]] & 0xff) << 16 | (uint32_t)(tap[channels[3]] & 0xff) << 24;
      tfr_depthwise_list_add(&writer, weights, step);
      tap += params.channels;
      step = phase_bytes;
      if (++phase < params.stride_width) continue;
      phase = 0;
      step += params.channels - params.stride_width * phase_bytes;
    }
  }
  tfr_depthwise_list_end(&job->list, writer, &params, channels);
  tfr_depthwise_list_rules(&job->list, &params, job->way.shift, channels);
}

TFR_INLINE void tfr_depthwise_copy_bytes(const int8_t *from, int32_t count, int8_t *to) {
  int32_t i = 0;
  for (; i + 4 <= count; i += 4) tfr_store32(to + i, tfr_load32(from + i));
  for (; i < count; i++) to[i] = from[i];
}

/* Columns of a row from its `begin`-th on, `stride` apart, side by side; `channels` is a constant. */
TFR_INLINE void tfr_depthwise_copy_columns(const int8_t *row, size_t channels, int32_t begin, int32_t end,
                                           int32_t stride, int8_t *to) {
  const int8_t *pixel = row + begin * (int32_t)channels;
  for (; begin < end; begin += stride) {
    __builtin_memcpy(to, pixel, channels);
    to += channels;
    pixel += stride * (int32_t)channels;
  }
}

TFR_INLINE void tfr_depthwise_copy_phase(const int8_t *row, int32_t channels, int32_t begin, int32_t end,
                                         int32_t stride, int8_t *to) {
  if (channels == 1) {
    tfr_depthwise_copy_columns(row, 1, begin, end, stride, to);
  } else if (channels == 2) {
    tfr_depthwise_copy_columns(row, 2, begin, end, stride, to);
  } else {
    tfr_depthwise_copy_columns(row, 3, begin, end, stride, to);
  }
}

/* A row of the image; the places of what lies beside it hold zero points already. */
TFR_INLINE void tfr_depthwise_copy_flat(const struct tfr_depthwise_params *params, int32_t columns, const int8_t *row,
                                        int8_t *to) {
  const int32_t channels = params->channels;
  const int32_t stride = params->stride_width;
  if (stride == 1) {
    tfr_depthwise_copy_bytes(row, columns * channels, to + params->padding_left * channels);
    return;
  }
  const int32_t phase_bytes = tfr_depthwise_phase_bytes(params);
  const int32_t phases = tfr_depthwise_phases(params);
  for (int32_t phase = 0; phase < phases; phase++, to += phase_bytes) {
    int32_t skipped = 0; /* places before the image */
    int32_t column = phase - params->padding_left;
    for (; column < 0; column += stride) skipped++;
    tfr_depthwise_copy_phase(row, channels, column, columns, stride, to + skipped * channels);
  }
}

/* Image rows [row, row + rows) of a strip whose columns beside the image hold zero points. */
TFR_APART void tfr_depthwise_flat_strip(const struct tfr_depthwise_job *job, int32_t row, int32_t rows,
                                        const int8_t *input) {
  const struct tfr_depthwise_params params = *job->params; /* which copying cannot change */
  const int32_t row_bytes = job->row_bytes;
  const int32_t pixel_bytes = params.input_width * params.channels;
  const int32_t columns = tfr_depthwise_copied(&params);
  int8_t *to = (int8_t *)job->strip;
  for (int32_t end = row + rows; row < end; row++, to += row_bytes) {
    if (row >= 0 && row < params.input_height) {
      tfr_depthwise_copy_flat(&params, columns, input + row * pixel_bytes, to);
    } else {
      tfr_depthwise_fill((uint32_t *)(void *)to, row_bytes / 4, job->zero);
    }
  }
}

TFR_INLINE struct tfr_depthwise_lines tfr_depthwise_flat_lines(const struct tfr_depthwise_job *job, int32_t begin) {
  const struct tfr_depthwise_params *params = job->params;
  const int32_t bytes = params->output_width * params->channels;
  const int32_t second = tfr_depthwise_flat_second(params);
  return (struct tfr_depthwise_lines){.pixels = (const int8_t *)job->strip + begin,
                                      .along = {bytes, 1, 1},
                                      .lines = {job->rows, params->stride_height * job->row_bytes, bytes},
                                      .second = second,
                                      .step = tfr_depthwise_flat_step(params) + second};
}

TFR_APART void tfr_depthwise_walk_flat(const struct tfr_depthwise_params *params, const int8_t *input, int8_t *output,
                                       uint32_t *scratch) {
  struct tfr_depthwise_job job = tfr_depthwise_job_of(params, tfr_depthwise_way_of(params), scratch);
  tfr_depthwise_fill(job.strip, tfr_depthwise_strip_height(params, job.rows) * (job.row_bytes / 4), job.zero);
  for (int32_t i = 0; i < tfr_depthwise_flat_lists(params); i++) {
    const int32_t begin = TFR_DEPTHWISE_GROUP * i;
    struct tfr_depthwise_lines lines = tfr_depthwise_flat_lines(&job, begin);
    tfr_depthwise_flat_list(&job, begin % params->channels, lines.second);
    for (int32_t strip = 0; strip < params->output_height; strip += job.rows) {
      const int32_t row = tfr_depthwise_strip_row(&job, strip);
      lines.output = output + row * lines.along.count + begin;
      if (i == 0 || job.rows < params->output_height) {
        tfr_depthwise_flat_strip(&job, row * params->stride_height - params->padding_top,
                                 tfr_depthwise_strip_height(params, job.rows), input);
      }
      tfr_depthwise_walk_lines(&job.list, job.way, &lines);
    }
  }
}

#endif
