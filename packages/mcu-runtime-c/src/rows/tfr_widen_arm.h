/*
 * tfr_widen_tokens4 in one statement: the Cortex-M4 loads four words in a batch, the Cortex-M7 stores a word under each
 * extension. Twice a round; an odd quad comes first.
 */
#ifndef TFR_WIDEN_ARM_H
#define TFR_WIDEN_ARM_H

#define TFR_WIDEN_LOAD(word, token) "ldr %[" word "], [%[from], #%c[pitch]*" token "]\n\t"
#define TFR_WIDEN_WORD(word, t, place)                                                  \
  "sxtab16 %[" t "], %[term], %[" word "]\n\tstr %[" t "], [%[to], #" place "]\n\t"      \
  "sxtab16 %[" word "], %[term], %[" word "], ror #8\n\tstr %[" word "], [%[to], #4+" place "]\n\t"
#define TFR_WIDEN_QUAD                                                                          \
  TFR_WIDEN_LOAD("b", "1") TFR_WIDEN_LOAD("c", "2") TFR_WIDEN_LOAD("d", "3")                     \
  "ldr %[a], [%[from]], #4\n\t"                                                                 \
  TFR_WIDEN_WORD("b", "t", "8") TFR_WIDEN_WORD("c", "u", "16") TFR_WIDEN_WORD("d", "t", "24")    \
  "sxtab16 %[t], %[term], %[a]\n\tsxtab16 %[a], %[term], %[a], ror #8\n\t"                       \
  "str %[a], [%[to], #4]\n\tstr %[t], [%[to]], #32\n\t"

/* Whether the rows of four tokens are within reach of an immediate offset; `channels` is a constant. */
#define TFR_WIDEN_REACHES(channels) (TFR_IS_CONSTANT(channels) && (channels) % 4 == 0 && (channels) <= 1364)

TFR_INLINE void tfr_widen_all4(const int8_t *from, int32_t channels, uint32_t term, void *tile) {
  uint8_t *to = (uint8_t *)tile;
  const uint8_t *const end = to + 8 * channels;
  uint32_t a, b, c, d, t, u;
  __asm__ volatile(
      ".rept %c[odd]\n\t" TFR_WIDEN_QUAD ".endr\n\t"
      ".if %c[pairs]\n1:\n\t" TFR_WIDEN_QUAD TFR_WIDEN_QUAD "cmp %[to], %[end]\n\tbne 1b\n\t.endif\n\t"
      : [from] "+r"(from), [to] "+r"(to), [a] "=&r"(a), [b] "=&r"(b), [c] "=&r"(c), [d] "=&r"(d), [t] "=&r"(t),
        [u] "=&r"(u)
      : [end] "r"(end), [term] "r"(term), [pitch] "i"(channels), [odd] "i"(channels / 4 % 2), [pairs] "i"(channels / 8)
      : "memory", "cc");
}

#endif
