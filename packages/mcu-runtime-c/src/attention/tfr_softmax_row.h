/* One row of softmax; the output may be the input. */
#ifndef TFR_SOFTMAX_ROW_H
#define TFR_SOFTMAX_ROW_H

#include <stddef.h>
#include <stdint.h>

#include "tfr_core.h"
#include "tfr_dsp.h"

#define TFR_SOFTMAX_SHIFT 23 /* 2^31, the unit of an exponential times the reciprocal, over 2^8 */
/* -128 and a half, before that shift; the 128 also keep a product of 2^31 in 31 bits. */
#define TFR_SOFTMAX_OFFSET (-(128 << TFR_SOFTMAX_SHIFT) + (1 << (TFR_SOFTMAX_SHIFT - 1)))

/* 2^31 over the sum of exponentials; a table entry times it is at most 2^31. */
TFR_INLINE int32_t tfr_softmax_reciprocal(uint32_t sum) { return (int32_t)(((uint32_t)1 << 31) / sum); }

/* An exponential to min(255, its share of 256, rounded) - 128. */
TFR_INLINE int32_t tfr_softmax_value(uint32_t exponential, int32_t reciprocal) {
  return tfr_ssat8_shifted(tfr_mla((int32_t)exponential, reciprocal, TFR_SOFTMAX_OFFSET), TFR_SOFTMAX_SHIFT);
}

#if TFR_CORE == TFR_CORE_PORTABLE
TFR_INLINE void tfr_softmax_row(const uint16_t *table, const int8_t *input, int32_t columns, int8_t *output) {
  int32_t maximum = INT8_MIN;
  for (int32_t j = 0; j < columns; j++) maximum = input[j] > maximum ? input[j] : maximum;
  uint32_t sum = 0;
  for (int32_t j = 0; j < columns; j++) sum += table[maximum - input[j]];
  const int32_t reciprocal = tfr_softmax_reciprocal(sum);
  for (int32_t j = 0; j < columns; j++) {
    output[j] = (int8_t)tfr_softmax_value(table[maximum - input[j]], reciprocal);
  }
}
#else
#include "attention/tfr_softmax_row_dsp.h"
#endif

#endif
