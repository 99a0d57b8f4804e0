#include "attention/tfr_attention_head.h"

#define QUAD 4 /* channels that one load brings */

/* The channels that are left, as the lowest of four bytes; the others are 0. */
static uint32_t load_rest(const int8_t *from, int32_t left) {
  uint32_t word = 0;
  for (int32_t c = 0; c < left && c < QUAD; c++) word |= (uint32_t)(uint8_t)from[c] << (8 * c);
  return word;
}

/* Of a padded head. */
TFR_INLINE int32_t quads_of(int32_t channels) {
  return (int32_t)(((uint32_t)channels + TFR_ATTENTION_DEPTH - 1) / TFR_ATTENTION_DEPTH * (TFR_ATTENTION_DEPTH / QUAD));
}

TFR_INLINE void put_key(uint32_t bytes, uint32_t *words) {
  words[0] = tfr_sxtb16(bytes);
  words[TFR_ATTENTION_GROUP] = tfr_sxtb16_odd(bytes);
}

TFR_INLINE uint32_t *put_broken_keys(const int8_t *from, int32_t width, int32_t keys, int32_t left, uint32_t *words) {
  for (int32_t key = 0; key < TFR_ATTENTION_GROUP; key++) {
    put_key(key < keys ? load_rest(from + key * width, left) : 0, words + key);
  }
  return words + 2 * TFR_ATTENTION_GROUP;
}

void tfr_attention_widen_keys(struct tfr_attention_input input, uint32_t *words) {
  const int32_t width = input.width;
  const int32_t quads = quads_of(input.channels);
  const int32_t whole = (int32_t)((uint32_t)input.channels / QUAD);
  for (int32_t keys = input.tokens; keys > 0; keys -= TFR_ATTENTION_GROUP) {
    const int8_t *from = input.data;
    int32_t quad = 0;
    for (; quad < whole && keys >= TFR_ATTENTION_GROUP; quad++) {
      put_key(tfr_load32(from), words);
      put_key(tfr_load32(from + width), words + 1);
      put_key(tfr_load32(from + 2 * width), words + 2);
      put_key(tfr_load32(from + 3 * width), words + 3);
      words += 2 * TFR_ATTENTION_GROUP;
      from += QUAD;
    }
    for (; quad < quads; quad++) {
      words = put_broken_keys(from, width, keys, input.channels - QUAD * quad, words);
      from += QUAD;
    }
    input.data += TFR_ATTENTION_GROUP * width;
  }
}

TFR_INLINE uint32_t *put_values(uint32_t first, uint32_t second, uint32_t *words) {
  const uint32_t even[2] = {tfr_sxtb16(first), tfr_sxtb16(second)};
  const uint32_t odd[2] = {tfr_sxtb16_odd(first), tfr_sxtb16_odd(second)};
  words[0] = tfr_low_halves(even[0], even[1]);
  words[1] = tfr_low_halves(odd[0], odd[1]);
  words[2] = tfr_high_halves(even[0], even[1]);
  words[3] = tfr_high_halves(odd[0], odd[1]);
  return words + QUAD;
}

void tfr_attention_widen_values(struct tfr_attention_input input, uint32_t *words) {
  const int32_t width = input.width;
  const int32_t quads = quads_of(input.channels);
  const int32_t whole = (int32_t)((uint32_t)input.channels / QUAD);
  for (int32_t tokens = input.tokens; tokens > 0; tokens -= 2) {
    const int8_t *first = input.data;
    const int8_t *second = first + width;
    int32_t quad = 0;
    for (; quad < whole && tokens >= 2; quad++) {
      words = put_values(tfr_load32(first), tfr_load32(second), words);
      first += QUAD;
      second += QUAD;
    }
    for (; quad < quads; quad++) {
      const int32_t left = input.channels - QUAD * quad;
      words = put_values(load_rest(first, left), tokens >= 2 ? load_rest(second, left) : 0, words);
      first += QUAD;
      second += QUAD;
    }
    input.data += 2 * width;
  }
}

TFR_INLINE uint32_t *put_queries(uint32_t first, uint32_t second, uint32_t zero, uint32_t *words) {
  words[0] = tfr_sxtab16(zero, first);
  words[1] = tfr_sxtab16(zero, second);
  words[2] = tfr_sxtab16_odd(zero, first);
  words[3] = tfr_sxtab16_odd(zero, second);
  return words + QUAD;
}

void tfr_attention_widen_queries(const int8_t *first, const int8_t *second, int32_t channels, int32_t zero_point,
                                 uint32_t *words) {
  const uint32_t zero = tfr_pack16(-zero_point, -zero_point);
  const int32_t quads = quads_of(channels);
  const int32_t whole = (int32_t)((uint32_t)channels / QUAD);
  int32_t quad = 0;
  for (; quad < whole; quad++) {
    words = put_queries(tfr_load32(first), tfr_load32(second), zero, words);
    first += QUAD;
    second += QUAD;
  }
  for (; quad < quads; quad++) { /* where a channel is padding, the keys are 0 */
    const int32_t left = channels - QUAD * quad;
    words = put_queries(load_rest(first, left), load_rest(second, left), zero, words);
    first += QUAD;
    second += QUAD;
  }
}
