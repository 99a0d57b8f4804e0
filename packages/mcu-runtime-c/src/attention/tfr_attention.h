/*
 * The body of tfr_attention_s8, for the kernel and for calls with their shape compiled in: softmax(q k^T) v, head by head
 * and two query rows at a time, so that neither the scores nor the probabilities of a head are ever whole in memory.
 * Masked keys are not multiplied beyond the group of four that a row's first and last key lie in, padding and pruned
 * heads not at all, and token pairs whose probabilities are zero leave out their values.
 */
#ifndef TFR_ATTENTION_H
#define TFR_ATTENTION_H

#include "attention/tfr_attention_check.h"
#include "attention/tfr_attention_head.h"

#define TFR_ATTENTION_PRUNABLE_HEADS 32

/* Scratch memory in the order in which it lies there; sizes in bytes. */
struct tfr_attention_layout {
  int32_t key_group; /* of one group */
  int32_t keys;
  int32_t value_pair; /* of one pair */
  int32_t values;
  int32_t queries;
  int32_t scores;
  int32_t entries;
  int32_t spare; /* a row of output that nobody wants, and what a body reads behind the last entry */
};

TFR_INLINE int32_t tfr_attention_groups(int32_t tokens) {
  return (int32_t)((uint32_t)(tokens + TFR_ATTENTION_GROUP - 1) / TFR_ATTENTION_GROUP);
}

TFR_INLINE struct tfr_attention_layout tfr_attention_layout(const struct tfr_attention_params *params) {
  const int32_t depth = tfr_attention_depth(params->head_width);
  const int32_t groups = tfr_attention_groups(params->valid_tokens);
  struct tfr_attention_layout layout;
  layout.key_group = 2 * TFR_ATTENTION_GROUP * depth;
  layout.keys = groups * layout.key_group;
  layout.value_pair = 4 * depth;
  layout.values = 2 * groups * layout.value_pair;
  layout.queries = 4 * depth;
  layout.scores = groups * 4 * TFR_ATTENTION_GROUP_WORDS;
  layout.entries = 4 * groups * (int32_t)sizeof(struct tfr_attention_entry);
  layout.spare = depth + 2 * (int32_t)sizeof(struct tfr_attention_entry);
  return layout;
}

TFR_INLINE uint32_t tfr_attention_scratch_bytes(const struct tfr_attention_params *params) {
  if (params == NULL || !tfr_attention_sizes_valid(params)) return 0;
  const struct tfr_attention_layout layout = tfr_attention_layout(params);
  return (uint32_t)layout.keys + (uint32_t)layout.values + (uint32_t)layout.queries + (uint32_t)layout.scores +
         (uint32_t)layout.entries + (uint32_t)layout.spare;
}

/* What the rows of one head share. */
struct tfr_attention_head {
  const struct tfr_attention_params *params;
  int32_t width; /* of all heads */
  const int8_t *queries_in;
  int8_t *output;
  uint32_t *keys;
  uint32_t *values;
  uint32_t *queries;
  uint32_t *scores;
  struct tfr_attention_entry *entries;
  int8_t *spare;
};

TFR_INLINE struct tfr_attention_head tfr_attention_open(const struct tfr_attention_params *params, void *scratch) {
  const struct tfr_attention_layout layout = tfr_attention_layout(params);
  struct tfr_attention_head head = {.params = params, .width = params->heads * params->head_width};
  head.keys = scratch;
  head.values = head.keys + layout.keys / 4;
  head.queries = head.values + layout.values / 4;
  head.scores = head.queries + layout.queries / 4;
  head.entries = (struct tfr_attention_entry *)(void *)(head.scores + layout.scores / 4);
  head.spare = (int8_t *)(void *)head.entries + layout.entries;
  return head;
}

/* The keys that a row sees. */
struct tfr_attention_span {
  int32_t first;
  int32_t end;
};

TFR_INLINE struct tfr_attention_span tfr_attention_seen(const struct tfr_attention_params *params, int32_t row) {
  const int32_t first = row - params->window_before;
  const int32_t end = tfr_attention_smaller(params->valid_tokens, row + params->window_after + 1);
  return (struct tfr_attention_span){first > 0 ? first : 0, end};
}

/* Scores of a group that not both rows see whole: the hidden ones become 0, which no table entry but the first has. */
static inline void tfr_attention_score_edge(struct tfr_attention_scores job, const struct tfr_attention_span *seen,
                                            int32_t first, uint32_t *maxima) {
  tfr_attention_score(&job);
  for (int32_t key = 0; key < TFR_ATTENTION_GROUP; key++) {
    for (int32_t row = 0; row < 2; row++) {
      uint32_t *word = job.first + 2 * (key / 2) + row;
      const int32_t bit = 16 * (key % 2);
      const bool is_seen = first + key >= seen[row].first && first + key < seen[row].end;
      if (!is_seen) *word &= ~((uint32_t)UINT16_MAX << bit);
      const uint32_t score = *word >> bit & UINT16_MAX;
      if (score > maxima[row]) maxima[row] = score;
    }
  }
}

/* Scores of all groups from `first` to `end`; gives each row's largest one. */
TFR_INLINE void tfr_attention_score_rows(const struct tfr_attention_head *head, const struct tfr_attention_span *seen,
                                         int32_t first, int32_t end, uint32_t *maxima) {
  const struct tfr_attention_layout layout = tfr_attention_layout(head->params);
  const int32_t inner = tfr_attention_groups(seen[1].first);
  const int32_t inner_end = (int32_t)((uint32_t)seen[0].end / TFR_ATTENTION_GROUP);
  struct tfr_attention_scores job = {.queries = head->queries,
                                     .queries_end = head->queries + layout.queries / 4,
                                     .multiplier = head->params->score_multiplier};
  maxima[0] = maxima[1] = 0;
  for (int32_t group = first; group < end;) {
    const bool is_inner = group >= inner && group < inner_end;
    const int32_t next = is_inner ? inner_end : group + 1;
    job.keys = head->keys + group * (layout.key_group / 4);
    job.first = head->scores + group * TFR_ATTENTION_GROUP_WORDS;
    job.end = head->scores + next * TFR_ATTENTION_GROUP_WORDS;
    if (is_inner) {
      tfr_attention_score(&job);
    } else {
      tfr_attention_score_edge(job, seen, group * TFR_ATTENTION_GROUP, maxima);
    }
    group = next;
  }
  for (int32_t row = 0; row < 2; row++) {
    const uint32_t even = job.maxima[row] & UINT16_MAX;
    const uint32_t odd = job.maxima[row] >> 16;
    maxima[row] = maxima[row] > even ? maxima[row] : even;
    maxima[row] = maxima[row] > odd ? maxima[row] : odd;
  }
}

/* Have both rows the same token pairs, without a gap? */
TFR_INLINE bool tfr_attention_is_dense(const struct tfr_attention_probabilities *weighed) {
  const struct tfr_attention_entry *first = weighed->entries;
  const struct tfr_attention_entry *last = weighed->ends[0] - 2;
  const uint32_t pairs = (uint32_t)(last - first) / 2;
  return weighed->ends[1] - weighed->ends[0] == 1 && first[1].values == first->values &&
         last[1].values == last->values && last->values - first->values == pairs * weighed->value_bytes;
}

/* The channels behind the last whole block. */
TFR_INLINE void tfr_attention_mix_tail(struct tfr_attention_values *jobs, int32_t channels, int32_t together) {
  int8_t block[2][TFR_ATTENTION_DEPTH];
  int8_t *outputs[2];
  for (int32_t row = 0; row < 2; row++) {
    outputs[row] = jobs[row].output;
    jobs[row].output = block[row];
    jobs[row].blocks = 1;
  }
  tfr_attention_mix(jobs, jobs + 1, together);
  for (int32_t c = 0; c < channels; c++) {
    outputs[0][c] = block[0][c];
    outputs[1][c] = block[1][c];
  }
}

TFR_INLINE void tfr_attention_mix_rows(const struct tfr_attention_params *params,
                                       const struct tfr_attention_probabilities *weighed, int8_t *first,
                                       int8_t *second) {
  const int32_t blocks = (int32_t)((uint32_t)params->head_width / TFR_ATTENTION_DEPTH);
  const int32_t tail = params->head_width - TFR_ATTENTION_DEPTH * blocks;
  const int32_t together = tfr_attention_is_dense(weighed);
  struct tfr_attention_values jobs[2];
  for (int32_t row = 0; row < 2; row++) {
    jobs[row] = (struct tfr_attention_values){
        .entries = weighed->entries + row,
        .entries_end = weighed->ends[row],
        .values = weighed->values,
        .blocks = blocks,
        .output = row == 0 ? first : second,
        .offset = -params->value_zero_point * weighed->sums[row],
        .multiplier = (int32_t)tfr_attention_multiplier(params, (uint32_t)weighed->sums[row]),
        .zero_point = params->output_zero_point};
  }
  if (blocks > 0) tfr_attention_mix(jobs, jobs + 1, together);
  jobs[0].output = first + TFR_ATTENTION_DEPTH * blocks;
  jobs[1].output = second + TFR_ATTENTION_DEPTH * blocks;
  if (tail > 0) tfr_attention_mix_tail(jobs, tail, together);
}

/* The row `row` and the next, where that is no padding. */
TFR_INLINE void tfr_attention_attend(const struct tfr_attention_head *head, int32_t row) {
  const struct tfr_attention_params *params = head->params;
  const struct tfr_attention_layout layout = tfr_attention_layout(params);
  const bool is_pair = row + 1 < params->valid_tokens;
  const int32_t other = is_pair ? row + 1 : row;
  const struct tfr_attention_span seen[2] = {tfr_attention_seen(params, row), tfr_attention_seen(params, other)};
  const int32_t first = (int32_t)((uint32_t)seen[0].first / TFR_ATTENTION_GROUP);
  const int32_t end = tfr_attention_groups(seen[1].end);
  const uint32_t depth = (uint32_t)params->table_size - 1;
  uint32_t maxima[2];
  tfr_attention_widen_queries(head->queries_in + row * head->width, head->queries_in + other * head->width,
                              params->head_width, params->query_zero_point, head->queries);
  tfr_attention_score_rows(head, seen, first, end, maxima);
  struct tfr_attention_probabilities job = {.scores = head->scores + first * TFR_ATTENTION_GROUP_WORDS,
                                            .scores_end = head->scores + end * TFR_ATTENTION_GROUP_WORDS,
                                            .table = params->table,
                                            .bases = {(maxima[0] - depth) * 0x10001u, (maxima[1] - depth) * 0x10001u},
                                            .values = head->values + first * (2 * layout.value_pair / 4),
                                            .value_bytes = (uint32_t)layout.value_pair,
                                            .entries = head->entries};
  tfr_attention_weigh(&job);
  tfr_attention_mix_rows(params, &job, head->output + row * head->width,
                         is_pair ? head->output + other * head->width : head->spare);
}

TFR_INLINE void tfr_attention_fill(int8_t *output, int32_t width, int32_t rows, int32_t channels, int32_t value) {
  for (int32_t row = 0; row < rows; row++) {
    for (int32_t c = 0; c < channels; c++) output[row * width + c] = (int8_t)value;
  }
}

TFR_INLINE tfr_status tfr_attention(const struct tfr_attention_params *params, const int8_t *input,
                                    const int8_t *input2, const int8_t *input3, int8_t *output, void *scratch) {
  const tfr_status status = tfr_attention_check(params, input, input2, input3, output, scratch);
  if (status != TFR_OK) return status;
  struct tfr_attention_head head = tfr_attention_open(params, scratch);
  for (int32_t index = 0; index < params->heads; index++) {
    const int32_t channel = index * params->head_width;
    const bool is_pruned =
        index < TFR_ATTENTION_PRUNABLE_HEADS && ((uint32_t)params->pruned_heads >> index & 1) != 0;
    const int32_t rows = is_pruned ? 0 : params->valid_tokens;
    struct tfr_attention_input tensor = {input2 + channel, rows, head.width, params->head_width};
    tfr_attention_widen_keys(tensor, head.keys);
    tensor.data = input3 + channel;
    tfr_attention_widen_values(tensor, head.values);
    head.queries_in = input + channel;
    head.output = output + channel;
    for (int32_t row = 0; row < rows; row += 2) tfr_attention_attend(&head, row);
    tfr_attention_fill(head.output + rows * head.width, head.width, params->tokens - rows, params->head_width,
                       params->output_zero_point);
  }
  return TFR_OK;
}

#endif
