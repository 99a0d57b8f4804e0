/*
 * Two query rows of one head against its keys and values, in three steps over scratch memory. Every number that is
 * multiplied is a 16-bit half of a word, so that one instruction multiplies two. tfr_attention_rows.c chooses the bodies
 * that suit the core; all give the same to the bit.
 *
 *   queries  [quad][half][row]     words (c, c + 2) of the quad's channels: half 0 has c = 0, half 1 has c = 1
 *   keys     [group][quad][half][key]   likewise, four keys a group
 *   values   [token pair][channel] words (v[j], v[j + 1])
 *   scores   [group][key pair][row] words of two uint16, the score x + 2^15
 */
#ifndef TFR_ATTENTION_ROWS_H
#define TFR_ATTENTION_ROWS_H

#include <stdint.h>

#include "tfr_dsp.h"

#define TFR_ATTENTION_GROUP 4       /* keys */
#define TFR_ATTENTION_DEPTH 8       /* channels are padded with 0 to a multiple of this */
#define TFR_ATTENTION_GROUP_WORDS 4 /* of scores */
#define TFR_ATTENTION_ROUNDING ((int64_t)1 << 31)

/* Scores of whole groups; `maxima` are raised half by half. */
struct tfr_attention_scores {
  const uint32_t *queries;
  const uint32_t *queries_end;
  const uint32_t *keys;
  uint32_t *first;     /* score */
  const uint32_t *end; /* of the scores */
  int32_t multiplier;
  uint32_t maxima[2]; /* of a row: over the even keys, over the odd keys */
};

/* A token pair of which some probability is not zero; the entries of both rows lie in turn, row by row. */
struct tfr_attention_entry {
  uint32_t values;        /* where the pair's next channel is, in bytes from an origin that each body chooses */
  uint32_t probabilities; /* two int16 */
};

/* From scores to the entries that are left, and the sums of each row's probabilities. */
struct tfr_attention_probabilities {
  const uint32_t *scores;
  const uint32_t *scores_end;
  const uint16_t *table;
  uint32_t bases[2];                   /* of a row, in both halves: the largest score of index 0 */
  const uint32_t *values;              /* of the first score */
  uint32_t value_bytes;                /* of a token pair */
  struct tfr_attention_entry *entries; /* [][row] */
  struct tfr_attention_entry *ends[2]; /* of a row; set */
  int32_t sums[2];                     /* of a row; set */
};

/* The next 8 * blocks channels of one row; moves the `values` of every entry on by as many. */
struct tfr_attention_values {
  struct tfr_attention_entry *entries; /* every second one is the row's */
  const struct tfr_attention_entry *entries_end;
  const uint32_t *values; /* of the first score */
  int32_t blocks;         /* at least 1 */
  int8_t *output;
  int32_t offset;     /* -zv * sum */
  int32_t multiplier; /* M */
  int32_t zero_point;
};

void tfr_attention_score(struct tfr_attention_scores *job);
void tfr_attention_weigh(struct tfr_attention_probabilities *job);

/*
 * Both rows. `together`: their entries are of the same token pairs and follow without a gap; the second row's `values`
 * may then stay where they are, so that later calls must say the same.
 */
void tfr_attention_mix(struct tfr_attention_values *first, struct tfr_attention_values *second, int32_t together);

#endif
