/* Global average pooling. */
#include "vector.h"

INLINE void average(int pixels, int channels, const float *x, float *y, int lanes) {
  v128_t sum = splat(0.0f);
  for (int i = 0; i < pixels; i++, x += channels) sum = add(sum, load_lanes(x, lanes));
  store_lanes(y, mul(sum, splat(1.0f / (float)pixels)), lanes);
}

EXPORT void average_pool(int batch, int pixels, int channels, const float *x, float *y) {
  for (int n = 0; n < batch; n++, x += pixels * channels, y += channels) {
    int c = 0;
    for (; c + LANES <= channels; c += LANES) average(pixels, channels, x + c, y + c, LANES);
    if (c < channels) average(pixels, channels, x + c, y + c, channels - c);
  }
}

EXPORT void average_pool_gradient(int batch, int pixels, int channels, const float *dy, float *dx) {
  const float share = 1.0f / (float)pixels;
  for (int n = 0; n < batch; n++, dy += channels)
    for (int i = 0; i < pixels; i++, dx += channels)
      for (int c = 0; c < channels; c++) dx[c] = dy[c] * share;
}
