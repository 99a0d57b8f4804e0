/** @file Batch normalisation with its activation fused (Ioffe and Szegedy, arXiv 1502.03167). */

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';
import { currentHeap } from '../engine.js';
import { requireNumber, requireShape } from '../errors.js';
import type { Heap, KernelArguments } from '../heap.js';
import { byproduct, onlyGradient, runKernel, runKernelForAll } from '../heap-kernel.js';
import type { HeapKernel } from '../heap-kernel.js';
import { activationCode, composedActivation } from './activation.js';
import type { Activation } from './activation.js';

export interface BatchNormOptions {
  /** Applied to the normalised value; default `none`. */
  readonly activation?: Activation;
  /** Added to the variance; default 1e-5. */
  readonly epsilon?: number;
}

/** `mean` and `variance` (biased) of the batch feed running statistics; no gradient flows through them. */
export interface BatchNormResult {
  readonly y: Tensor4D;
  readonly mean: Tensor1D;
  readonly variance: Tensor1D;
}

export const DEFAULT_EPSILON = 1e-5;
const TRAINING = 'TrainingBatchNorm';
const INFERENCE = 'TrainingBatchNormInference';
const GRADIENT = 'TrainingBatchNormGradient';

export type NormAttributes = Required<BatchNormOptions> & { readonly training?: boolean };
type InputsWithStatistics = Record<'x' | 'gamma' | 'beta' | 'mean' | 'variance', TensorInfo>;

interface NormTensors extends InputsWithStatistics {
  readonly y?: TensorInfo;
  readonly residual?: TensorInfo | undefined;
  readonly gradients?: readonly (TensorInfo | null)[]; // dy, dx, dgamma, dbeta
}

/** C's `struct batch_norm_arguments`. */
export function normArguments(inputs: NormTensors, attributes: NormAttributes): Required<KernelArguments> {
  const { x, gamma, beta, mean, variance, y, residual, gradients = [null, null, null, null] } = inputs;
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const training = attributes.training ? 1 : 0;
  return {
    integers: [batch * height * width, channels, activationCode(attributes.activation), training],
    floats: [attributes.epsilon],
    tensors: [x, gamma, beta, mean, variance, y, residual, ...gradients],
  };
}

function infer(heap: Heap, inputs: InputsWithStatistics, attributes: NormAttributes): TensorInfo {
  const y = heap.output(inputs.x.shape);
  heap.run('batch_norm_inference', normArguments({ ...inputs, y }, attributes));
  return y;
}

export const batchNormKernels: readonly HeapKernel[] = [
  {
    name: TRAINING,
    /** Writes mean and variance. */
    run: (heap, inputs: InputsWithStatistics, attributes: NormAttributes) => {
      const y = heap.output(inputs.x.shape);
      heap.run('batch_norm', normArguments({ ...inputs, y }, attributes));
      return y;
    },
    gradient: {
      inputsToSave: ['x', 'gamma', 'beta', 'mean', 'variance'],
      gradFunc: (dy, saved, attributes) =>
        gradientsOf(onlyGradient(dy), saved, { ...attributes, training: true }),
    },
  },
  {
    name: INFERENCE,
    run: infer,
    gradient: {
      inputsToSave: ['x', 'gamma', 'beta', 'mean', 'variance'],
      gradFunc: (dy, saved, attributes) =>
        gradientsOf(onlyGradient(dy), saved, { ...attributes, training: false }),
    },
  },
  {
    name: GRADIENT,
    run: (heap, inputs: InputsWithStatistics & { dy: TensorInfo }, attributes: NormAttributes) => {
      const { x, dy, gamma } = inputs;
      const outputs = [x.shape, gamma.shape, gamma.shape].map((shape) => heap.output(shape));
      heap.run('batch_norm_gradient', normArguments({ ...inputs, gradients: [dy, ...outputs] }, attributes));
      return outputs;
    },
  },
];

function gradientsOf(dy: Tensor, saved: readonly Tensor[], attributes: object): Record<string, () => Tensor> {
  const [x, gamma, beta, mean, variance] = saved as [Tensor, Tensor, Tensor, Tensor, Tensor];
  const inputs = { x, dy, gamma, beta, mean, variance };
  const [dx, dgamma, dbeta] = runKernelForAll(GRADIENT, inputs, attributes) as [Tensor, Tensor, Tensor];
  return { x: () => dx, gamma: () => dgamma, beta: () => dbeta };
}

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
  const heap = currentHeap();
  requireChannels(x, { gamma, beta });
  requireNumber('epsilon', epsilon, [0, Infinity]);
  if (heap !== undefined) {
    const [mean, variance] = [byproduct(heap, gamma.shape), byproduct(heap, gamma.shape)];
    const y = runKernel<Tensor4D>(TRAINING, { x, gamma, beta, mean, variance }, { activation, epsilon });
    return { y, mean: mean as Tensor1D, variance: variance as Tensor1D };
  }
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
  const heap = currentHeap();
  requireChannels(x, { gamma, beta, mean, variance });
  requireNumber('epsilon', epsilon, [0, Infinity]);
  if (heap !== undefined) {
    return runKernel(INFERENCE, { x, gamma, beta, mean, variance }, { activation, epsilon });
  }
  return affine(x, { mean, variance, gamma, beta, activation, epsilon });
}

function affine(
  x: Tensor4D,
  p: Record<'mean' | 'variance' | 'gamma' | 'beta', Tensor1D> & Required<BatchNormOptions>,
): Tensor4D {
  const normalised = tf.mul(tf.sub(x, p.mean), tf.rsqrt(tf.add(p.variance, p.epsilon)));
  const y = tf.add(tf.mul(normalised, p.gamma), p.beta) as Tensor4D;
  return composedActivation(y, p.activation);
}

function requireChannels(x: Tensor4D, vectors: Record<string, Tensor1D>): void {
  requireVectors(x.shape, vectors);
}

/** Throws E_SHAPE unless every vector has as many values as there are channels. */
export function requireVectors(shape: readonly number[], vectors: Record<string, Tensor1D>): void {
  for (const [name, vector] of Object.entries(vectors)) {
    requireShape(
      shape.length === 4 && vector.rank === 1 && vector.size === shape[3],
      () => `x is [${shape}] and ${name} is [${vector.shape}]`,
      `Give x [batch, height, width, channels] and ${name} [channels]`,
    );
  }
}

const stopGradient = tf.customGrad((x) => ({
  value: tf.clone(x as Tensor1D),
  gradFunc: (dy: tf.Tensor | tf.Tensor[]) => tf.zerosLike(dy as Tensor1D),
})) as (x: Tensor1D) => Tensor1D;
