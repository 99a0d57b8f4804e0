/* int8 activations to the words that tfr_panel_walk.h describes: (c0, c2) and (c1, c3) with the zero point removed. */
#ifndef TFR_WIDEN_H
#define TFR_WIDEN_H

#include "rows/tfr_panel.h"

/* Minus the zero point in both halves. */
TFR_INLINE uint32_t tfr_widen_term(int32_t zero_point) { return tfr_pack16(-zero_point, -zero_point); }

TFR_INLINE void tfr_widen_word(uint32_t word, uint32_t term, uint8_t *to) {
  tfr_store32(to, tfr_sxtab16(term, word));
  tfr_store32(to + 4, tfr_sxtab16_odd(term, word));
}

/* The last 1 to 3 channels; the missing ones are 0. */
TFR_INLINE void tfr_widen_rest(const int8_t *from, int32_t count, int32_t zero_point, uint8_t *to) {
  const int32_t c1 = count > 1 ? from[1] - zero_point : 0;
  const int32_t c2 = count > 2 ? from[2] - zero_point : 0;
  tfr_store32(to, tfr_pack16(from[0] - zero_point, c2));
  tfr_store32(to + 4, tfr_pack16(c1, 0));
}

#if TFR_CORE == TFR_CORE_PORTABLE || !defined(__OPTIMIZE__) || !defined(__thumb2__)
#define TFR_WIDEN_REACHES(channels) false
#define tfr_widen_all4(from, channels, term, tile) ((void)0)
#else
#include "rows/tfr_widen_arm.h"
#endif

/* Four tokens of `channels` values each, side by side: [quad][token]. */
TFR_INLINE void tfr_widen_tokens4(const int8_t *from, int32_t channels, int32_t zero_point, void *tile) {
  const uint32_t term = tfr_widen_term(zero_point);
  if (TFR_WIDEN_REACHES(channels)) {
    tfr_widen_all4(from, channels, term, tile);
    return;
  }
  const int8_t *token[4] = {from, from + channels, from + 2 * channels, from + 3 * channels};
  uint8_t *to = (uint8_t *)tile;
  int32_t left = channels;
  for (; left >= 4; left -= 4) {
    const uint32_t words[4] = {tfr_load32(token[0]), tfr_load32(token[1]), tfr_load32(token[2]), tfr_load32(token[3])};
    for (int32_t i = 0; i < 4; i++) {
      tfr_widen_word(words[i], term, to + 8 * i);
      token[i] += 4;
    }
    to += 32;
  }
  if (left == 0) return;
  for (int32_t i = 0; i < 4; i++) tfr_widen_rest(token[i], left, zero_point, to + 8 * i);
}

/* One token, its quads `pitch` bytes apart. */
TFR_INLINE void tfr_widen_token(const int8_t *from, int32_t channels, int32_t zero_point, int32_t pitch, void *tile) {
  const uint32_t term = tfr_widen_term(zero_point);
  uint8_t *to = (uint8_t *)tile;
  int32_t left = channels;
  for (; left >= 16; left -= 16) {
    const uint32_t words[4] = {tfr_load32(from), tfr_load32(from + 4), tfr_load32(from + 8), tfr_load32(from + 12)};
    for (int32_t i = 0; i < 4; i++) tfr_widen_word(words[i], term, to + i * pitch);
    from += 16;
    to += 4 * pitch;
  }
  for (; left >= 4; left -= 4) {
    tfr_widen_word(tfr_load32(from), term, to);
    from += 4;
    to += pitch;
  }
  if (left > 0) tfr_widen_rest(from, left, zero_point, to);
}

#endif
