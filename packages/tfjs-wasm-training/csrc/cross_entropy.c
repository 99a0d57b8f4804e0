/*
 * Softmax cross-entropy with label smoothing (Szegedy et al., arXiv 1512.00567): targets are
 * (1 - smoothing) * onehot + smoothing / classes. Rows are short, so scalars do.
 */
#include "vector.h"

static float exp1(float x) { return wasm_f32x4_extract_lane(exp_lanes(splat(x)), 0); }

/* ln x for x >= 1: the exponent, and atanh's series on a mantissa in [sqrt 1/2, sqrt 2). */
static double log1(double x) {
  union {
    double value;
    uint64_t bits;
  } u = {x};
  int exponent = (int)(u.bits >> 52) - 1023;
  u.bits = (u.bits & 0xFFFFFFFFFFFFFull) | 0x3FF0000000000000ull;
  if (u.value > 1.4142135623730951) {
    u.value *= 0.5;
    exponent++;
  }
  const double s = (u.value - 1.0) / (u.value + 1.0), squared = s * s;
  double series = 0.0;
  for (int i = 17; i >= 1; i -= 2) series = series * squared + 1.0 / i;
  return exponent * 0.6931471805599453 + 2.0 * s * series;
}

static float maximum(const float *row, int count) {
  float top = row[0];
  for (int i = 1; i < count; i++) top = row[i] > top ? row[i] : top;
  return top;
}

/* Mean over the batch of ln sum exp(logits) - sum(targets * logits). */
EXPORT int cross_entropy(int batch, int classes, float smoothing, const float *logits, const int32_t *labels,
                         float *loss) {
  double total = 0.0;
  for (int n = 0; n < batch; n++, logits += classes) {
    if (labels[n] < 0 || labels[n] >= classes) return n;
    const float top = maximum(logits, classes);
    double exps = 0.0, sum = 0.0;
    for (int c = 0; c < classes; c++) {
      exps += (double)exp1(logits[c] - top);
      sum += (double)(logits[c] - top);
    }
    const double own = (double)(logits[labels[n]] - top);
    total += log1(exps) - (1.0 - (double)smoothing) * own - (double)smoothing * sum / classes;
  }
  *loss = (float)(total / batch);
  return -1;
}

EXPORT void cross_entropy_gradient(int batch, int classes, float smoothing, const float *logits,
                                   const int32_t *labels, const float *dloss, float *dlogits) {
  const float scale = *dloss / (float)batch, uniform = smoothing / (float)classes;
  for (int n = 0; n < batch; n++, logits += classes, dlogits += classes) {
    const float top = maximum(logits, classes);
    float exps = 0.0f;
    for (int c = 0; c < classes; c++) exps += dlogits[c] = exp1(logits[c] - top);
    for (int c = 0; c < classes; c++) dlogits[c] = scale * (dlogits[c] / exps - uniform);
    dlogits[labels[n]] -= scale * (1.0f - smoothing);
  }
}
