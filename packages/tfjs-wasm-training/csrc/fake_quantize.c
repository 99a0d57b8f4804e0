/*
 * Fake quantisation: y = (clamp(round(x / scale) + zero, low, high) - zero) * scale, ties to even. The gradient passes
 * straight through where nothing was clamped (Bengio, Leonard and Courville, arXiv 1308.3432). x [rows, channels] with
 * a scale for every channel, or one for all.
 */
#include "team.h"
#include "vector.h"

struct fake_quantize_arguments {
  int32_t rows, channels; /* channels 1: one scale */
  float zero, low, high;
  address x, scales, dy, result; /* dy: null for the forward direction */
  address scratch;
};

/* Below 2^22 adding 1.5 * 2^23 rounds to a whole number; the clamp makes it small enough. */
INLINE float round_even(float x) {
  x = x > 4e6f ? 4e6f : x < -4e6f ? -4e6f : x;
  volatile const float shifted = x + 12582912.0f;
  return shifted - 12582912.0f;
}

struct fake_quantize_job {
  const struct fake_quantize_arguments *a;
  const float *x, *scales, *dy;
  float *result;
  int slices;
};

static void fake_quantize_slice(const void *context, int slice, int thread) {
  (void)thread;
  const struct fake_quantize_job *j = context;
  const struct fake_quantize_arguments *a = j->a;
  const struct span s = slice_span(a->rows, j->slices, slice, 1);
  for (int r = s.first; r < s.end; r++)
    for (int c = 0; c < a->channels; c++) {
      const int at = r * a->channels + c;
      const float steps = round_even(j->x[at] / j->scales[c]) + a->zero;
      const float clamped = steps < a->low ? a->low : steps > a->high ? a->high : steps;
      j->result[at] = !j->dy ? (clamped - a->zero) * j->scales[c] : steps == clamped ? j->dy[at] : 0.0f;
    }
}

NO_SCRATCH(fake_quantize)

KERNEL(fake_quantize) {
  const struct fake_quantize_arguments *a = arguments;
  const struct fake_quantize_job j = {a, FLOATS(a->x), FLOATS(a->scales), FLOATS_OR_NULL(a->dy), FLOATS(a->result),
                                      slices_of(a->rows, maximum(1, 8192 / a->channels))};
  run_slices(team, j.slices, fake_quantize_slice, &j);
  return 0;
}
