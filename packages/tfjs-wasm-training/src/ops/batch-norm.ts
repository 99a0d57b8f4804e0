/** @file Batch normalisation with its activation fused (Ioffe and Szegedy, arXiv 1502.03167). */

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { currentEngine } from '../engine.js';
import { requireShape } from '../errors.js';

export interface BatchNormOptions {
  /** Applied to the normalised value; default `none`. */
  readonly activation?: 'none' | 'relu6';
  /** Added to the variance; default 1e-5. */
  readonly epsilon?: number;
}

/** `mean` and `variance` (biased) of the batch feed running statistics; no gradient flows through them. */
export interface BatchNormResult {
  readonly y: Tensor4D;
  readonly mean: Tensor1D;
  readonly variance: Tensor1D;
}

const DEFAULT_EPSILON = 1e-5;

/**
 * Training mode: normalises every channel of `x` [N, H, W, C] with the statistics of this batch.
 *
 * @param gamma [C] @param beta [C]
 */
export function batchNorm(
  x: Tensor4D,
  gamma: Tensor1D,
  beta: Tensor1D,
  options: BatchNormOptions = {},
): BatchNormResult {
  const { activation = 'none', epsilon = DEFAULT_EPSILON } = options;
  currentEngine();
  requireChannels(x, { gamma, beta });
  const { mean, variance } = tf.moments(x, [0, 1, 2]) as { mean: Tensor1D; variance: Tensor1D };
  const y = affine(x, { mean, variance, gamma, beta, activation, epsilon });
  return { y, mean: stopGradient(mean), variance: stopGradient(variance) };
}

/**
 * Inference mode: normalises with given statistics. Differentiable with respect to x, gamma and beta.
 *
 * @param x [N, H, W, C] @param gamma [C] @param beta [C] @param mean [C] @param variance [C]
 */
export function batchNormInference(
  x: Tensor4D,
  gamma: Tensor1D,
  beta: Tensor1D,
  mean: Tensor1D,
  variance: Tensor1D,
  options: BatchNormOptions = {},
): Tensor4D {
  const { activation = 'none', epsilon = DEFAULT_EPSILON } = options;
  currentEngine();
  requireChannels(x, { gamma, beta, mean, variance });
  return affine(x, { mean, variance, gamma, beta, activation, epsilon });
}

function affine(
  x: Tensor4D,
  p: Record<'mean' | 'variance' | 'gamma' | 'beta', Tensor1D> & Required<BatchNormOptions>,
): Tensor4D {
  const normalised = tf.mul(tf.sub(x, p.mean), tf.rsqrt(tf.add(p.variance, p.epsilon)));
  const y = tf.add(tf.mul(normalised, p.gamma), p.beta) as Tensor4D;
  return p.activation === 'relu6' ? tf.relu6(y) : y;
}

function requireChannels(x: Tensor4D, vectors: Record<string, Tensor1D>): void {
  for (const [name, vector] of Object.entries(vectors)) {
    requireShape(
      x.rank === 4 && vector.rank === 1 && vector.size === x.shape[3],
      () => `x is [${x.shape}] and ${name} is [${vector.shape}]`,
      `Give x [batch, height, width, channels] and ${name} [channels]`,
    );
  }
}

const stopGradient = tf.customGrad((x) => ({
  value: tf.clone(x as Tensor1D),
  gradFunc: (dy: tf.Tensor | tf.Tensor[]) => tf.zerosLike(dy as Tensor1D),
})) as (x: Tensor1D) => Tensor1D;
