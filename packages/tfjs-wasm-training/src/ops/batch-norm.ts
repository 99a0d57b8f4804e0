/** @file Batch normalisation with its activation fused (Ioffe and Szegedy, arXiv 1502.03167). */

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';
import { currentHeap } from '../engine.js';
import { requireShape } from '../errors.js';
import type { Address, Heap } from '../heap.js';
import { onlyGradient, runKernel, runKernelForAll } from '../heap-kernel.js';
import type { HeapKernel } from '../heap-kernel.js';

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
const TRAINING = 'TrainingBatchNorm';
const INFERENCE = 'TrainingBatchNormInference';
const GRADIENT = 'TrainingBatchNormGradient';

type Attributes = Required<BatchNormOptions> & { readonly training?: boolean };
type Inputs = Record<'x' | 'gamma' | 'beta', TensorInfo>;
type InputsWithStatistics = Inputs & Record<'mean' | 'variance', TensorInfo>;

/** C's `struct batch_norm` and the scratch that it needs. */
function describe(heap: Heap, x: TensorInfo, attributes: Attributes): readonly [Address, Address] {
  const channels = x.shape[3]!;
  const rows = x.shape.slice(0, 3).reduce((product, extent) => product * extent, 1);
  const activation = attributes.activation === 'relu6' ? 1 : 0;
  const norm = heap.block([rows, channels, activation, attributes.training ? 1 : 0], [attributes.epsilon]);
  return [norm, heap.scratch(heap.kernels['batch_norm_scratch']!(norm))];
}

function parameters(heap: Heap, inputs: InputsWithStatistics): Address {
  const { gamma, beta, mean, variance } = inputs;
  return heap.block([gamma, beta, mean, variance].map((tensor) => heap.address(tensor)));
}

function apply(heap: Heap, inputs: InputsWithStatistics, attributes: Attributes): TensorInfo {
  const [norm, scratch] = describe(heap, inputs.x, attributes);
  const y = heap.output(inputs.x.shape);
  const [from, to] = [heap.address(inputs.x), heap.address(y)];
  heap.kernels['batch_norm_apply']!(norm, parameters(heap, inputs), from, to, scratch);
  return y;
}

export const batchNormKernels: readonly HeapKernel[] = [
  {
    name: TRAINING,
    run: (heap, inputs: Inputs, attributes: Attributes) => {
      const { x } = inputs;
      const [mean, variance] = [heap.output(inputs.gamma.shape), heap.output(inputs.gamma.shape)];
      const [norm, scratch] = describe(heap, x, attributes);
      const targets = [heap.address(mean), heap.address(variance)];
      heap.kernels['batch_norm_statistics']!(norm, heap.address(x), ...targets, scratch);
      return [apply(heap, { ...inputs, mean, variance }, attributes), mean, variance];
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
    run: apply,
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
      const [norm, scratch] = describe(heap, x, attributes);
      const targets = heap.block(outputs.map((output) => heap.address(output)));
      const [xAt, dyAt] = [heap.address(x), heap.address(dy)];
      heap.kernels['batch_norm_gradient']!(norm, parameters(heap, inputs), xAt, dyAt, targets, scratch);
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
