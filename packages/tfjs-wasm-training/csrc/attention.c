/*
 * Multi-head attention, one head of one image at a time: its scores fit the cache, so the gradient computes the
 * probabilities again instead of keeping batch * heads * tokens^2 floats.
 */
#include "gemm.h"
#include "vector.h"

enum operand { QUERY, KEY, VALUE };

INLINE int larger(int a, int b) { return a > b ? a : b; }

static int gemm_floats(const struct attention *s) {
  const int by_tokens = larger(gemm_scratch(s->tokens, s->dim), gemm_scratch(s->dim, s->tokens));
  return larger(by_tokens, gemm_scratch(s->tokens, s->tokens));
}

EXPORT int attention_scratch(const struct attention *s) { return gemm_floats(s) + 2 * s->tokens * s->tokens; }

/* Softmax of scale * row, in place. */
static void softmax_row(float *row, int count, float scale) {
  const int whole = count & ~(LANES - 1);
  v128_t tops = splat(row[0]);
  for (int i = 0; i < whole; i += LANES) tops = wasm_f32x4_pmax(tops, wasm_v128_load(row + i));
  float top = max_lanes(tops);
  for (int i = whole; i < count; i++) top = row[i] > top ? row[i] : top;
  const v128_t shift = splat(top), factor = splat(scale);
  v128_t sum = splat(0.0f);
  float tail = 0.0f;
  for (int i = 0; i < whole; i += LANES) {
    const v128_t e = exp_lanes(mul(sub(wasm_v128_load(row + i), shift), factor));
    wasm_v128_store(row + i, e);
    sum = add(sum, e);
  }
  for (int i = whole; i < count; i++) {
    row[i] = wasm_f32x4_extract_lane(exp_lanes(mul(sub(splat(row[i]), shift), factor)), 0);
    tail += row[i];
  }
  const float inverse = 1.0f / (sum_lanes(sum) + tail);
  for (int i = 0; i < whole; i += LANES) wasm_v128_store(row + i, mul(wasm_v128_load(row + i), splat(inverse)));
  for (int i = whole; i < count; i++) row[i] *= inverse;
}

INLINE float score_scale(const struct attention *s) { return 1.0f / __builtin_sqrtf((float)s->dim); }

/* p [tokens, tokens] = softmax(q k^T * scale) */
static void probabilities(const struct attention *s, const float *q, const float *k, float *p, float *scratch) {
  const int t = s->tokens, width = s->heads * s->dim;
  const struct gemm scores = {t, t, s->dim, q, width, 1, k, 1, width, p, t, 0};
  gemm(&scores, scratch);
  for (int i = 0; i < t; i++) softmax_row(p + i * t, t, score_scale(s));
}

EXPORT void attention(const struct attention *s, const float *const qkv[3], float *y, float *scratch) {
  const int t = s->tokens, width = s->heads * s->dim;
  float *p = scratch + gemm_floats(s);
  for (int n = 0; n < s->batch; n++)
    for (int h = 0; h < s->heads; h++) {
      const int at = n * t * width + h * s->dim;
      probabilities(s, qkv[QUERY] + at, qkv[KEY] + at, p, scratch);
      const struct gemm mix = {t, s->dim, t, p, t, 1, qkv[VALUE] + at, width, 1, y + at, width, 0};
      gemm(&mix, scratch);
    }
}

/* dp becomes the gradient of the scores: scale * p * (dp - sum(dp * p)), row by row. */
static void softmax_gradient(int tokens, float scale, const float *p, float *dp) {
  const int whole = tokens & ~(LANES - 1);
  for (int r = 0; r < tokens; r++, p += tokens, dp += tokens) {
    v128_t products = splat(0.0f);
    float sum = 0.0f;
    for (int i = 0; i < whole; i += LANES)
      products = add(products, mul(wasm_v128_load(p + i), wasm_v128_load(dp + i)));
    for (int i = whole; i < tokens; i++) sum += p[i] * dp[i];
    sum += sum_lanes(products);
    for (int i = 0; i < whole; i += LANES) {
      const v128_t rest = sub(wasm_v128_load(dp + i), splat(sum));
      wasm_v128_store(dp + i, mul(mul(wasm_v128_load(p + i), rest), splat(scale)));
    }
    for (int i = whole; i < tokens; i++) dp[i] = p[i] * (dp[i] - sum) * scale;
  }
}

EXPORT void attention_gradient(const struct attention *s, const float *const qkv[3], const float *dy,
                               float *const gradients[3], float *scratch) {
  const int t = s->tokens, d = s->dim, width = s->heads * d;
  float *p = scratch + gemm_floats(s), *dp = p + t * t;
  for (int n = 0; n < s->batch; n++)
    for (int h = 0; h < s->heads; h++) {
      const int at = n * t * width + h * d;
      probabilities(s, qkv[QUERY] + at, qkv[KEY] + at, p, scratch);
      const struct gemm dv = {t, d, t, p, 1, t, dy + at, width, 1, gradients[VALUE] + at, width, 0};
      gemm(&dv, scratch);
      const struct gemm dprobability = {t, t, d, dy + at, width, 1, qkv[VALUE] + at, 1, width, dp, t, 0};
      gemm(&dprobability, scratch);
      softmax_gradient(t, score_scale(s), p, dp);
      const struct gemm dq = {t, d, t, dp, t, 1, qkv[KEY] + at, width, 1, gradients[QUERY] + at, width, 0};
      gemm(&dq, scratch);
      const struct gemm dk = {t, d, t, dp, 1, t, qkv[QUERY] + at, width, 1, gradients[KEY] + at, width, 0};
      gemm(&dk, scratch);
    }
}
