/*
 * All rows of a panel against one tile: of four tokens (tfr_panel_tile4) or of one (tfr_panel_tile1). Where the panel is a
 * constant but for its bytes, so is everything here that is not in the inner loops.
 */
#ifndef TFR_PANEL_TILES_H
#define TFR_PANEL_TILES_H

#include "rows/tfr_panel_rescale.h"
#include "rows/tfr_panel_walk.h"

/* The second row of a fused pair: its sums came as 256 * second + first, modulo 2^32. */
TFR_INLINE int32_t tfr_panel_second(const struct tfr_panel *panel, int32_t sum, int32_t first) {
  return tfr_panel_is_fused(panel) ? (int32_t)((uint32_t)sum - (uint32_t)first) >> 8 : sum;
}

/* Both rows of a pair, whose sums are as tfr_panel_walk gives them. */
TFR_INLINE void tfr_panel_store_pair(const struct tfr_panel *panel, struct tfr_panel_output to, const uint8_t *factors,
                                     int32_t pair, const int32_t *sums, int8_t *output, int32_t stride) {
  const int32_t second[4] = {tfr_panel_second(panel, sums[4], sums[0]), tfr_panel_second(panel, sums[5], sums[1]),
                             tfr_panel_second(panel, sums[6], sums[2]), tfr_panel_second(panel, sums[7], sums[3])};
  tfr_panel_store(panel, tfr_panel_factor_at(panel, factors, 2 * pair + 1), to, second, 4, output + 1, stride);
  tfr_panel_store(panel, tfr_panel_factor_at(panel, factors, 2 * pair), to, sums, 4, output, stride);
}

typedef void tfr_panel_walker(int32_t *sums, const struct tfr_panel *panel, const uint8_t *stream, int32_t pair,
                              const void *tile, struct tfr_walk walk);

/* Rows 2 * pair and 2 * pair + 1 of a group; `is_last` leaves out the second, which does not exist. */
TFR_INLINE void tfr_panel_pair4(const struct tfr_panel *panel, tfr_panel_walker *walker, struct tfr_panel_output to,
                                const uint8_t *group, int32_t pair, bool is_last, const void *tile,
                                struct tfr_walk walk, int8_t *output, int32_t stride) {
  const uint8_t *weights = group + 4 * panel->block_rows;
  const uint8_t *factors = weights + tfr_panel_weight_bytes(panel);
  int32_t sums[8];
  sums[0] = (int32_t)tfr_load32(group + 8 * pair);
  sums[4] = (int32_t)tfr_load32(group + 8 * pair + 4);
  /* Field by field: a compiler that copies the whole struct no longer sees that its fields are constants. */
  const struct tfr_walk same = {walk.token_pitch, walk.quad_pitch, walk.run, walk.run_pitch};
  walker(sums, panel, weights, pair, tile, same);
  if (is_last) {
    tfr_panel_store(panel, tfr_panel_factor_at(panel, factors, 2 * pair), to, sums, 4, output, stride);
  } else {
    tfr_panel_store_pair(panel, to, factors, pair, sums, output, stride);
  }
}

/* Rows from `row` on, which begins a group, for four tokens: row r of token t to output[t * stride + r]. */
TFR_INLINE void tfr_panel_rest4(const struct tfr_panel *panel, tfr_panel_walker *walker, struct tfr_panel_output to,
                                int32_t row, const void *tile, struct tfr_walk walk, int8_t *output, int32_t stride) {
  const int32_t bytes = tfr_panel_group_bytes(panel);
  const uint8_t *group = panel->groups + row / panel->block_rows * bytes;
  for (; row + panel->block_rows <= panel->rows; row += panel->block_rows) {
    tfr_panel_pair4(panel, walker, to, group, 0, false, tile, walk, output + row, stride);
    if (panel->block_rows == 4) {
      tfr_panel_pair4(panel, walker, to, group, 1, false, tile, walk, output + row + 2, stride);
    }
    group += bytes;
  }
  const int32_t rest = panel->rows % panel->block_rows;
  output += row;
  if (rest > 0) tfr_panel_pair4(panel, walker, to, group, 0, rest == 1, tile, walk, output, stride);
  if (rest > 2) tfr_panel_pair4(panel, walker, to, group, 1, true, tile, walk, output + 2, stride);
}

/* All rows. */
TFR_INLINE void tfr_panel_tile4(const struct tfr_panel *panel, tfr_panel_walker *walker, struct tfr_panel_output to,
                                const void *tile, struct tfr_walk walk, int8_t *output, int32_t stride) {
  int32_t row = 0;
  if (walker == tfr_panel_walk && tfr_panel_has_rows(panel, stride)) {
    tfr_panel_rows(panel, to, tile, walk, output, stride);
    row = panel->rows / 2 * 2;
  }
  tfr_panel_rest4(panel, walker, to, row, tile, walk, output, stride);
}

/* A block's two rows against one token; words of them are `step` bytes apart. */
TFR_INLINE void tfr_panel_multiply1(int32_t *sums, const struct tfr_panel *panel, const uint8_t *weights,
                                    int32_t step, const uint8_t *values, int32_t quad_pitch) {
  for (int32_t quad = 0; quad < panel->block_quads; quad++) {
    for (int32_t half = 0; half < 2; half++) {
      const uint32_t value = tfr_load32(values + 4 * half);
      const uint32_t word = tfr_load32(weights);
      const uint32_t second = tfr_panel_is_fused(panel) ? word : tfr_sxtb16_odd(word);
      sums[0] = tfr_panel_add(sums[0], tfr_smlad(value, tfr_sxtb16(word), 0));
      sums[1] = tfr_panel_add(sums[1], tfr_smlad(value, second, 0));
      weights += step;
    }
    values += quad_pitch;
  }
}

/* The sums of a pair's rows for one token; `stream` and `walk` are as for four, the latter without its token_pitch. */
TFR_INLINE void tfr_panel_walk1(int32_t *sums, const struct tfr_panel *panel, const uint8_t *stream, int32_t pair,
                                const uint8_t *values, struct tfr_walk walk) {
  const int32_t bytes = tfr_panel_block_bytes(panel), step = 2 * panel->block_rows;
  if (tfr_panel_is_dense(panel)) {
    const int32_t run = walk.run == 0 ? panel->blocks : walk.run;
    for (int32_t left = panel->blocks; left > 0; left -= run) {
      for (int32_t block = 0; block < run; block++) {
        tfr_panel_multiply1(sums, panel, stream + 4 * pair, step, values, walk.quad_pitch);
        stream += bytes;
        values += walk.quad_pitch;
      }
      values += walk.run_pitch - run * walk.quad_pitch;
    }
    return;
  }
  for (int32_t block = 0; block < panel->blocks; block++) {
    const int32_t odd = block & 1;
    values += tfr_low16(tfr_load32(stream) >> (16 * odd));
    tfr_panel_multiply1(sums, panel, stream + 4 + odd * bytes + 4 * pair, step, values, walk.quad_pitch);
    if (odd) stream += tfr_panel_pair_bytes(panel);
  }
}

/* All rows for one token in C, pair by pair: row r to output[r]. */
TFR_INLINE void tfr_panel_rows1(const struct tfr_panel *panel, struct tfr_panel_output to, const void *tile,
                                struct tfr_walk walk, int8_t *output) {
  for (int32_t row = 0; row < panel->rows; row += 2) {
    const uint8_t *group = panel->groups + row / panel->block_rows * tfr_panel_group_bytes(panel);
    const int32_t pair = row % panel->block_rows / 2;
    const uint8_t *weights = group + 4 * panel->block_rows;
    const uint8_t *factors = weights + tfr_panel_weight_bytes(panel);
    int32_t sums[2] = {(int32_t)tfr_load32(group + 8 * pair), (int32_t)tfr_load32(group + 8 * pair + 4)};
    tfr_panel_walk1(sums, panel, weights, pair, (const uint8_t *)tile, walk);
    sums[1] = tfr_panel_second(panel, sums[1], sums[0]);
    for (int32_t i = 0; i < 2 && row + i < panel->rows; i++) {
      tfr_panel_store(panel, tfr_panel_factor_at(panel, factors, 2 * pair + i), to, sums + i, 1, output + row + i, 1);
    }
  }
}

/* One token. */
TFR_INLINE void tfr_panel_tile1(const struct tfr_panel *panel, tfr_panel_walker *walker, struct tfr_panel_output to,
                                const void *tile, int32_t quad_pitch, int8_t *output) {
  if (walker == tfr_panel_walk && tfr_panel_has_token(panel)) {
    tfr_panel_token(panel, to, tile, quad_pitch, output);
    return;
  }
  const struct tfr_walk walk = {.token_pitch = TFR_PANEL_QUAD_BYTES, .quad_pitch = quad_pitch};
  tfr_panel_rows1(panel, to, tile, walk, output);
}

#endif
