/*
 * From the sums of a row to int8. With one shift a layer a single rounding is exact as SMMLA and a saturating shift:
 * (acc * m + 2^(s-1)) >> s is ((acc * m >> 32) + 2^(s-33)) >> (s-32), because for s > 32 the rounding term leaves the
 * product's low word alone, and the zero point joins the rounding term. |acc * m >> 32| < 2^30, and the term is below
 * 2^29 + 2^21 for s <= TFR_PANEL_MAX_SHIFT, so nothing overflows.
 */
#ifndef TFR_PANEL_RESCALE_H
#define TFR_PANEL_RESCALE_H

#include "rows/tfr_panel.h"
#include "tfr_clamp.h"
#include "tfr_requantize.h"

struct tfr_panel_output {
  int32_t zero_point;
  int32_t min; /* min and max are left to tfr_panel_clamp */
  int32_t max;
};

/* The clamp of a fused activation on outputs that are finished but for it. */
TFR_INLINE void tfr_panel_clamp(struct tfr_panel_output to, int8_t *output, int32_t count) {
  if (to.min > INT8_MIN || to.max < INT8_MAX) tfr_clamp_s8(output, count, to.min, to.max);
}

/* What a row's sums are rescaled by. */
struct tfr_panel_factor {
  int32_t multiplier;
  int32_t shift;
};

/* The factor of row `row` of a group; `factors` is behind the group's weights. */
TFR_INLINE struct tfr_panel_factor tfr_panel_factor_at(const struct tfr_panel *panel, const uint8_t *factors,
                                                       int32_t row) {
  const int32_t multiplier = (int32_t)tfr_load32(factors + 4 * row);
  return (struct tfr_panel_factor){multiplier, tfr_panel_has_row_shifts(panel) ? factors[4 * panel->block_rows + row] : panel->shift};
}

/* What is added before the shift: one half and the zero point. */
TFR_INLINE int32_t tfr_panel_term(int32_t shift, int32_t zero_point) {
  return ((int32_t)1 << (shift - 33)) + zero_point * ((int32_t)1 << (shift - 32));
}

#if defined(TFR_DOUBLE_ROUNDING)

#define TFR_ROUNDS_TWICE 1

/* A multiplier at the layer's shift lost nothing but zeros at its end: brought back into [2^30, 2^31). */
TFR_INLINE struct tfr_panel_factor tfr_panel_normal(struct tfr_panel_factor factor) {
  const int32_t zeros = factor.multiplier == 0 ? 0 : tfr_leading_zeros((uint32_t)factor.multiplier) - 1;
  return (struct tfr_panel_factor){factor.multiplier * ((int32_t)1 << zeros), factor.shift + zeros};
}

#else

#define TFR_ROUNDS_TWICE 0
#define tfr_panel_normal(factor) (factor)

#endif

/* Sums of a row to output[i * stride] by the rule itself. */
TFR_INLINE void tfr_panel_requantize(struct tfr_panel_factor factor, struct tfr_panel_output to, const int32_t *sums,
                                     int32_t count, int8_t *output, int32_t stride) {
  factor = tfr_panel_normal(factor);
  for (int32_t i = 0; i < count; i++) {
    output[i * stride] =
        tfr_requantize_s8(sums[i], factor.multiplier, factor.shift, to.zero_point, INT8_MIN, INT8_MAX);
  }
}

/* `count` sums to output[i * stride]. */
TFR_INLINE void tfr_panel_store(const struct tfr_panel *panel, struct tfr_panel_factor factor,
                                struct tfr_panel_output to, const int32_t *sums, int32_t count, int8_t *output,
                                int32_t stride) {
  if (TFR_ROUNDS_TWICE || tfr_panel_has_row_shifts(panel)) {
    tfr_panel_requantize(factor, to, sums, count, output, stride);
    return;
  }
  const int32_t term = tfr_panel_term(factor.shift, to.zero_point);
  for (int32_t i = 0; i < count; i++) {
    const int32_t scaled = tfr_smmla(sums[i], factor.multiplier, term);
    const int32_t value = TFR_IS_CONSTANT(panel->shift) ? tfr_ssat8_shifted(scaled, panel->shift - 32)
                                                        : tfr_ssat8(scaled >> (factor.shift - 32));
    output[i * stride] = (int8_t)value;
  }
}

#endif
