/* Where the assembly of a 32-bit core looks for the fields of tfr_attention_rows.h. */
#ifndef TFR_ATTENTION_OFFSETS_H
#define TFR_ATTENTION_OFFSETS_H

#include <stddef.h>

#include "attention/tfr_attention_rows.h"

/* C99's form of a static assertion. */
#define TFR_ATTENTION_AT(name, field, offset) \
  typedef char tfr_attention_##name##_##field[offsetof(struct tfr_attention_##name, field) == (offset) ? 1 : -1];

TFR_ATTENTION_AT(scores, queries, 0)
TFR_ATTENTION_AT(scores, queries_end, 4)
TFR_ATTENTION_AT(scores, keys, 8)
TFR_ATTENTION_AT(scores, first, 12)
TFR_ATTENTION_AT(scores, end, 16)
TFR_ATTENTION_AT(scores, multiplier, 20)
TFR_ATTENTION_AT(scores, maxima, 24)
TFR_ATTENTION_AT(entry, values, 0)
TFR_ATTENTION_AT(entry, probabilities, 4)
TFR_ATTENTION_AT(probabilities, scores, 0)
TFR_ATTENTION_AT(probabilities, scores_end, 4)
TFR_ATTENTION_AT(probabilities, table, 8)
TFR_ATTENTION_AT(probabilities, bases, 12)
TFR_ATTENTION_AT(probabilities, values, 20)
TFR_ATTENTION_AT(probabilities, value_bytes, 24)
TFR_ATTENTION_AT(probabilities, entries, 28)
TFR_ATTENTION_AT(probabilities, ends, 32)
TFR_ATTENTION_AT(probabilities, sums, 40)
TFR_ATTENTION_AT(values, entries, 0)
TFR_ATTENTION_AT(values, entries_end, 4)
TFR_ATTENTION_AT(values, blocks, 12)
TFR_ATTENTION_AT(values, output, 16)
TFR_ATTENTION_AT(values, offset, 20)
TFR_ATTENTION_AT(values, multiplier, 24)
TFR_ATTENTION_AT(values, zero_point, 28)

#undef TFR_ATTENTION_AT

#endif
