/*
 * Softmax equal to TensorFlow Lite's int8 kernel bit for bit: gemmlowp's fixed-point exponentials, which depend on the
 * distance to the maximum alone and so come as a table, and its reciprocal by three steps of Newton's method.
 */
#include <stddef.h>

#include "tfr/tfr_kernels.h"
#include "tfr_check.h"

#define MAX_COLUMNS 4095    /* so that the sum of exponentials fits 31 bits */
#define SUM_FRACTION 19     /* fractional bits of the sum: 31 - 12 */
#define UNIT ((int32_t)1 << 29) /* 1 with two integer bits */

/* SaturatingRoundingDoublingHighMul of numbers of which not both are -2^31; see tfr_requantize.h. */
static int32_t high_product(int32_t a, int32_t b) {
  return (int32_t)(((int64_t)a * b + ((int64_t)1 << 30)) >> 31);
}

static int32_t saturated_left(int32_t value, int32_t shift) {
  const int64_t shifted = (int64_t)value * ((int64_t)1 << shift);
  return (int32_t)(shifted > INT32_MAX ? INT32_MAX : shifted < INT32_MIN ? INT32_MIN : shifted);
}

/* 1 / (1 + x) for x in [0, 1), both with 31 fractional bits (gemmlowp, one_over_one_plus_x_for_x_in_0_1). */
static int32_t reciprocal_of(int32_t x) {
  const int32_t half_denominator = (int32_t)(((int64_t)x + INT32_MAX + 1) / 2);
  int32_t estimate = 1515870810 + high_product(half_denominator, -1010580540); /* 48/17 - 32/17 half_denominator */
  for (int32_t step = 0; step < 3; step++) {
    const int32_t error = UNIT - high_product(half_denominator, estimate);
    estimate += saturated_left(high_product(estimate, error), 2);
  }
  return saturated_left(estimate, 1);
}

static int32_t leading_zeros(uint32_t value) {
  int32_t count = 0;
  while (value < (uint32_t)1 << 31) {
    value <<= 1;
    count++;
  }
  return count;
}

static void softmax_row(const int32_t *table, const int8_t *input, int32_t columns, int8_t *output) {
  int32_t maximum = INT8_MIN;
  for (int32_t j = 0; j < columns; j++) maximum = input[j] > maximum ? input[j] : maximum;
  uint32_t sum = 0;
  for (int32_t j = 0; j < columns; j++) sum += ((uint32_t)table[maximum - input[j]] + 2048) >> 12;
  const int32_t headroom = leading_zeros(sum);
  const uint32_t scale = (uint32_t)reciprocal_of((int32_t)((sum << headroom) & INT32_MAX));
  /* The product's high word is rounded at bit 30 of its low one, then shifted by `shift` with rounding. */
  const int32_t shift = 31 - SUM_FRACTION + 23 - headroom - 1;
  const uint64_t low_half = (uint32_t)1 << 30;
  for (int32_t j = 0; j < columns; j++) {
    const uint32_t high = (uint32_t)(((uint64_t)scale * (uint32_t)table[maximum - input[j]] + low_half) >> 32);
    const uint32_t probability = shift > 31 ? 0 : (high + ((uint32_t)1 << (shift - 1))) >> shift;
    output[j] = (int8_t)((int32_t)(probability > 255 ? 255 : probability) - 128);
  }
}

static bool table_valid(const int32_t *table) {
  for (int32_t i = 0; i < 256; i++) {
    if (table[i] < 0) return false;
  }
  return table[0] == INT32_MAX;
}

tfr_status tfr_softmax_tflite_s8(const struct tfr_softmax_tflite_params *params, const int8_t *input, int8_t *output,
                                 void *scratch) {
  (void)scratch;
  if (params == NULL || input == NULL || output == NULL || params->table == NULL) return TFR_ERROR_NULL;
  if (!tfr_volume_valid(params->rows, params->columns, 1) || params->columns > MAX_COLUMNS) return TFR_ERROR_SIZE;
  if (!table_valid(params->table)) return TFR_ERROR_RANGE;
  for (int32_t row = 0; row < params->rows; row++) {
    softmax_row(params->table, input + row * params->columns, params->columns, output + row * params->columns);
  }
  return TFR_OK;
}

uint32_t tfr_softmax_tflite_s8_scratch_bytes(const struct tfr_softmax_tflite_params *params) {
  (void)params;
  return 0;
}
