/* One head's queries, keys and values as the 16-bit words of tfr_attention_rows.h. */
#ifndef TFR_ATTENTION_HEAD_H
#define TFR_ATTENTION_HEAD_H

#include "attention/tfr_attention_rows.h"

/* One head of a tensor [tokens][width]. */
struct tfr_attention_input {
  const int8_t *data; /* the head's first channel of token 0 */
  int32_t tokens;
  int32_t width;    /* from token to token */
  int32_t channels; /* of the head */
};

/* Keys in groups of four; keys behind the last token are 0. */
void tfr_attention_widen_keys(struct tfr_attention_input input, uint32_t *words);

/* Values in pairs of tokens; values behind the last token and the last channel are 0. */
void tfr_attention_widen_values(struct tfr_attention_input input, uint32_t *words);

/* Two queries, minus the zero point; the channels from the last one on are 0. */
void tfr_attention_widen_queries(const int8_t *first, const int8_t *second, int32_t channels, int32_t zero_point,
                                 uint32_t *words);

#endif
