/*
 * LayerNorm in integers: exact sums, one integer square root and one division a row (docs/quantization.md). The range is
 * kept by an even power of two taken out of the variance, so that its root needs 32 bits.
 */
#include <stddef.h>

#include "tfr/tfr_kernels.h"
#include "tfr_check.h"

#define MIN_COLUMNS 2
#define MAX_COLUMNS 4096
#define MAX_GAMMA 16383
#define MAX_BETA ((int32_t)1 << 30)

/* 1 / sqrt(variance), as reciprocal * 2^-shift up to the factor that makes normalised values times 1024. */
struct inverse_root {
  int64_t reciprocal;
  int32_t shift;
};

static bool affine_valid(const int16_t *gamma, const int32_t *beta, int32_t columns) {
  for (int32_t i = 0; i < columns; i++) {
    if (gamma[i] < -MAX_GAMMA || gamma[i] > MAX_GAMMA || beta[i] < -MAX_BETA || beta[i] > MAX_BETA) return false;
  }
  return true;
}

static tfr_status check(const struct tfr_layer_norm_params *params, const int8_t *input, const int8_t *output) {
  if (params == NULL || input == NULL || output == NULL || params->gamma == NULL || params->beta == NULL) {
    return TFR_ERROR_NULL;
  }
  if (!tfr_volume_valid(params->rows, params->columns, 1) || params->columns < MIN_COLUMNS ||
      params->columns > MAX_COLUMNS) {
    return TFR_ERROR_SIZE;
  }
  const bool in_range = params->epsilon >= 1 && tfr_s8_valid(params->output_zero_point) &&
                        tfr_factor_valid(params->multiplier, params->shift) &&
                        affine_valid(params->gamma, params->beta, params->columns);
  return in_range ? TFR_OK : TFR_ERROR_RANGE;
}

/* floor(sqrt(value)), bit by bit from the top. */
static uint32_t integer_root(uint32_t value) {
  uint32_t root = 0;
  for (uint32_t bit = (uint32_t)1 << 15; bit > 0; bit >>= 1) {
    const uint32_t candidate = root | bit;
    if (candidate * candidate <= value) root = candidate;
  }
  return root;
}

/* variance >= 1; it becomes a number in [2^30, 2^32) times an even power of two. */
static struct inverse_root invert_root(uint64_t variance) {
  int32_t exponent = 0;
  while (variance >= (uint64_t)1 << 32) {
    variance >>= 2;
    exponent += 2;
  }
  while (variance < (uint64_t)1 << 30) {
    variance <<= 2;
    exponent -= 2;
  }
  const uint32_t root = integer_root((uint32_t)variance);
  return (struct inverse_root){.reciprocal = (int64_t)(((uint32_t)1 << 31) / root), .shift = 21 + exponent / 2};
}

static void normalize_row(const struct tfr_layer_norm_params *params, const int8_t *input, int8_t *output) {
  const int32_t columns = params->columns;
  int32_t sum = 0;
  for (int32_t i = 0; i < columns; i++) sum += input[i];
  uint64_t squares = 0;
  for (int32_t i = 0; i < columns; i++) {
    const int64_t difference = columns * input[i] - sum;
    squares += (uint64_t)(difference * difference);
  }
  const struct inverse_root inverse = invert_root(squares / (uint32_t)columns + (uint32_t)params->epsilon);
  const int64_t half = (int64_t)1 << (inverse.shift - 1);
  for (int32_t i = 0; i < columns; i++) {
    const int64_t difference = columns * input[i] - sum;
    const int32_t normal = (int32_t)((difference * inverse.reciprocal + half) >> inverse.shift);
    output[i] = tfr_requantize_s8(normal * params->gamma[i] + params->beta[i], params->multiplier, params->shift,
                                  params->output_zero_point, INT8_MIN, INT8_MAX);
  }
}

tfr_status tfr_layer_norm_s8(const struct tfr_layer_norm_params *params, const int8_t *input, int8_t *output,
                             void *scratch) {
  (void)scratch;
  const tfr_status status = check(params, input, output);
  if (status != TFR_OK) return status;
  for (int32_t row = 0; row < params->rows; row++) {
    normalize_row(params, input + row * params->columns, output + row * params->columns);
  }
  return TFR_OK;
}

uint32_t tfr_layer_norm_s8_scratch_bytes(const struct tfr_layer_norm_params *params) {
  (void)params;
  return 0;
}
