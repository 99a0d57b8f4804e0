/*
 * The same with the 128-bit vectors of a host: x86-64 and WebAssembly multiply eight pairs of int16 and add neighbours in
 * one instruction. A vector holds the quads of two tokens; its four sums are those of each half of each token, which come
 * together at the end.
 */
#ifndef TFR_PANEL_QUAD_HOST_H
#define TFR_PANEL_QUAD_HOST_H

typedef int16_t tfr_int16x8 __attribute__((vector_size(16)));
typedef uint32_t tfr_uint32x4 __attribute__((vector_size(16)));

#if defined(__SSE2__)
#define tfr_dot16x8(a, b) ((tfr_uint32x4)__builtin_ia32_pmaddwd128(a, b))
#else
#define tfr_dot16x8(a, b) ((tfr_uint32x4)__builtin_wasm_dot_s_i32x4_i16x8(a, b))
#endif

/* Of each row: tokens 0 and 1, tokens 2 and 3. */
struct tfr_panel_sums {
  tfr_uint32x4 of[2][2];
};

TFR_INLINE struct tfr_panel_sums tfr_panel_begin(const int32_t *sums) {
  const uint32_t a = (uint32_t)sums[0], b = (uint32_t)sums[4];
  return (struct tfr_panel_sums){{{{a, 0, a, 0}, {a, 0, a, 0}}, {{b, 0, b, 0}, {b, 0, b, 0}}}};
}

TFR_INLINE tfr_int16x8 tfr_load_quads(const uint8_t *a, const uint8_t *b) {
  uint64_t halves[2];
  tfr_int16x8 quads;
  __builtin_memcpy(&halves[0], a, 8);
  __builtin_memcpy(&halves[1], b, 8);
  __builtin_memcpy(&quads, halves, sizeof quads);
  return quads;
}

TFR_INLINE void tfr_panel_multiply_quad(struct tfr_panel_sums *sums, uint32_t low, uint32_t high, bool fused,
                                        const uint8_t *quad, int32_t token_pitch) {
  const tfr_uint32x4 words = {low, high, low, high};
  const tfr_int16x8 both = (tfr_int16x8)words;
  const tfr_int16x8 first = (both << 8) >> 8;
  const tfr_int16x8 second = fused ? both : both >> 8;
  const tfr_int16x8 early = tfr_load_quads(quad, quad + token_pitch);
  const tfr_int16x8 late = tfr_load_quads(quad + 2 * token_pitch, quad + 3 * token_pitch);
  sums->of[0][0] += tfr_dot16x8(early, first);
  sums->of[0][1] += tfr_dot16x8(late, first);
  sums->of[1][0] += tfr_dot16x8(early, second);
  sums->of[1][1] += tfr_dot16x8(late, second);
}

TFR_INLINE void tfr_panel_end(const struct tfr_panel_sums *state, int32_t *sums) {
  for (int32_t row = 0; row < 2; row++) {
    for (int32_t token = 0; token < TFR_PANEL_TOKENS; token++) {
      const tfr_uint32x4 two = state->of[row][token / 2];
      sums[4 * row + token] = (int32_t)(two[2 * (token % 2)] + two[2 * (token % 2) + 1]);
    }
  }
}

#endif
