/* tfr_panel_straight.h in C. */
#ifndef TFR_PANEL_STRAIGHT_ANY_H
#define TFR_PANEL_STRAIGHT_ANY_H

#define TFR_STRAIGHT_LOCALS

#define TFR_STRAIGHT_ONLY(at, quad) tfr_panel_multiply_block(&state, &panel, weights + (at), x + 32 * (quad), walk);
#define TFR_STRAIGHT_LAST(at, quad) TFR_STRAIGHT_ONLY(at, quad)
#define TFR_STRAIGHT_FIRST(at, quad, next_at, next_quad) TFR_STRAIGHT_ONLY(at, quad)
#define TFR_STRAIGHT_NEXT(at, quad, next_at, next_quad) TFR_STRAIGHT_ONLY(at, quad)

#define TFR_STRAIGHT_PAIR(row, factors, blocks)                                                         \
  {                                                                                                     \
    int32_t sums[8];                                                                                    \
    const uint8_t *const weights = p + 8;                                                               \
    sums[0] = (int32_t)tfr_load32(p);                                                                   \
    sums[4] = (int32_t)tfr_load32(p + 4);                                                               \
    struct tfr_panel_sums state = tfr_panel_begin(sums);                                                \
    blocks tfr_panel_end(&state, sums);                                                                 \
    tfr_panel_store_pair(&panel, to, weights + (factors), 0, sums, output + (row), fixed.outputs);      \
    p = weights + (factors) + 8 + 4 * tfr_panel_has_row_shifts(&panel);                                 \
  }

#endif
