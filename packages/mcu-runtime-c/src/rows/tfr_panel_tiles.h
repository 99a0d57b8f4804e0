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
  if (walker == tfr_panel_walk && tfr_panel_has_rows(panel, to, stride)) {
    tfr_panel_rows(panel, to, tile, walk, output, stride);
    row = panel->rows / 2 * 2;
  }
  tfr_panel_rest4(panel, walker, to, row, tile, walk, output, stride);
}

/* A block against one token. */
TFR_INLINE void tfr_panel_multiply1(int32_t *sums, const struct tfr_panel *panel, const uint8_t *weights,
                                    const uint8_t *values, int32_t quad_pitch) {
  for (int32_t quad = 0; quad < panel->block_quads; quad++) {
    for (int32_t half = 0; half < 2; half++) {
      const uint32_t value = tfr_load32(values + quad * quad_pitch + 4 * half);
      for (int32_t pair = 0; pair < panel->block_rows / 2; pair++) {
        const uint32_t word = tfr_load32(weights);
        const uint32_t second = tfr_panel_is_fused(panel) ? word : tfr_sxtb16_odd(word);
        sums[2 * pair] = tfr_panel_add(sums[2 * pair], tfr_smlad(value, tfr_sxtb16(word), 0));
        sums[2 * pair + 1] = tfr_panel_add(sums[2 * pair + 1], tfr_smlad(value, second, 0));
        weights += 4;
      }
    }
  }
}

/* The sums of a group's rows for one token. */
TFR_INLINE void tfr_panel_walk1(int32_t *sums, const struct tfr_panel *panel, const uint8_t *stream,
                                const uint8_t *values, int32_t quad_pitch) {
  const int32_t bytes = tfr_panel_block_bytes(panel);
  if (tfr_panel_is_dense(panel)) {
    for (int32_t block = 0; block < panel->blocks; block++) {
      tfr_panel_multiply1(sums, panel, stream, values, quad_pitch);
      stream += bytes;
      values += quad_pitch;
    }
    return;
  }
  for (int32_t pair = panel->blocks / 2; pair > 0; pair--) {
    const uint32_t offsets = tfr_load32(stream);
    values += tfr_low16(offsets);
    tfr_panel_multiply1(sums, panel, stream + 4, values, quad_pitch);
    values += tfr_high16(offsets);
    tfr_panel_multiply1(sums, panel, stream + 4 + bytes, values, quad_pitch);
    stream += 4 + 2 * bytes;
  }
  if (panel->blocks & 1) {
    tfr_panel_multiply1(sums, panel, stream + 4, values + tfr_low16(tfr_load32(stream)), quad_pitch);
  }
}

/* One token: row r to output[r]. */
TFR_INLINE void tfr_panel_tile1(const struct tfr_panel *panel, tfr_panel_walker *walker, struct tfr_panel_output to,
                                const void *tile, int32_t quad_pitch, int8_t *output) {
  const uint8_t *group = panel->groups;
  const int32_t block_rows = panel->block_rows;
  if (walker == tfr_panel_walk && tfr_panel_has_token(panel, to)) {
    tfr_panel_token(panel, to, tile, quad_pitch, output);
    return;
  }
  for (int32_t row = 0; row < panel->rows; row += block_rows) {
    int32_t sums[4];
    for (int32_t i = 0; i < block_rows; i++) sums[i] = (int32_t)tfr_load32(group + 4 * i);
    const uint8_t *weights = group + 4 * block_rows;
    const uint8_t *factors = weights + tfr_panel_weight_bytes(panel);
    tfr_panel_walk1(sums, panel, weights, (const uint8_t *)tile, quad_pitch);
    for (int32_t i = 0; i < block_rows; i += 2) sums[i + 1] = tfr_panel_second(panel, sums[i + 1], sums[i]);
    for (int32_t i = 0; i < block_rows && row + i < panel->rows; i++) {
      tfr_panel_store(panel, tfr_panel_factor_at(panel, factors, i), to, sums + i, 1, output + row + i, 1);
    }
    group += tfr_panel_group_bytes(panel);
  }
}

#endif
