/* tfr_panel_walk.h in C, for any core and for panels that are known at run time only. */
#ifndef TFR_PANEL_WALK_ANY_H
#define TFR_PANEL_WALK_ANY_H

/* Modulo 2^32: fused sums may pass it on their way. */
TFR_INLINE int32_t tfr_panel_add(int32_t a, int32_t b) { return (int32_t)((uint32_t)a + (uint32_t)b); }

/* struct tfr_panel_sums, tfr_panel_begin, tfr_panel_multiply_quad and tfr_panel_end */
#if TFR_CORE == TFR_CORE_PORTABLE && (defined(__SSE2__) || defined(__wasm_simd128__))
#include "rows/tfr_panel_quad_host.h"
#else
#include "rows/tfr_panel_quad_any.h"
#endif

/* A block: `weights` is its first word for this pair of rows. */
TFR_INLINE void tfr_panel_multiply_block(struct tfr_panel_sums *sums, const struct tfr_panel *panel,
                                         const uint8_t *weights, const uint8_t *tile, struct tfr_walk walk) {
  const int32_t step = 2 * panel->block_rows;
  for (int32_t quad = 0; quad < panel->block_quads; quad++) {
    tfr_panel_multiply_quad(sums, tfr_load32(weights), tfr_load32(weights + step), tfr_panel_is_fused(panel) != 0,
                            tile, walk.token_pitch);
    weights += 2 * step;
    tile += walk.quad_pitch;
  }
}

/* Dense blocks are one quad wide; `block_rows` is a constant. */
TFR_INLINE void tfr_panel_walk_runs(struct tfr_panel_sums *sums, const struct tfr_panel *panel, bool fused,
                                    int32_t block_rows, const uint8_t *weights, const uint8_t *tile,
                                    struct tfr_walk walk) {
  const int32_t run = walk.run == 0 ? panel->blocks : walk.run;
  const int32_t next_run = walk.run_pitch - walk.run * walk.quad_pitch;
  for (int32_t left = panel->blocks; left > 0; left -= run, tile += next_run) {
    for (int32_t block = 0; block < run; block++) {
      tfr_panel_multiply_quad(sums, tfr_load32(weights), tfr_load32(weights + 2 * block_rows), fused, tile,
                              walk.token_pitch);
      weights += 4 * block_rows;
      tile += walk.quad_pitch;
    }
  }
}

TFR_INLINE void tfr_panel_walk_dense(struct tfr_panel_sums *sums, const struct tfr_panel *panel,
                                     const uint8_t *weights, const uint8_t *tile, struct tfr_walk walk) {
  const bool fused = tfr_panel_is_fused(panel) != 0;
  if (panel->block_rows == 4) {
    tfr_panel_walk_runs(sums, panel, fused, 4, weights, tile, walk);
  } else if (fused) {
    tfr_panel_walk_runs(sums, panel, true, 2, weights, tile, walk);
  } else {
    tfr_panel_walk_runs(sums, panel, false, 2, weights, tile, walk);
  }
}

TFR_INLINE void tfr_panel_walk_sparse(struct tfr_panel_sums *sums, const struct tfr_panel *panel,
                                      const uint8_t *offsets, int32_t pair, const uint8_t *tile,
                                      struct tfr_walk walk) {
  const int32_t bytes = tfr_panel_block_bytes(panel);
  for (int32_t block = 0; block < panel->blocks; block++) {
    const int32_t odd = block & 1;
    tile += tfr_low16(tfr_load32(offsets) >> (16 * odd));
    tfr_panel_multiply_block(sums, panel, offsets + 4 + odd * bytes + 4 * pair, tile, walk);
    if (odd) offsets += tfr_panel_pair_bytes(panel);
  }
}

/* `stream` is the group's first offset, or with dense weights its first block; `pair` is which two rows. */
TFR_INLINE void tfr_panel_walk_any(int32_t *sums, const struct tfr_panel *panel, const uint8_t *stream, int32_t pair,
                               const void *tile, struct tfr_walk walk) {
  struct tfr_panel_sums state = tfr_panel_begin(sums);
  if (tfr_panel_is_dense(panel)) {
    tfr_panel_walk_dense(&state, panel, stream + 4 * pair, (const uint8_t *)tile, walk);
  } else {
    tfr_panel_walk_sparse(&state, panel, stream, pair, (const uint8_t *)tile, walk);
  }
  tfr_panel_end(&state, sums);
}

#endif
