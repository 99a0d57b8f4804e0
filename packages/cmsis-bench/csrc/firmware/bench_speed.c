/**
 * @file Work for measuring how fast the simulated machine is: a matrix product in int8 with requantisation, TFB_PASSES
 * times, in region 1. One pass is about 5 million instructions of every common kind.
 */
#include <stdint.h>

#include "regions.h"

enum { ROWS = 64, COLUMNS = 128, DEPTH = 128 };

static int8_t left[ROWS * DEPTH];
static int8_t right[COLUMNS * DEPTH];
int8_t product[ROWS * COLUMNS]; /* visible, so that it has to be computed */

static int8_t requantise(int32_t sum) {
  int32_t value = (int32_t)(((int64_t)sum * 1234567 + (1 << 30)) >> 31);
  return (int8_t)(value > 127 ? 127 : value < -128 ? -128 : value);
}

static __attribute__((noinline)) void multiply(void) {
  for (int row = 0; row < ROWS; row++) {
    for (int column = 0; column < COLUMNS; column++) {
      int32_t sum = 0;
      for (int k = 0; k < DEPTH; k++) sum += left[row * DEPTH + k] * right[column * DEPTH + k];
      product[row * COLUMNS + column] = requantise(sum);
    }
  }
}

int main(void) {
  for (int i = 0; i < ROWS * DEPTH; i++) left[i] = (int8_t)(7 * i);
  for (int i = 0; i < COLUMNS * DEPTH; i++) right[i] = (int8_t)(3 * i);
  TFB_REGION_BEGIN(1);
  for (int pass = 0; pass < TFB_PASSES; pass++) multiply();
  TFB_REGION_END();
  return 0;
}
