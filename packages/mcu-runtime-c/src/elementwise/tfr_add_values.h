/*
 * The addition itself. An operand is one of 256 values, so its rescaled form is looked up in tables that a call of some
 * length makes first.
 */
#ifndef TFR_ADD_VALUES_H
#define TFR_ADD_VALUES_H

#include <stddef.h>
#include <stdint.h>

#include "tfr/tfr_params.h"
#include "tfr_core.h"
#include "tfr_requantize.h"

#define TFR_ADD_LEFT_FACTOR ((int32_t)1 << 20)
#define TFR_ADD_MIN_TABLED 320 /* below, making the tables costs more than they save */

/* Rescaled operands by their byte. */
struct tfr_add_tables {
  int32_t a[256];
  int32_t b[256];
};

TFR_INLINE int32_t tfr_add_operand(int32_t value, int32_t zero_point, int32_t multiplier, int32_t shift) {
  return tfr_requantize((value - zero_point) * TFR_ADD_LEFT_FACTOR, multiplier, shift);
}

TFR_INLINE int8_t tfr_add_finish(const struct tfr_add_params *params, int32_t sum) {
  return tfr_requantize_s8(sum, params->output_multiplier, params->output_shift, params->output_zero_point,
                           params->output_min, params->output_max);
}

#if TFR_CORE == TFR_CORE_PORTABLE
TFR_INLINE void tfr_add_run(const struct tfr_add_params *params, struct tfr_add_tables *tables, const int8_t *a,
                            const int8_t *b, int8_t *output) {
  const int is_tabled = params->size >= TFR_ADD_MIN_TABLED;
  for (int32_t value = INT8_MIN; is_tabled && value <= INT8_MAX; value++) {
    tables->a[value & 0xff] = tfr_add_operand(value, params->a_zero_point, params->a_multiplier, params->a_shift);
    tables->b[value & 0xff] = tfr_add_operand(value, params->b_zero_point, params->b_multiplier, params->b_shift);
  }
  for (int32_t i = 0; i < params->size; i++) {
    const int32_t sum =
        is_tabled ? tables->a[(uint8_t)a[i]] + tables->b[(uint8_t)b[i]]
                  : tfr_add_operand(a[i], params->a_zero_point, params->a_multiplier, params->a_shift) +
                        tfr_add_operand(b[i], params->b_zero_point, params->b_multiplier, params->b_shift);
    output[i] = tfr_add_finish(params, sum);
  }
}
#else
#include "elementwise/tfr_add_values_dsp.h"
#endif

#endif
