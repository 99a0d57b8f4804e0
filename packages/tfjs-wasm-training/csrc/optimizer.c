/*
 * One pass over all parameters: AdamW (Loshchilov and Hutter, arXiv 1711.05101), SGD with momentum (Sutskever et al.
 * 2013), averages of weights, and the norm of all gradients. The caller lays out a table of parameters in the heap.
 */
#include "team.h"
#include "vector.h"

struct parameter {
  int32_t count;
  float decay;                    /* fraction of a weight lost this step */
  float correction1, correction2; /* AdamW: 1 - beta^step */
  address weights, gradient, first, second, mask; /* moments or null; mask: 0 or 1 for every weight, or null */
};

struct optimizer_arguments {
  int32_t parameters; /* in the table */
  int32_t nesterov;
  float learning_rate, beta1, beta2, epsilon; /* SGD: beta1 is the momentum; averages: the fraction that is kept */
  float gradient_scale;
  address table;
  address result; /* double, of the norm */
  address scratch;
};

struct optimizer_job {
  const struct optimizer_arguments *a;
  char *heap;
  double *sums; /* of the norm: one a parameter */
};

INLINE const struct parameter *parameter_of(const struct optimizer_job *j, int i) {
  return (const struct parameter *)(const void *)(j->heap + j->a->table) + i;
}

/* Weight decay is decoupled; masked weights stay at exactly 0. */
INLINE void store_weight(const struct parameter *p, char *heap, int i, vec w, vec step, int lanes) {
  w = w * (1.0f - p->decay) - step;
  if (p->mask) w *= load_lanes(FLOATS(p->mask) + i, lanes);
  store_lanes(FLOATS(p->weights) + i, w, lanes);
}

INLINE vec gradient_at(const struct optimizer_job *j, const struct parameter *p, int i, int lanes) {
  char *heap = j->heap;
  const vec g = load_lanes(FLOATS(p->gradient) + i, lanes) * j->a->gradient_scale;
  return p->mask ? g * load_lanes(FLOATS(p->mask) + i, lanes) : g;
}

static void adamw_parameter(const void *context, int slice, int thread) {
  (void)thread;
  const struct optimizer_job *j = context;
  const struct optimizer_arguments *a = j->a;
  const struct parameter *p = parameter_of(j, slice);
  char *heap = j->heap;
  float *first = FLOATS(p->first), *second = FLOATS(p->second);
  for (int i = 0; i < p->count; i += LANES) {
    const int lanes = minimum(LANES, p->count - i);
    const vec g = gradient_at(j, p, i, lanes);
    const vec m = load_lanes(first + i, lanes) * a->beta1 + g * (1.0f - a->beta1);
    const vec v = load_lanes(second + i, lanes) * a->beta2 + g * g * (1.0f - a->beta2);
    const vec root = square_root(v / p->correction2);
    store_lanes(first + i, m, lanes);
    store_lanes(second + i, v, lanes);
    const vec step = m / p->correction1 / (root + a->epsilon) * a->learning_rate;
    store_weight(p, heap, i, load_lanes(FLOATS(p->weights) + i, lanes), step, lanes);
  }
}

static void momentum_parameter(const void *context, int slice, int thread) {
  (void)thread;
  const struct optimizer_job *j = context;
  const struct optimizer_arguments *a = j->a;
  const struct parameter *p = parameter_of(j, slice);
  char *heap = j->heap;
  float *velocity = FLOATS(p->first);
  for (int i = 0; i < p->count; i += LANES) {
    const int lanes = minimum(LANES, p->count - i);
    const vec g = gradient_at(j, p, i, lanes), v = load_lanes(velocity + i, lanes) * a->beta1 + g;
    store_lanes(velocity + i, v, lanes);
    const vec step = (a->nesterov ? g + v * a->beta1 : v) * a->learning_rate;
    store_weight(p, heap, i, load_lanes(FLOATS(p->weights) + i, lanes), step, lanes);
  }
}

/* first = beta1 * first + (1 - beta1) * weights */
static void average_parameter(const void *context, int slice, int thread) {
  (void)thread;
  const struct optimizer_job *j = context;
  const struct parameter *p = parameter_of(j, slice);
  char *heap = j->heap;
  float *average = FLOATS(p->first);
  for (int i = 0; i < p->count; i += LANES) {
    const int lanes = minimum(LANES, p->count - i);
    const vec old = load_lanes(average + i, lanes), w = load_lanes(FLOATS(p->weights) + i, lanes);
    store_lanes(average + i, multiply_add(w - old, splat(1.0f - j->a->beta1), old), lanes);
  }
}

static void square_parameter(const void *context, int slice, int thread) {
  (void)thread;
  const struct optimizer_job *j = context;
  const struct parameter *p = parameter_of(j, slice);
  char *heap = j->heap;
  const float *g = FLOATS(p->gradient);
  double sums[4] = {0.0, 0.0, 0.0, 0.0};
  for (int i = 0; i < p->count; i++) sums[i & 3] += (double)g[i] * (double)g[i];
  j->sums[slice] = (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/* gradient *= gradient_scale */
static void scale_parameter(const void *context, int slice, int thread) {
  (void)thread;
  const struct optimizer_job *j = context;
  const struct parameter *p = parameter_of(j, slice);
  char *heap = j->heap;
  float *g = FLOATS(p->gradient);
  for (int i = 0; i < p->count; i += LANES) {
    const int lanes = minimum(LANES, p->count - i);
    store_lanes(g + i, load_lanes(g + i, lanes) * j->a->gradient_scale, lanes);
  }
}

static int32_t run_parameters(struct team *team, char *heap, const void *arguments, task *run) {
  const struct optimizer_arguments *a = arguments;
  const struct optimizer_job j = {a, heap, (double *)(void *)FLOATS(a->scratch)};
  run_slices(team, a->parameters, run, &j);
  return 0;
}

NO_SCRATCH(adamw)
NO_SCRATCH(momentum)
NO_SCRATCH(average_weights)
NO_SCRATCH(scale_gradients)
SCRATCH(sum_of_squares) { return 2 * ((const struct optimizer_arguments *)arguments)->parameters; }

KERNEL(adamw) { return run_parameters(team, heap, arguments, adamw_parameter); }
KERNEL(momentum) { return run_parameters(team, heap, arguments, momentum_parameter); }
KERNEL(average_weights) { return run_parameters(team, heap, arguments, average_parameter); }
KERNEL(scale_gradients) { return run_parameters(team, heap, arguments, scale_parameter); }

KERNEL(sum_of_squares) {
  const struct optimizer_arguments *a = arguments;
  run_parameters(team, heap, arguments, square_parameter);
  const double *sums = (const double *)(const void *)FLOATS(a->scratch);
  double total = 0.0;
  for (int i = 0; i < a->parameters; i++) total += sums[i];
  *(double *)(void *)FLOATS(a->result) = total;
  return 0;
}
