/** @file Dense layer with its bias and activation fused, and GELU on its own. */

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { currentEngine } from '../engine.js';
import { requireShape } from '../errors.js';

/**
 * The exact form x * Phi(x) = x / 2 * (1 + erf(x / sqrt 2)) (Hendrycks and Gimpel, arXiv 1606.08415), not the
 * tanh approximation. erf is Abramowitz and Stegun 7.1.26 (absolute error below 1.5e-7), as in TensorFlow.js.
 */
export function gelu<T extends Tensor>(x: T): T {
  currentEngine();
  return composedGelu(x);
}

/**
 * activation(x * weights + bias).
 *
 * @param x [rows, in] @param weights [in, out] @param bias [out] or null
 */
export function dense(
  x: Tensor2D,
  weights: Tensor2D,
  bias: Tensor1D | null,
  options: { readonly activation?: 'none' | 'gelu' } = {},
): Tensor2D {
  const { activation = 'none' } = options;
  currentEngine();
  requireShape(
    x.rank === 2 && x.shape[1] === weights.shape[0] && (bias === null || bias.size === weights.shape[1]),
    () => `x is [${x.shape}], weights [${weights.shape}], bias [${bias?.shape ?? 'null'}]`,
    'Give x [rows, in], weights [in, out] and bias [out] or null',
  );
  const product = tf.matMul<Tensor2D>(x, weights);
  const y: Tensor2D = bias === null ? product : tf.add(product, bias);
  return activation === 'gelu' ? composedGelu(y) : y;
}

function composedGelu<T extends Tensor>(x: T): T {
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
}
