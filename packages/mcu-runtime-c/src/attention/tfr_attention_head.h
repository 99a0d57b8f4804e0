/* One head's queries, keys and values as the 16-bit words of tfr_attention_rows.h. */
#ifndef TFR_ATTENTION_HEAD_H
#define TFR_ATTENTION_HEAD_H

#include "attention/tfr_attention_rows.h"

#define TFR_ATTENTION_QUAD 4 /* channels that one load brings */

/* One head of a tensor [tokens][width]. */
struct tfr_attention_input {
  const int8_t *data; /* the head's first channel of token 0 */
  int32_t tokens;
  int32_t width;    /* from token to token */
  int32_t channels; /* of the head */
};

/* Channels with padding. */
TFR_INLINE int32_t tfr_attention_depth(int32_t channels) {
  return (channels + TFR_ATTENTION_DEPTH - 1) & -TFR_ATTENTION_DEPTH;
}

/* The channels that are left, as the lowest of four bytes; the others are 0. */
TFR_INLINE uint32_t tfr_attention_rest(const int8_t *from, int32_t left) {
  uint32_t word = 0;
  for (int32_t c = 0; c < left && c < TFR_ATTENTION_QUAD; c++) word |= (uint32_t)(uint8_t)from[c] << (8 * c);
  return word;
}

TFR_INLINE void tfr_attention_put_key(uint32_t bytes, uint32_t *words) {
  words[0] = tfr_sxtb16(bytes);
  words[TFR_ATTENTION_GROUP] = tfr_sxtb16_odd(bytes);
}

/* Keys in groups of four; keys behind the last token are 0. */
TFR_INLINE void tfr_attention_widen_keys(struct tfr_attention_input input, uint32_t *words) {
  const int32_t width = input.width;
  const int32_t depth = tfr_attention_depth(input.channels);
  for (int32_t keys = input.tokens; keys > 0; keys -= TFR_ATTENTION_GROUP) {
    const int8_t *from = input.data;
    int32_t c = 0;
    for (; c + TFR_ATTENTION_QUAD <= input.channels && keys >= TFR_ATTENTION_GROUP; c += TFR_ATTENTION_QUAD) {
      tfr_attention_put_key(tfr_load32(from + c), words);
      tfr_attention_put_key(tfr_load32(from + width + c), words + 1);
      tfr_attention_put_key(tfr_load32(from + 2 * width + c), words + 2);
      tfr_attention_put_key(tfr_load32(from + 3 * width + c), words + 3);
      words += 2 * TFR_ATTENTION_GROUP;
    }
    for (; c < depth; c += TFR_ATTENTION_QUAD) {
      for (int32_t key = 0; key < TFR_ATTENTION_GROUP; key++) {
        const int32_t left = key < keys ? input.channels - c : 0;
        tfr_attention_put_key(tfr_attention_rest(from + key * width + c, left), words + key);
      }
      words += 2 * TFR_ATTENTION_GROUP;
    }
    input.data += TFR_ATTENTION_GROUP * width;
  }
}

TFR_INLINE void tfr_attention_put_values(uint32_t first, uint32_t second, uint32_t *words) {
  const uint32_t even[2] = {tfr_sxtb16(first), tfr_sxtb16(second)};
  const uint32_t odd[2] = {tfr_sxtb16_odd(first), tfr_sxtb16_odd(second)};
  words[0] = tfr_low_halves(even[0], even[1]);
  words[1] = tfr_low_halves(odd[0], odd[1]);
  words[2] = tfr_high_halves(even[0], even[1]);
  words[3] = tfr_high_halves(odd[0], odd[1]);
}

/* Values in pairs of tokens; values behind the last token and the last channel are 0. */
TFR_INLINE void tfr_attention_widen_values(struct tfr_attention_input input, uint32_t *words) {
  const int32_t depth = tfr_attention_depth(input.channels);
  for (int32_t tokens = input.tokens; tokens > 0; tokens -= 2) {
    const int8_t *first = input.data;
    const int8_t *second = first + input.width;
    int32_t c = 0;
    for (; c + TFR_ATTENTION_QUAD <= input.channels && tokens >= 2; c += TFR_ATTENTION_QUAD) {
      tfr_attention_put_values(tfr_load32(first + c), tfr_load32(second + c), words + c);
    }
    for (; c < depth; c += TFR_ATTENTION_QUAD) {
      const int32_t left = input.channels - c;
      tfr_attention_put_values(tfr_attention_rest(first + c, left),
                               tfr_attention_rest(second + c, tokens >= 2 ? left : 0), words + c);
    }
    words += depth;
    input.data += 2 * input.width;
  }
}

TFR_INLINE void tfr_attention_put_queries(uint32_t first, uint32_t second, uint32_t zero, uint32_t *words) {
  words[0] = tfr_sxtab16(zero, first);
  words[1] = tfr_sxtab16(zero, second);
  words[2] = tfr_sxtab16_odd(zero, first);
  words[3] = tfr_sxtab16_odd(zero, second);
}

/* Two queries, minus the zero point; where a channel is padding, the keys are 0. */
TFR_INLINE void tfr_attention_widen_queries(const int8_t *first, const int8_t *second, int32_t channels,
                                            int32_t zero_point, uint32_t *words) {
  const uint32_t zero = tfr_pack16(-zero_point, -zero_point);
  const int32_t depth = tfr_attention_depth(channels);
  int32_t c = 0;
  for (; c + TFR_ATTENTION_QUAD <= channels; c += TFR_ATTENTION_QUAD) {
    tfr_attention_put_queries(tfr_load32(first + c), tfr_load32(second + c), zero, words + c);
  }
  for (; c < depth; c += TFR_ATTENTION_QUAD) {
    const int32_t left = channels - c;
    tfr_attention_put_queries(tfr_attention_rest(first + c, left), tfr_attention_rest(second + c, left), zero,
                              words + c);
  }
}

#endif
