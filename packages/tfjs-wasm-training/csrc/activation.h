/*
 * Activations and their gradients. `kind` is a constant where these are inlined: SWITCH_ACTIVATION makes it one.
 * GELU is x * Phi(x) with Phi the normal distribution (Hendrycks and Gimpel, arXiv 1606.08415); erf is formula
 * 7.1.26 of Abramowitz and Stegun, as in TensorFlow.js. Hard-swish is x * relu6(x + 3) / 6 (Howard et al., arXiv
 * 1905.02244).
 */
#ifndef ACTIVATION_H
#define ACTIVATION_H

#include "vector.h"

enum activation { ACTIVATION_NONE, ACTIVATION_RELU, ACTIVATION_RELU6, ACTIVATION_GELU, ACTIVATION_HARD_SWISH };

/* Statement of one macro, CALL(kind), for the kind at hand. */
#define SWITCH_ACTIVATION(kind, CALL)                        \
  switch (kind) {                                            \
    case ACTIVATION_RELU: CALL(ACTIVATION_RELU); break;      \
    case ACTIVATION_RELU6: CALL(ACTIVATION_RELU6); break;    \
    case ACTIVATION_GELU: CALL(ACTIVATION_GELU); break;      \
    case ACTIVATION_HARD_SWISH: CALL(ACTIVATION_HARD_SWISH); break; \
    default: CALL(ACTIVATION_NONE); break;                   \
  }

/* Phi(x), and exp(-x^2 / 2) in `bell`. For x < 0 the small tail is computed directly, without cancellation. */
INLINE vec normal_distribution(vec x, vec *bell) {
  const vec z = absolute(x) * 0.70710678f;
  *bell = exp_lanes(-(z * z));
  const vec t = 1.0f / multiply_add(z, splat(0.3275911f), splat(1.0f));
  vec p = splat(1.061405429f);
  p = multiply_add(p, t, splat(-1.453152027f));
  p = multiply_add(p, t, splat(1.421413741f));
  p = multiply_add(p, t, splat(-0.284496736f));
  p = multiply_add(p, t, splat(0.254829592f));
  const vec tail = p * t * *bell * 0.5f;
  return choose(x < 0.0f, tail, 1.0f - tail);
}

INLINE vec gelu_slope(vec x) {
  vec bell;
  const vec distribution = normal_distribution(x, &bell);
  return multiply_add(x, bell * 0.39894228f, distribution); /* 1 / sqrt(2 pi) */
}

INLINE vec clamp6(vec x) { return smaller(greater(x, splat(0.0f)), splat(6.0f)); }

INLINE vec activate_lanes(vec x, int kind) {
  vec bell;
  switch (kind) {
    case ACTIVATION_RELU: return greater(x, splat(0.0f));
    case ACTIVATION_RELU6: return clamp6(x);
    case ACTIVATION_GELU: return x * normal_distribution(x, &bell);
    case ACTIVATION_HARD_SWISH: return x * clamp6(x + 3.0f) * (1.0f / 6.0f);
    default: return x;
  }
}

/* dy times the slope at x. */
INLINE vec activation_gradient_lanes(vec x, vec dy, int kind) {
  switch (kind) {
    case ACTIVATION_RELU: return keep_where(x > 0.0f, dy);
    case ACTIVATION_RELU6: return keep_where((x > 0.0f) & (x <= 6.0f), dy);
    case ACTIVATION_GELU: return dy * gelu_slope(x);
    case ACTIVATION_HARD_SWISH:
      return choose(x >= 3.0f, dy, keep_where(x > -3.0f, dy * multiply_add(x, splat(1.0f / 3.0f), splat(0.5f))));
    default: return dy;
  }
}

#endif
