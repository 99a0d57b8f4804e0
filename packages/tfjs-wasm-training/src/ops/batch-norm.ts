/** @file Batch normalisation with its activation fused (Ioffe and Szegedy, arXiv 1502.03167). */

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';
import { currentHeap } from '../engine.js';
import { requireShape } from '../errors.js';
import type { Heap, KernelArguments } from '../heap.js';
import { onlyGradient, runKernel, runKernelForAll } from '../heap-kernel.js';
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

const DEFAULT_EPSILON = 1e-5;
const TRAINING = 'TrainingBatchNorm';
const INFERENCE = 'TrainingBatchNormInference';
const GRADIENT = 'TrainingBatchNormGradient';

type Attributes = Required<BatchNormOptions> & { readonly training?: boolean };
type Inputs = Record<'x' | 'gamma' | 'beta', TensorInfo>;
type InputsWithStatistics = Inputs & Record<'mean' | 'variance', TensorInfo>;

interface NormTensors extends InputsWithStatistics {
  readonly y?: TensorInfo;
  readonly gradients?: readonly TensorInfo[]; // dy, dx, dgamma, dbeta
}

/** C's `struct batch_norm_arguments`. */
function argumentsOf(inputs: NormTensors, attributes: Attributes): KernelArguments {
  const { x, gamma, beta, mean, variance, y, gradients = [null, null, null, null] } = inputs;
  const channels = x.shape[3]!;
  const rows = x.shape.slice(0, 3).reduce((product, extent) => product * extent, 1);
  return {
    integers: [rows, channels, activationCode(attributes.activation), attributes.training ? 1 : 0],
    floats: [attributes.epsilon],
    tensors: [x, gamma, beta, mean, variance, y, ...gradients],
  };
}

function infer(heap: Heap, inputs: InputsWithStatistics, attributes: Attributes): TensorInfo {
  const y = heap.output(inputs.x.shape);
  heap.run('batch_norm_inference', argumentsOf({ ...inputs, y }, attributes));
  return y;
}

export const batchNormKernels: readonly HeapKernel[] = [
  {
    name: TRAINING,
    run: (heap, inputs: Inputs, attributes: Attributes) => {
      const { x, gamma } = inputs;
      const [y, mean, variance] = [heap.output(x.shape), heap.output(gamma.shape), heap.output(gamma.shape)];
      heap.run('batch_norm', argumentsOf({ ...inputs, mean, variance, y }, attributes));
      return [y, mean, variance];
    },
    gradient: {
      inputsToSave: ['x', 'gamma', 'beta'],
      outputsToSave: [false, true, true],
      gradFunc: (gradients, saved, attributes) => {
        const [dy] = gradients as Tensor[];
        return gradientsOf(dy!, saved, { ...attributes, training: true });
      },
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
    run: (heap, inputs: InputsWithStatistics & { dy: TensorInfo }, attributes: Attributes) => {
      const { x, dy, gamma } = inputs;
      const outputs = [x.shape, gamma.shape, gamma.shape].map((shape) => heap.output(shape));
      heap.run('batch_norm_gradient', argumentsOf({ ...inputs, gradients: [dy, ...outputs] }, attributes));
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
  if (heap !== undefined) {
    const outputs = runKernelForAll(TRAINING, { x, gamma, beta }, { activation, epsilon });
    const [y, mean, variance] = outputs as [Tensor4D, Tensor1D, Tensor1D];
    return { y, mean, variance };
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
