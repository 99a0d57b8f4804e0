/* The steps of tfr_attention_rows.h for any core. */
#ifndef TFR_ATTENTION_PORTABLE_H
#define TFR_ATTENTION_PORTABLE_H

#include "attention/tfr_attention_rows.h"

TFR_INLINE uint32_t tfr_attention_larger(uint32_t a, uint32_t b) {
  const uint32_t low = (a & 0xffff) > (b & 0xffff) ? a & 0xffff : b & 0xffff;
  return low | ((a >> 16) > (b >> 16) ? a & 0xffff0000u : b & 0xffff0000u);
}

TFR_INLINE uint32_t tfr_attention_rescale(int32_t even, int32_t odd, int32_t multiplier) {
  const int32_t low = (int32_t)(((int64_t)even * multiplier + TFR_ATTENTION_ROUNDING) >> 32);
  const int32_t high = (int32_t)(((int64_t)odd * multiplier + TFR_ATTENTION_ROUNDING) >> 32);
  return tfr_pack16(low, high) ^ 0x80008000u; /* + 2^15 in both halves */
}

void tfr_attention_score(struct tfr_attention_scores *job) {
  for (uint32_t *scores = job->first; scores < job->end; scores += TFR_ATTENTION_GROUP_WORDS) {
    int32_t acc[2][TFR_ATTENTION_GROUP] = {{0}};
    for (const uint32_t *query = job->queries; query < job->queries_end; query += 2) {
      for (int32_t key = 0; key < TFR_ATTENTION_GROUP; key++) {
        acc[0][key] = tfr_smlad(query[0], job->keys[key], acc[0][key]);
        acc[1][key] = tfr_smlad(query[1], job->keys[key], acc[1][key]);
      }
      job->keys += TFR_ATTENTION_GROUP;
    }
    for (int32_t pair = 0; pair < 2; pair++) {
      for (int32_t row = 0; row < 2; row++) {
        const uint32_t score = tfr_attention_rescale(acc[row][2 * pair], acc[row][2 * pair + 1], job->multiplier);
        scores[2 * pair + row] = score;
        job->maxima[row] = tfr_attention_larger(job->maxima[row], score);
      }
    }
  }
}

TFR_INLINE uint32_t tfr_attention_look_up(const uint16_t *table, uint32_t scores, uint32_t bases) {
  const uint32_t places = tfr_uqsub16(scores, bases);
  return tfr_pack16(table[places & 0xffff], table[places >> 16]);
}

/* An entry's `values` counts from the first score's values. */
void tfr_attention_weigh(struct tfr_attention_probabilities *job) {
  for (int32_t row = 0; row < 2; row++) {
    struct tfr_attention_entry *entry = job->entries + row;
    uint32_t values = 0;
    job->sums[row] = 0;
    for (const uint32_t *scores = job->scores + row; scores < job->scores_end; scores += 2) {
      const uint32_t probabilities = tfr_attention_look_up(job->table, *scores, job->bases[row]);
      if (probabilities != 0) {
        *entry = (struct tfr_attention_entry){values, probabilities};
        entry += 2;
        job->sums[row] = tfr_smlad(probabilities, 0x00010001u, job->sums[row]);
      }
      values += job->value_bytes;
    }
    job->ends[row] = entry;
  }
}

TFR_INLINE int8_t tfr_attention_finish(int32_t acc, int32_t multiplier, int32_t zero_point) {
  const int32_t value = zero_point + (int32_t)(((int64_t)acc * multiplier + TFR_ATTENTION_ROUNDING) >> 32);
  return (int8_t)(value < INT8_MIN ? INT8_MIN : value > INT8_MAX ? INT8_MAX : value);
}

static void tfr_attention_mix_row(struct tfr_attention_values *job) {
  for (int32_t block = 0; block < job->blocks; block++) {
    int32_t acc[TFR_ATTENTION_DEPTH];
    for (int32_t c = 0; c < TFR_ATTENTION_DEPTH; c++) acc[c] = job->offset;
    for (struct tfr_attention_entry *entry = job->entries; entry < job->entries_end; entry += 2) {
      const uint32_t *values = job->values + entry->values / sizeof(uint32_t);
      for (int32_t c = 0; c < TFR_ATTENTION_DEPTH; c++) acc[c] = tfr_smlad(entry->probabilities, values[c], acc[c]);
      entry->values += sizeof(uint32_t) * TFR_ATTENTION_DEPTH;
    }
    for (int32_t c = 0; c < TFR_ATTENTION_DEPTH; c++) {
      *job->output++ = tfr_attention_finish(acc[c], job->multiplier, job->zero_point);
    }
  }
}

void tfr_attention_mix(struct tfr_attention_values *first, struct tfr_attention_values *second, int32_t together) {
  (void)together;
  tfr_attention_mix_row(first);
  tfr_attention_mix_row(second);
}

#endif
