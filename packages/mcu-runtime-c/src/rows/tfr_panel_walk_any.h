/* tfr_panel_walk.h in C, for any core and for panels that are known at run time only. */
#ifndef TFR_PANEL_WALK_ANY_H
#define TFR_PANEL_WALK_ANY_H

/* Modulo 2^32: fused sums may pass it on their way. */
TFR_INLINE int32_t tfr_panel_add(int32_t a, int32_t b) { return (int32_t)((uint32_t)a + (uint32_t)b); }

/* One word of weights against the same half of four tokens. */
TFR_INLINE void tfr_panel_multiply(int32_t *sums, uint32_t weights, bool fused, const uint8_t *half,
                                   int32_t token_pitch) {
  const uint32_t first = tfr_sxtb16(weights);
  const uint32_t second = fused ? weights : tfr_sxtb16_odd(weights);
  for (int32_t token = 0; token < TFR_PANEL_TOKENS; token++) {
    const uint32_t values = tfr_load32(half + token * token_pitch);
    sums[token] = tfr_panel_add(sums[token], tfr_smlad(values, first, 0));
    sums[4 + token] = tfr_panel_add(sums[4 + token], tfr_smlad(values, second, 0));
  }
}

/* A block: `weights` is its first word for this pair of rows. */
TFR_INLINE void tfr_panel_multiply_block(int32_t *sums, const struct tfr_panel *panel, const uint8_t *weights,
                                         const uint8_t *tile, struct tfr_walk walk) {
  const bool fused = tfr_panel_is_fused(panel) != 0;
  for (int32_t half = 0; half < 2 * panel->block_quads; half++) {
    tfr_panel_multiply(sums, tfr_load32(weights + 2 * panel->block_rows * half), fused,
                       tile + (half >> 1) * walk.quad_pitch + 4 * (half & 1), walk.token_pitch);
  }
}

/* `stream` is the group's first offset, or with dense weights its first block; `pair` is which two rows. */
TFR_INLINE void tfr_panel_walk_any(int32_t *sums, const struct tfr_panel *panel, const uint8_t *stream, int32_t pair,
                               const void *tile, struct tfr_walk walk) {
  for (int32_t token = 1; token < TFR_PANEL_TOKENS; token++) {
    sums[token] = sums[0];
    sums[4 + token] = sums[4];
  }
  const uint8_t *at = (const uint8_t *)tile;
  const int32_t bytes = tfr_panel_block_bytes(panel);
  for (int32_t block = 0; block < panel->blocks; block++) {
    if (tfr_panel_is_dense(panel)) {
      tfr_panel_multiply_block(sums, panel, stream + 4 * pair, at, walk);
      stream += bytes;
      at += walk.quad_pitch;
      continue;
    }
    const int32_t odd = block & 1;
    at += tfr_low16(tfr_load32(stream) >> (16 * odd)) ;
    tfr_panel_multiply_block(sums, panel, stream + 4 + odd * bytes + 4 * pair, at, walk);
    if (odd) stream += tfr_panel_pair_bytes(panel);
  }
}

#endif
