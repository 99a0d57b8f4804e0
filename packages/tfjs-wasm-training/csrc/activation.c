/* Values one by one, for any shape: activations, y = f(x) and dx = dy * f'(x), and sums. */
#include "activation.h"
#include "team.h"

struct activation_arguments {
  int32_t count, kind; /* enum activation */
  address x, dy, result, scratch;
};

struct activation_job {
  int count, kind, slices;
  const float *x, *dy; /* dy: null for the activation itself */
  float *result;
};

INLINE void activation_span(const struct activation_job *j, struct span s, int kind) {
  for (int i = s.first; i < s.end; i += LANES) {
    const int lanes = minimum(LANES, s.end - i);
    const vec x = load_lanes(j->x + i, lanes);
    const vec y = j->dy ? activation_gradient_lanes(x, load_lanes(j->dy + i, lanes), kind) : activate_lanes(x, kind);
    store_lanes(j->result + i, y, lanes);
  }
}

static void activation_slice(const void *context, int slice, int thread) {
  (void)thread;
  const struct activation_job *j = context;
  const struct span s = slice_span(j->count, j->slices, slice, LANES);
#define ACTIVATE(kind) activation_span(j, s, kind)
  SWITCH_ACTIVATION(j->kind, ACTIVATE)
#undef ACTIVATE
}

NO_SCRATCH(activation)
NO_SCRATCH(activation_gradient)

KERNEL(activation) {
  const struct activation_arguments *a = arguments;
  const struct activation_job j = {a->count, a->kind, slices_of(a->count, 8192), FLOATS(a->x), 0, FLOATS(a->result)};
  run_slices(team, j.slices, activation_slice, &j);
  return 0;
}

KERNEL(activation_gradient) {
  const struct activation_arguments *a = arguments;
  const struct activation_job j = {a->count, a->kind, slices_of(a->count, 8192), FLOATS(a->x), FLOATS(a->dy),
                                   FLOATS(a->result)};
  run_slices(team, j.slices, activation_slice, &j);
  return 0;
}

struct add_arguments {
  int32_t count;
  address a, b, sum, scratch;
};

struct add_job {
  int count, slices;
  const float *a, *b;
  float *sum;
};

static void add_slice(const void *context, int slice, int thread) {
  (void)thread;
  const struct add_job j = *(const struct add_job *)context;
  const struct span s = slice_span(j.count, j.slices, slice, LANES);
  for (int i = s.first; i < s.end; i += LANES) {
    const int lanes = minimum(LANES, s.end - i);
    store_lanes(j.sum + i, load_lanes(j.a + i, lanes) + load_lanes(j.b + i, lanes), lanes);
  }
}

NO_SCRATCH(add)

KERNEL(add) {
  const struct add_arguments *a = arguments;
  const struct add_job j = {a->count, slices_of(a->count, 8192), FLOATS(a->a), FLOATS(a->b), FLOATS(a->sum)};
  run_slices(team, j.slices, add_slice, &j);
  return 0;
}
