#include "attention/tfr_attention_head.h"

/* The first 4 of the channels that are left; what is beyond the last is 0. */
TFR_INLINE uint32_t load_channels(const int8_t *from, int32_t left) {
  if (left >= 4) return tfr_load32(from);
  uint32_t word = 0;
  for (int32_t c = 0; c < left; c++) word |= (uint32_t)(uint8_t)from[c] << (8 * c);
  return word;
}

TFR_INLINE int32_t quads_of(int32_t channels, int32_t multiple) {
  return (channels + multiple - 1) / multiple * (multiple / 4);
}

TFR_INLINE void put_keys(const int8_t *from, int32_t width, int32_t keys, int32_t left, uint32_t *words) {
  for (int32_t key = 0; key < TFR_ATTENTION_GROUP; key++) {
    const uint32_t bytes = key < keys ? load_channels(from + key * width, left) : 0;
    words[key] = tfr_sxtb16(bytes);
    words[TFR_ATTENTION_GROUP + key] = tfr_sxtb16_odd(bytes);
  }
}

void tfr_attention_widen_keys(struct tfr_attention_input input, uint32_t *words) {
  const int32_t quads = quads_of(input.channels, TFR_ATTENTION_DEPTH);
  for (int32_t token = 0; token < input.tokens; token += TFR_ATTENTION_GROUP) {
    const int8_t *from = input.data + token * input.width;
    const int32_t keys = input.tokens - token;
    for (int32_t quad = 0; quad < quads; quad++) {
      const int32_t left = input.channels - 4 * quad;
      if (keys >= TFR_ATTENTION_GROUP && left >= 4) {
        put_keys(from + 4 * quad, input.width, TFR_ATTENTION_GROUP, 4, words);
      } else {
        put_keys(from + 4 * quad, input.width, keys, left, words);
      }
      words += 2 * TFR_ATTENTION_GROUP;
    }
  }
}

TFR_INLINE void put_values(uint32_t first, uint32_t second, uint32_t *words) {
  const uint32_t even[2] = {tfr_sxtb16(first), tfr_sxtb16(second)};
  const uint32_t odd[2] = {tfr_sxtb16_odd(first), tfr_sxtb16_odd(second)};
  words[0] = tfr_low_halves(even[0], even[1]);
  words[1] = tfr_low_halves(odd[0], odd[1]);
  words[2] = tfr_high_halves(even[0], even[1]);
  words[3] = tfr_high_halves(odd[0], odd[1]);
}

void tfr_attention_widen_values(struct tfr_attention_input input, uint32_t *words) {
  const int32_t quads = quads_of(input.channels, 4);
  for (int32_t token = 0; token < input.tokens; token += 2) {
    const int8_t *first = input.data + token * input.width;
    for (int32_t quad = 0; quad < quads; quad++) {
      const int32_t left = input.channels - 4 * quad;
      const uint32_t low = load_channels(first + 4 * quad, left);
      const uint32_t high = token + 1 < input.tokens ? load_channels(first + input.width + 4 * quad, left) : 0;
      put_values(low, high, words);
      words += 4;
    }
  }
}

void tfr_attention_widen_queries(const int8_t *first, const int8_t *second, int32_t channels, int32_t zero_point,
                                 uint32_t *words) {
  const uint32_t zero = tfr_pack16(-zero_point, -zero_point);
  const int32_t quads = quads_of(channels, TFR_ATTENTION_DEPTH);
  for (int32_t quad = 0; quad < quads; quad++) {
    const uint32_t low = load_channels(first + 4 * quad, channels - 4 * quad);
    const uint32_t high = load_channels(second + 4 * quad, channels - 4 * quad);
    words[0] = tfr_sxtab16(zero, low); /* where a channel is padding, the key is 0 */
    words[1] = tfr_sxtab16(zero, high);
    words[2] = tfr_sxtab16_odd(zero, low);
    words[3] = tfr_sxtab16_odd(zero, high);
    words += 4;
  }
}
