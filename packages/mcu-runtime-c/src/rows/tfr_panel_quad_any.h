/* One quad of four tokens against two rows, pair of channels by pair of channels. */
#ifndef TFR_PANEL_QUAD_ANY_H
#define TFR_PANEL_QUAD_ANY_H

struct tfr_panel_sums {
  int32_t of[2][TFR_PANEL_TOKENS];
};

TFR_INLINE struct tfr_panel_sums tfr_panel_begin(const int32_t *sums) {
  const int32_t a = sums[0], b = sums[4];
  return (struct tfr_panel_sums){{{a, a, a, a}, {b, b, b, b}}};
}

TFR_INLINE void tfr_panel_multiply_half(struct tfr_panel_sums *sums, uint32_t weights, bool fused,
                                        const uint8_t *half, int32_t token_pitch) {
  const uint32_t first = tfr_sxtb16(weights);
  const uint32_t second = fused ? weights : tfr_sxtb16_odd(weights);
  for (int32_t token = 0; token < TFR_PANEL_TOKENS; token++) {
    const uint32_t values = tfr_load32(half + token * token_pitch);
    sums->of[0][token] = tfr_panel_add(sums->of[0][token], tfr_smlad(values, first, 0));
    sums->of[1][token] = tfr_panel_add(sums->of[1][token], tfr_smlad(values, second, 0));
  }
}

/* `low` and `high` are the weight words of the quad's halves. */
TFR_INLINE void tfr_panel_multiply_quad(struct tfr_panel_sums *sums, uint32_t low, uint32_t high, bool fused,
                                        const uint8_t *quad, int32_t token_pitch) {
  tfr_panel_multiply_half(sums, low, fused, quad, token_pitch);
  tfr_panel_multiply_half(sums, high, fused, quad + 4, token_pitch);
}

TFR_INLINE void tfr_panel_end(const struct tfr_panel_sums *state, int32_t *sums) {
  for (int32_t token = 0; token < TFR_PANEL_TOKENS; token++) {
    sums[token] = state->of[0][token];
    sums[4 + token] = state->of[1][token];
  }
}

#endif
