/*
 * Softmax cross-entropy with label smoothing (Szegedy et al., arXiv 1512.00567) and distillation (Hinton, Vinyals and
 * Dean, arXiv 1503.02531). With the targets t = (1 - smoothing) * onehot + smoothing / classes, a teacher's logits z,
 * a temperature T and a weight d, the loss is the mean over the batch of
 *   (1 - d) * -sum(t log softmax(x)) + d * T^2 * sum(softmax(z / T) * (log softmax(z / T) - log softmax(x / T))).
 * Rows are short, so scalars do; logits and teacher [batch, classes].
 */
#include "team.h"
#include "vector.h"

struct cross_entropy_arguments {
  int32_t batch, classes;
  float smoothing, temperature, distillation; /* distillation: d */
  address logits, labels, teacher;            /* teacher: null without distillation */
  address loss;                               /* [1] */
  address dloss, dlogits;                     /* of the gradient; there the loss is not used */
  address scratch;
};

static float exp1(float x) { return exp_lanes(splat(x))[0]; }

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

static float row_maximum(const float *row, int count) {
  float top = row[0];
  for (int i = 1; i < count; i++) top = row[i] > top ? row[i] : top;
  return top;
}

/* The largest of a row, and ln sum exp((row - top) / temperature). */
struct row_sum {
  float top, inverse; /* inverse: 1 / temperature */
  double log, sum;
};

static struct row_sum sum_row(const float *row, int count, float temperature) {
  struct row_sum s = {row_maximum(row, count), 1.0f / temperature, 0.0, 0.0};
  for (int c = 0; c < count; c++) s.sum += (double)exp1((row[c] - s.top) * s.inverse);
  s.log = log1(s.sum);
  return s;
}

INLINE double log_probability(struct row_sum s, float value) { return (double)((value - s.top) * s.inverse) - s.log; }
INLINE double probability(struct row_sum s, float value) { return (double)exp1((value - s.top) * s.inverse) / s.sum; }

static double label_loss(const struct cross_entropy_arguments *a, const float *logits, int label) {
  const struct row_sum s = sum_row(logits, a->classes, 1.0f);
  double all = 0.0;
  for (int c = 0; c < a->classes; c++) all += log_probability(s, logits[c]);
  return -(1.0 - (double)a->smoothing) * log_probability(s, logits[label]) - (double)a->smoothing * all / a->classes;
}

static double teacher_loss(const struct cross_entropy_arguments *a, const float *logits, const float *teacher) {
  const struct row_sum own = sum_row(logits, a->classes, a->temperature);
  const struct row_sum other = sum_row(teacher, a->classes, a->temperature);
  double divergence = 0.0;
  for (int c = 0; c < a->classes; c++)
    divergence += probability(other, teacher[c]) *
                  (log_probability(other, teacher[c]) - log_probability(own, logits[c]));
  return (double)a->temperature * (double)a->temperature * divergence;
}

NO_SCRATCH(cross_entropy)
NO_SCRATCH(cross_entropy_gradient)

/* Returns 1 + the row of the first label out of range, or 0. */
KERNEL(cross_entropy) {
  (void)team;
  const struct cross_entropy_arguments *a = arguments;
  const int32_t *labels = (const int32_t *)(const void *)(heap + a->labels);
  const float *teacher = FLOATS_OR_NULL(a->teacher), *logits = FLOATS(a->logits);
  double total = 0.0;
  for (int n = 0; n < a->batch; n++, logits += a->classes) {
    if (labels[n] < 0 || labels[n] >= a->classes) return n + 1;
    const double plain = label_loss(a, logits, labels[n]), d = (double)a->distillation;
    total += teacher ? (1.0 - d) * plain + d * teacher_loss(a, logits, teacher + n * a->classes) : plain;
  }
  *FLOATS(a->loss) = (float)(total / a->batch);
  return 0;
}

static void label_gradient(const struct cross_entropy_arguments *a, const float *logits, int label, float scale,
                           float *dlogits) {
  const struct row_sum s = sum_row(logits, a->classes, 1.0f);
  const double uniform = (double)a->smoothing / a->classes;
  for (int c = 0; c < a->classes; c++) dlogits[c] = scale * (float)(probability(s, logits[c]) - uniform);
  dlogits[label] -= scale * (1.0f - a->smoothing);
}

static void add_teacher_gradient(const struct cross_entropy_arguments *a, const float *logits, const float *teacher,
                                 float scale, float *dlogits) {
  const struct row_sum own = sum_row(logits, a->classes, a->temperature);
  const struct row_sum other = sum_row(teacher, a->classes, a->temperature);
  for (int c = 0; c < a->classes; c++)
    dlogits[c] += scale * a->temperature * (float)(probability(own, logits[c]) - probability(other, teacher[c]));
}

KERNEL(cross_entropy_gradient) {
  (void)team;
  const struct cross_entropy_arguments *a = arguments;
  const int32_t *labels = (const int32_t *)(const void *)(heap + a->labels);
  const float *teacher = FLOATS_OR_NULL(a->teacher), scale = *FLOATS(a->dloss) / (float)a->batch;
  const float hard = teacher ? scale * (1.0f - a->distillation) : scale;
  for (int n = 0; n < a->batch; n++) {
    const int at = n * a->classes;
    const float *logits = FLOATS(a->logits) + at;
    float *dlogits = FLOATS(a->dlogits) + at;
    label_gradient(a, logits, labels[n], hard, dlogits);
    if (teacher) add_teacher_gradient(a, logits, teacher + at, scale * a->distillation, dlogits);
  }
  return 0;
}
