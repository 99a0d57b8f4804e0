/*
 * Multi-head attention, one head of one image at a time. All tensors [batch, tokens, heads * dim] but the probabilities,
 * [batch, heads, tokens, tokens]: kept for the gradient where the caller has room for them, else computed again.
 */
#include "gemm.h"
#include "team.h"

struct attention_arguments {
  int32_t batch, tokens, heads, dim;
  address q, k, v, y, probabilities; /* the last one may be null */
  address dy, dq, dk, dv;            /* of the gradient; there y is not used */
  address scratch;
};

struct attention_job {
  int tokens, heads, dim, slices, tasks; /* tasks: batch * heads */
  const float *q, *k, *v, *dy;
  float *y, *probabilities, *dq, *dk, *dv;
  float *rooms;
};

INLINE int panel_room(int tokens, int dim) {
  return maximum(maximum(gemm_scratch(tokens, dim), gemm_scratch(dim, tokens)), gemm_scratch(tokens, tokens));
}
INLINE int room_floats(int tokens, int dim) { return panel_room(tokens, dim) + 2 * padded(tokens * tokens); }

/* Softmax of scale * row, in place. */
static void softmax_row(float *row, int count, float scale) {
  const int whole = count & ~(LANES - 1);
  vec tops = splat(row[0]), sum = splat(0.0f);
  for (int i = 0; i < whole; i += LANES) tops = greater(tops, load(row + i));
  float top = max_lanes(tops), tail = 0.0f;
  for (int i = whole; i < count; i++) top = row[i] > top ? row[i] : top;
  for (int i = 0; i < whole; i += LANES) {
    const vec e = exp_lanes((load(row + i) - top) * scale);
    store(row + i, e);
    sum += e;
  }
  for (int i = whole; i < count; i++) {
    row[i] = exp_lanes(splat((row[i] - top) * scale))[0];
    tail += row[i];
  }
  const float inverse = 1.0f / (sum_lanes(sum) + tail);
  for (int i = 0; i < whole; i += LANES) store(row + i, load(row + i) * inverse);
  for (int i = whole; i < count; i++) row[i] *= inverse;
}

INLINE float score_scale(const struct attention_job *j) { return 1.0f / __builtin_sqrtf((float)j->dim); }

/* p [tokens, tokens] = softmax(q k^T * scale) of the head whose first value is at `at`. */
static void find_probabilities(const struct attention_job *j, int at, float *p, float *panels) {
  const int t = j->tokens, width = j->heads * j->dim;
  const struct gemm scores = {t, t, j->dim, j->q + at, width, 1, j->k + at, 1, width, p, t, 0, 0};
  gemm(&scores, panels);
  for (int i = 0; i < t; i++) softmax_row(p + i * t, t, score_scale(j));
}

/* Of a task: where they are kept, else in the thread's room. */
INLINE float *probabilities_of(const struct attention_job *j, int task, float *room) {
  return j->probabilities ? j->probabilities + task * j->tokens * j->tokens : room;
}

INLINE int head_offset(const struct attention_job *j, int task) {
  const int width = j->heads * j->dim;
  return task / j->heads * j->tokens * width + task % j->heads * j->dim;
}

static void attention_slice(const void *context, int slice, int thread) {
  const struct attention_job *j = context;
  const int t = j->tokens, width = j->heads * j->dim;
  const struct span s = slice_span(j->tasks, j->slices, slice, 1);
  float *panels = j->rooms + thread * room_floats(t, j->dim), *room = panels + panel_room(t, j->dim);
  for (int task = s.first; task < s.end; task++) {
    const int at = head_offset(j, task);
    float *p = probabilities_of(j, task, room);
    find_probabilities(j, at, p, panels);
    const struct gemm mix = {t, j->dim, t, p, t, 1, j->v + at, width, 1, j->y + at, width, 0, 0};
    gemm(&mix, panels);
  }
}

SCRATCH(attention) {
  const struct attention_arguments *a = arguments;
  return team->threads * room_floats(a->tokens, a->dim);
}

KERNEL(attention) {
  const struct attention_arguments *a = arguments;
  const int tasks = a->batch * a->heads;
  const struct attention_job j = {a->tokens, a->heads, a->dim, slices_of(tasks, 1), tasks,
                                  FLOATS(a->q), FLOATS(a->k), FLOATS(a->v), 0, FLOATS(a->y),
                                  FLOATS_OR_NULL(a->probabilities), 0, 0, 0, FLOATS(a->scratch)};
  run_slices(team, j.slices, attention_slice, &j);
  return 0;
}

/* dp becomes the gradient of the scores: scale * p * (dp - sum(dp * p)), row by row. */
static void softmax_gradient(int tokens, float scale, const float *p, float *dp) {
  const int whole = tokens & ~(LANES - 1);
  for (int r = 0; r < tokens; r++, p += tokens, dp += tokens) {
    vec products = splat(0.0f);
    float sum = 0.0f;
    for (int i = 0; i < whole; i += LANES) products = multiply_add(load(p + i), load(dp + i), products);
    for (int i = whole; i < tokens; i++) sum += p[i] * dp[i];
    sum += sum_lanes(products);
    for (int i = 0; i < whole; i += LANES) store(dp + i, load(p + i) * (load(dp + i) - sum) * scale);
    for (int i = whole; i < tokens; i++) dp[i] = p[i] * (dp[i] - sum) * scale;
  }
}

static void attention_gradient_slice(const void *context, int slice, int thread) {
  const struct attention_job *j = context;
  const int t = j->tokens, d = j->dim, width = j->heads * d;
  const struct span s = slice_span(j->tasks, j->slices, slice, 1);
  float *panels = j->rooms + thread * room_floats(t, d), *dp = panels + panel_room(t, d), *room = dp + padded(t * t);
  for (int task = s.first; task < s.end; task++) {
    const int at = head_offset(j, task);
    float *p = probabilities_of(j, task, room);
    if (p == room) find_probabilities(j, at, p, panels);
    const struct gemm dv = {t, d, t, p, 1, t, j->dy + at, width, 1, j->dv + at, width, 0, 0};
    gemm(&dv, panels);
    const struct gemm dprobability = {t, t, d, j->dy + at, width, 1, j->v + at, 1, width, dp, t, 0, 0};
    gemm(&dprobability, panels);
    softmax_gradient(t, score_scale(j), p, dp);
    const struct gemm dq = {t, d, t, dp, t, 1, j->k + at, width, 1, j->dq + at, width, 0, 0};
    gemm(&dq, panels);
    const struct gemm dk = {t, d, t, dp, 1, t, j->q + at, width, 1, j->dk + at, width, 0, 0};
    gemm(&dk, panels);
  }
}

SCRATCH(attention_gradient) { return attention_scratch(team, arguments); }

KERNEL(attention_gradient) {
  const struct attention_arguments *a = arguments;
  const int tasks = a->batch * a->heads;
  const struct attention_job j = {a->tokens, a->heads, a->dim, slices_of(tasks, 1), tasks, FLOATS(a->q), FLOATS(a->k),
                                  FLOATS(a->v), FLOATS(a->dy), 0, FLOATS_OR_NULL(a->probabilities), FLOATS(a->dq), FLOATS(a->dk), FLOATS(a->dv),
                                  FLOATS(a->scratch)};
  run_slices(team, j.slices, attention_gradient_slice, &j);
  return 0;
}
