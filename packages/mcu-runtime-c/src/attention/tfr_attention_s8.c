/*
 * softmax(q k^T) v, head by head and two query rows at a time: neither the scores nor the probabilities of a head are
 * ever whole in memory. Masked keys are not multiplied beyond the group of four that a row's first and last key lie in,
 * padding and pruned heads not at all, and token pairs whose probabilities are zero leave out their values.
 */
#include <stddef.h>

#include "tfr/tfr_kernels.h"
#include "attention/tfr_attention_bodies.h"
#include "attention/tfr_attention_head.h"
#include "tfr_check.h"

#define MAX_TOKENS 32767
#define MAX_HEAD_WIDTH 4096
#define MAX_TABLE_SIZE 32768
#define MAX_VALUE_SHIFT 55
#define MAX_PROBABILITY 32767
#define PRUNABLE_HEADS 32

TFR_INLINE int32_t smaller(int32_t a, int32_t b) { return a < b ? a : b; }

TFR_INLINE int32_t rounded_up(int32_t value, int32_t multiple) { return (value + multiple - 1) / multiple * multiple; }

/* M of tfr_params.def; `sum` is positive and below 2^23. */
TFR_INLINE uint64_t row_multiplier(const struct tfr_attention_params *params, uint32_t sum) {
  const int32_t excess = sum <= UINT16_MAX ? 0 : 16 - tfr_leading_zeros(sum);
  const int32_t shift = params->value_shift + excess;
  const uint64_t product = (uint64_t)(UINT32_MAX / (sum >> excess)) * (uint32_t)params->value_multiplier;
  return (product + ((uint64_t)1 << (shift - 1))) >> shift;
}

static bool table_valid(const struct tfr_attention_params *params) {
  const uint16_t largest = params->table[params->table_size - 1];
  const int32_t row = smaller(params->valid_tokens, params->window_before + 1 + params->window_after);
  if (params->table[0] != 0 || largest == 0 || largest > MAX_PROBABILITY) return false;
  if (256 * (int64_t)largest * row > INT32_MAX) return false;
  for (int32_t i = 1; i < params->table_size; i++) {
    if (params->table[i] > largest) return false;
  }
  return row_multiplier(params, largest) <= INT32_MAX;
}

static bool scores_valid(const struct tfr_attention_params *params) {
  const int32_t zero = params->query_zero_point;
  const int64_t query = zero < 0 ? INT8_MAX - zero : zero - INT8_MIN;
  const int64_t bound = params->head_width * query * -INT8_MIN;
  if (params->score_multiplier < 0) return false;
  return (bound * params->score_multiplier + TFR_ATTENTION_ROUNDING) >> 32 <= INT16_MAX - (params->table_size - 1);
}

static bool sizes_valid(const struct tfr_attention_params *params) {
  const int32_t tokens = params->tokens;
  return tfr_volume_valid(tokens, params->heads, params->head_width) && tokens <= MAX_TOKENS &&
         params->head_width <= MAX_HEAD_WIDTH && params->valid_tokens >= 1 && params->valid_tokens <= tokens &&
         params->window_before >= 0 && params->window_before <= tokens && params->window_after >= 0 &&
         params->window_after <= tokens && params->table_size >= 2 && params->table_size <= MAX_TABLE_SIZE;
}

static tfr_status check(const struct tfr_attention_params *params, const int8_t *queries, const int8_t *keys,
                        const int8_t *values, const int8_t *output, const void *scratch) {
  if (params == NULL || queries == NULL || keys == NULL || values == NULL || output == NULL || scratch == NULL ||
      params->table == NULL) {
    return TFR_ERROR_NULL;
  }
  if (!sizes_valid(params)) return TFR_ERROR_SIZE;
  const bool in_range = tfr_s8_valid(params->query_zero_point) && tfr_s8_valid(params->value_zero_point) &&
                        tfr_s8_valid(params->output_zero_point) && scores_valid(params) &&
                        tfr_factor_valid(params->value_multiplier, params->value_shift) &&
                        params->value_shift <= MAX_VALUE_SHIFT && table_valid(params);
  return in_range ? TFR_OK : TFR_ERROR_RANGE;
}

/* Scratch memory in the order in which it lies there; sizes in bytes. */
struct layout {
  int32_t key_group; /* of one group */
  int32_t keys;
  int32_t value_pair; /* of one pair */
  int32_t values;
  int32_t queries;
  int32_t scores;
  int32_t entries;
  int32_t spare; /* a row of output that nobody wants */
};

static struct layout layout_of(const struct tfr_attention_params *params) {
  const int32_t depth = rounded_up(params->head_width, TFR_ATTENTION_DEPTH);
  const int32_t groups = rounded_up(params->valid_tokens, TFR_ATTENTION_GROUP) / TFR_ATTENTION_GROUP;
  struct layout layout;
  layout.key_group = 2 * TFR_ATTENTION_GROUP * depth;
  layout.keys = groups * layout.key_group;
  layout.value_pair = 4 * depth;
  layout.values = 2 * groups * layout.value_pair;
  layout.queries = 4 * depth;
  layout.scores = groups * 4 * TFR_ATTENTION_GROUP_WORDS;
  layout.entries = 4 * groups * (int32_t)sizeof(struct tfr_attention_entry);
  layout.spare = depth;
  return layout;
}

/* What the rows of one head share. */
struct head {
  const struct tfr_attention_params *params;
  struct layout layout;
  int32_t width; /* of all heads */
  const int8_t *input;
  int8_t *output;
  const uint32_t *keys;
  const uint32_t *values;
  uint32_t *queries;
  uint32_t *scores;
  struct tfr_attention_entry *entries;
  int8_t *spare;
};

/* The keys that a row sees. */
struct span {
  int32_t first;
  int32_t end;
};

static struct span span_of(const struct tfr_attention_params *params, int32_t row) {
  const int32_t first = row - params->window_before;
  return (struct span){first > 0 ? first : 0, smaller(params->valid_tokens, row + params->window_after + 1)};
}

/* Scores of a group that not both rows see whole: the hidden ones become 0, which no table entry but the first has. */
static void score_edge(struct tfr_attention_scores job, const struct span *spans, int32_t first, uint32_t *maxima) {
  uint16_t *scores = (uint16_t *)job.scores;
  tfr_attention_score(&job);
  for (int32_t key = 0; key < TFR_ATTENTION_GROUP; key++) {
    for (int32_t row = 0; row < 2; row++) {
      uint16_t *score = &scores[4 * (key / 2) + 2 * row + key % 2];
      const bool is_seen = first + key >= spans[row].first && first + key < spans[row].end;
      if (!is_seen) *score = 0;
      if (*score > maxima[row]) maxima[row] = *score;
    }
  }
}

/* Scores of all groups from `first` to `end`; gives each row's largest one. */
static void score_rows(const struct head *head, const struct span *spans, int32_t first, int32_t end,
                       uint32_t *maxima) {
  const int32_t inner = rounded_up(spans[1].first, TFR_ATTENTION_GROUP) / TFR_ATTENTION_GROUP;
  const int32_t inner_end = spans[0].end / TFR_ATTENTION_GROUP;
  const int32_t key_words = head->layout.key_group / 4;
  struct tfr_attention_scores job = {.queries = head->queries,
                                     .queries_end = head->queries + head->layout.queries / 4,
                                     .multiplier = head->params->score_multiplier};
  maxima[0] = maxima[1] = 0;
  for (int32_t group = first; group < end;) {
    const bool is_inner = group >= inner && group < inner_end;
    const int32_t next = is_inner ? inner_end : group + 1;
    job.keys = head->keys + group * key_words;
    job.scores = head->scores + group * TFR_ATTENTION_GROUP_WORDS;
    job.scores_end = head->scores + next * TFR_ATTENTION_GROUP_WORDS;
    if (is_inner) {
      tfr_attention_score(&job);
    } else {
      score_edge(job, spans, group * TFR_ATTENTION_GROUP, maxima);
    }
    group = next;
  }
  for (int32_t row = 0; row < 2; row++) {
    const uint32_t even = job.maxima[row] & 0xffff;
    const uint32_t odd = job.maxima[row] >> 16;
    if (even > maxima[row]) maxima[row] = even;
    if (odd > maxima[row]) maxima[row] = odd;
  }
}

static struct tfr_attention_probabilities weigh_rows(const struct head *head, int32_t first, int32_t end,
                                                     const uint32_t *maxima) {
  const uint32_t depth = (uint32_t)head->params->table_size - 1;
  struct tfr_attention_probabilities job = {.scores = head->scores + first * TFR_ATTENTION_GROUP_WORDS,
                                            .scores_end = head->scores + end * TFR_ATTENTION_GROUP_WORDS,
                                            .table = head->params->table,
                                            .bases = {(maxima[0] - depth) * 0x10001u, (maxima[1] - depth) * 0x10001u},
                                            .values = head->values + first * (2 * head->layout.value_pair / 4),
                                            .value_bytes = (uint32_t)head->layout.value_pair,
                                            .entries = head->entries};
  tfr_attention_weigh(&job);
  return job;
}

/* Have both rows the same token pairs, without a gap? */
static bool is_dense(const struct head *head, const struct tfr_attention_probabilities *weighed) {
  const struct tfr_attention_entry *first = weighed->entries;
  const struct tfr_attention_entry *last = weighed->ends[0] - 2;
  const uint32_t bytes = (uint32_t)head->layout.value_pair;
  return weighed->ends[1] - weighed->ends[0] == 1 && first[1].values == first->values &&
         last[1].values == last->values && last->values - first->values == (uint32_t)(last - first) / 2 * bytes;
}

static void mix(struct tfr_attention_values job, const struct tfr_attention_probabilities *weighed, bool together) {
  struct tfr_attention_values second = job;
  if (job.blocks == 0) return;
  if (together) {
    tfr_attention_mix_rows(&job);
    return;
  }
  second.entries = job.entries + 1;
  second.entries_end = weighed->ends[1];
  second.outputs[0] = job.outputs[1];
  second.offsets[0] = job.offsets[1];
  second.multipliers[0] = job.multipliers[1];
  tfr_attention_mix_row(&job);
  tfr_attention_mix_row(&second);
}

/* The output of both rows; the second one is `spare` where there is none. */
static void mix_rows(const struct head *head, const struct tfr_attention_probabilities *weighed, int8_t *first,
                     int8_t *second) {
  const struct tfr_attention_params *params = head->params;
  const int32_t tail = params->head_width % TFR_ATTENTION_DEPTH;
  const bool together = is_dense(head, weighed);
  struct tfr_attention_values job = {.entries = weighed->entries,
                                     .entries_end = weighed->ends[0],
                                     .values = weighed->values,
                                     .blocks = params->head_width / TFR_ATTENTION_DEPTH,
                                     .outputs = {first, second},
                                     .zero_point = params->output_zero_point};
  for (int32_t row = 0; row < 2; row++) {
    job.offsets[row] = -params->value_zero_point * weighed->sums[row];
    job.multipliers[row] = (int32_t)row_multiplier(params, (uint32_t)weighed->sums[row]);
  }
  mix(job, weighed, together);
  if (tail == 0) return;
  int8_t last[2][TFR_ATTENTION_DEPTH];
  job.blocks = 1;
  job.outputs[0] = last[0];
  job.outputs[1] = last[1];
  mix(job, weighed, together);
  for (int32_t c = 0; c < tail; c++) {
    first[params->head_width - tail + c] = last[0][c];
    second[params->head_width - tail + c] = last[1][c];
  }
}

/* The row `row` and the next, where that is no padding. */
static void attend(const struct head *head, int32_t row) {
  const struct tfr_attention_params *params = head->params;
  const bool is_pair = row + 1 < params->valid_tokens;
  const int32_t other = is_pair ? row + 1 : row;
  const struct span spans[2] = {span_of(params, row), span_of(params, other)};
  const int32_t first = spans[0].first / TFR_ATTENTION_GROUP;
  const int32_t end = rounded_up(spans[1].end, TFR_ATTENTION_GROUP) / TFR_ATTENTION_GROUP;
  uint32_t maxima[2];
  tfr_attention_widen_queries(head->input + row * head->width, head->input + other * head->width, params->head_width,
                              params->query_zero_point, head->queries);
  score_rows(head, spans, first, end, maxima);
  const struct tfr_attention_probabilities weighed = weigh_rows(head, first, end, maxima);
  mix_rows(head, &weighed, head->output + row * head->width,
           is_pair ? head->output + other * head->width : head->spare);
}

static void fill(int8_t *output, int32_t width, int32_t rows, int32_t channels, int32_t value) {
  for (int32_t row = 0; row < rows; row++) {
    for (int32_t c = 0; c < channels; c++) output[row * width + c] = (int8_t)value;
  }
}

tfr_status tfr_attention_s8(const struct tfr_attention_params *params, const int8_t *input, const int8_t *input2,
                            const int8_t *input3, int8_t *output, void *scratch) {
  const tfr_status status = check(params, input, input2, input3, output, scratch);
  if (status != TFR_OK) return status;
  const int32_t width = params->heads * params->head_width;
  const struct layout layout = layout_of(params);
  uint8_t *memory = scratch;
  struct head head = {.params = params, .layout = layout, .width = width};
  uint32_t *keys = (uint32_t *)(void *)memory;
  uint32_t *values = keys + layout.keys / 4;
  head.keys = keys;
  head.values = values;
  head.queries = values + layout.values / 4;
  head.scores = head.queries + layout.queries / 4;
  head.entries = (struct tfr_attention_entry *)(void *)(head.scores + layout.scores / 4);
  head.spare = (int8_t *)(void *)head.entries + layout.entries;
  for (int32_t index = 0; index < params->heads; index++) {
    const int32_t channel = index * params->head_width;
    const bool is_pruned = index < PRUNABLE_HEADS && ((uint32_t)params->pruned_heads >> index & 1) != 0;
    const int32_t rows = is_pruned ? 0 : params->valid_tokens;
    head.input = input + channel;
    head.output = output + channel;
    tfr_attention_widen_keys((struct tfr_attention_input){input2 + channel, rows, width, params->head_width}, keys);
    tfr_attention_widen_values((struct tfr_attention_input){input3 + channel, rows, width, params->head_width}, values);
    for (int32_t row = 0; row < rows; row += 2) attend(&head, row);
    fill(head.output + rows * width, width, params->tokens - rows, params->head_width, params->output_zero_point);
  }
  return TFR_OK;
}

uint32_t tfr_attention_s8_scratch_bytes(const struct tfr_attention_params *params) {
  if (params == NULL || !sizes_valid(params)) return 0;
  const struct layout layout = layout_of(params);
  return (uint32_t)layout.keys + (uint32_t)layout.values + (uint32_t)layout.queries + (uint32_t)layout.scores +
         (uint32_t)layout.entries + (uint32_t)layout.spare;
}
