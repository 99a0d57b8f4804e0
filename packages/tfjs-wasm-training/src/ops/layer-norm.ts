/** @file Layer normalisation over the last axis (Ba, Kiros and Hinton, arXiv 1607.06450). */

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { currentEngine } from '../engine.js';
import { requireShape } from '../errors.js';

/**
 * Normalises each vector of the last axis to mean 0 and variance 1, then scales and shifts.
 *
 * @param x [..., C] @param gamma [C] @param beta [C]; `epsilon` is added to the variance, default 1e-5.
 */
export function layerNorm<T extends Tensor>(
  x: T,
  gamma: Tensor1D,
  beta: Tensor1D,
  options: { readonly epsilon?: number } = {},
): T {
  const { epsilon = 1e-5 } = options;
  currentEngine();
  const channels = x.shape[x.rank - 1];
  requireShape(
    gamma.size === channels && beta.size === channels,
    () => `x is [${x.shape}], gamma [${gamma.shape}], beta [${beta.shape}]`,
    'gamma and beta have the length of the last axis of x',
  );
  const { mean, variance } = tf.moments(x, -1, true);
  const normalised = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon)));
  return tf.add(tf.mul(normalised, gamma), beta) as T;
}
