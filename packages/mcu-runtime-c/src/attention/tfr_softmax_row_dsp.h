/* A row of softmax in words of four columns, two at a time. */
#ifndef TFR_SOFTMAX_ROW_DSP_H
#define TFR_SOFTMAX_ROW_DSP_H

#include "attention/tfr_softmax_row.h"

/* The largest of the first `size` columns, a multiple of 4. */
TFR_INLINE int32_t tfr_softmax_maximum(const int8_t *input, int32_t size) {
  uint32_t largest = 0x80808080u;
  const int8_t *end = input + (size & ~15);
  for (; input != end; input += 16) {
    const uint32_t a = tfr_load32(input);
    const uint32_t b = tfr_load32(input + 4);
    const uint32_t c = tfr_load32(input + 8);
    const uint32_t d = tfr_load32(input + 12);
    largest = tfr_max8(tfr_max8(tfr_max8(tfr_max8(largest, a), b), c), d);
  }
  for (end += size & 12; input != end; input += 4) largest = tfr_max8(largest, tfr_load32(input));
  largest = tfr_max8(largest, largest >> 16 | largest << 16);
  largest = tfr_max8(largest, largest >> 8 | largest << 24);
  return tfr_byte(largest, 0);
}

/* The exponentials of four columns from the words of their distances to the maximum. */
TFR_INLINE uint32_t tfr_softmax_four(const uint16_t *table, uint32_t distance) {
  const uint32_t a = table[distance & 0xff];
  const uint32_t b = table[distance >> 8 & 0xff];
  const uint32_t c = table[distance >> 16 & 0xff];
  const uint32_t d = table[distance >> 24];
  return a + b + (c + d);
}

TFR_INLINE uint32_t tfr_softmax_sum(const uint16_t *table, uint32_t maxima, const int8_t *input, int32_t size) {
  uint32_t sum = 0;
  const int8_t *end = input + (size & ~7);
  for (; input != end; input += 8) {
    const uint32_t first = tfr_load32(input);
    const uint32_t second = tfr_load32(input + 4);
    sum += tfr_softmax_four(table, tfr_sub8(maxima, first));
    sum += tfr_softmax_four(table, tfr_sub8(maxima, second));
  }
  if (size & 4) sum += tfr_softmax_four(table, tfr_sub8(maxima, tfr_load32(input)));
  return sum;
}

TFR_INLINE uint32_t tfr_softmax_word(const uint16_t *table, uint32_t distance, int32_t reciprocal, int32_t offset) {
  const uint32_t a = table[distance & 0xff];
  const uint32_t b = table[distance >> 8 & 0xff];
  const uint32_t c = table[distance >> 16 & 0xff];
  const uint32_t d = table[distance >> 24];
  const int32_t e = tfr_mla((int32_t)a, reciprocal, offset);
  const int32_t f = tfr_mla((int32_t)b, reciprocal, offset);
  const int32_t g = tfr_mla((int32_t)c, reciprocal, offset);
  const int32_t h = tfr_mla((int32_t)d, reciprocal, offset);
  return tfr_pack8(tfr_ssat8_shifted(e, TFR_SOFTMAX_SHIFT), tfr_ssat8_shifted(f, TFR_SOFTMAX_SHIFT),
                   tfr_ssat8_shifted(g, TFR_SOFTMAX_SHIFT), tfr_ssat8_shifted(h, TFR_SOFTMAX_SHIFT));
}

TFR_INLINE void tfr_softmax_row(const uint16_t *table, const int8_t *input, int32_t columns, int8_t *output) {
  const int32_t size = columns & ~3;
  int32_t maximum = tfr_softmax_maximum(input, size);
  for (int32_t j = size; j < columns; j++) maximum = input[j] > maximum ? input[j] : maximum;
  const uint32_t maxima = (uint32_t)(maximum & 0xff) * 0x01010101u;
  uint32_t sum = tfr_softmax_sum(table, maxima, input, size);
  for (int32_t j = size; j < columns; j++) sum += table[maximum - input[j]];
  const int32_t reciprocal = tfr_softmax_reciprocal(sum);
  const int8_t *whole = input + (size & ~7);
  while (input != whole) {
    const uint32_t first = tfr_load32(input);
    const uint32_t second = tfr_load32(input + 4);
    input += 8;
    tfr_store32(output, tfr_softmax_word(table, tfr_sub8(maxima, first), reciprocal, TFR_SOFTMAX_OFFSET));
    tfr_store32(output + 4, tfr_softmax_word(table, tfr_sub8(maxima, second), reciprocal, TFR_SOFTMAX_OFFSET));
    output += 8;
  }
  if (size & 4) {
    const uint32_t distance = tfr_sub8(maxima, tfr_load32(input));
    tfr_store32(output, tfr_softmax_word(table, distance, reciprocal, TFR_SOFTMAX_OFFSET));
    input += 4;
    output += 4;
  }
  for (int32_t j = 0; j < columns - size; j++) {
    output[j] = (int8_t)tfr_softmax_value(table[maximum - input[j]], reciprocal);
  }
}

#endif
