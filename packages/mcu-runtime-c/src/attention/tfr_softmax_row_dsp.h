/* A row of softmax four columns at a time. */
#ifndef TFR_SOFTMAX_ROW_DSP_H
#define TFR_SOFTMAX_ROW_DSP_H

#include "attention/tfr_softmax_row.h"

TFR_INLINE int32_t tfr_softmax_maximum(const int8_t *input, int32_t columns) {
  uint32_t largest = 0x80808080u;
  int32_t j = 0;
  for (; j + 4 <= columns; j += 4) largest = tfr_max8(largest, tfr_load32(input + j));
  largest = tfr_max8(largest, largest >> 16 | largest << 16);
  largest = tfr_max8(largest, largest >> 8 | largest << 24);
  int32_t maximum = tfr_byte(largest, 0);
  for (; j < columns; j++) maximum = input[j] > maximum ? input[j] : maximum;
  return maximum;
}

TFR_INLINE void tfr_softmax_row(const uint16_t *table, const int8_t *input, int32_t columns, int8_t *output) {
  const int32_t maximum = tfr_softmax_maximum(input, columns);
  const uint32_t maxima = (uint32_t)(maximum & 0xff) * 0x01010101u;
  const int32_t whole = columns & ~3;
  uint32_t sum = 0;
  for (int32_t j = 0; j < whole; j += 4) {
    const uint32_t distance = tfr_sub8(maxima, tfr_load32(input + j));
    sum += (uint32_t)table[distance & 0xff] + table[distance >> 8 & 0xff];
    sum += (uint32_t)table[distance >> 16 & 0xff] + table[distance >> 24];
  }
  for (int32_t j = whole; j < columns; j++) sum += table[maximum - input[j]];
  const int32_t reciprocal = tfr_softmax_reciprocal(sum);
  for (int32_t j = 0; j < whole; j += 4) {
    const uint32_t distance = tfr_sub8(maxima, tfr_load32(input + j));
    tfr_store32(output + j, tfr_pack8(tfr_softmax_value(table[distance & 0xff], reciprocal),
                                      tfr_softmax_value(table[distance >> 8 & 0xff], reciprocal),
                                      tfr_softmax_value(table[distance >> 16 & 0xff], reciprocal),
                                      tfr_softmax_value(table[distance >> 24], reciprocal)));
  }
  for (int32_t j = whole; j < columns; j++) {
    output[j] = (int8_t)tfr_softmax_value(table[maximum - input[j]], reciprocal);
  }
}

#endif
