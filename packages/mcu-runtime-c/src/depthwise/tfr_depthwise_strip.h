/* A strip of the image in scratch memory, a border of zero points around it, so that every window has all of its taps. */
#ifndef TFR_DEPTHWISE_STRIP_H
#define TFR_DEPTHWISE_STRIP_H

#include "depthwise/tfr_depthwise_list.h"

/* A walk, and what is the same for all of its lists. */
struct tfr_depthwise_job {
  const struct tfr_depthwise_params *params;
  struct tfr_depthwise_way way;
  struct tfr_depthwise_list list;
  uint32_t *strip;
  int32_t row_bytes; /* of the strip */
  int32_t rows;      /* of outputs, at most */
  uint32_t zero;     /* four zero points */
};

TFR_INLINE struct tfr_depthwise_job tfr_depthwise_job_of(const struct tfr_depthwise_params *params,
                                                         struct tfr_depthwise_way way, uint32_t *scratch) {
  struct tfr_depthwise_job job;
  job.params = params;
  job.way = way;
  job.list.words = scratch;
  job.strip = scratch + tfr_depthwise_list_words(params);
  job.row_bytes = tfr_depthwise_row_bytes(params);
  job.rows = tfr_depthwise_strip_rows(params);
  job.zero = tfr_depthwise_four((uint32_t)params->input_zero_point & 0xff);
  return job;
}

TFR_INLINE void tfr_depthwise_fill(uint32_t *words, int32_t count, uint32_t word) {
  for (int32_t i = 0; i < count; i++) words[i] = word;
}

/* Columns of the image that lie in a strip. */
TFR_INLINE int32_t tfr_depthwise_copied(const struct tfr_depthwise_params *params) {
  const int32_t room = tfr_depthwise_columns(params) - params->padding_left;
  return params->input_width < room ? params->input_width : room;
}

/* The first row of outputs of the strip from `row` on, which has as many as all strips: the last one goes back for them. */
TFR_INLINE int32_t tfr_depthwise_strip_row(const struct tfr_depthwise_job *job, int32_t row) {
  const int32_t last = job->params->output_height - job->rows;
  return row < last ? row : last;
}

#endif
