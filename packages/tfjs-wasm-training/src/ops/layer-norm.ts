/** @file Layer normalisation over the last axis (Ba, Kiros and Hinton, arXiv 1607.06450). */

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, TensorInfo } from '@tensorflow/tfjs-core';
import { currentHeap } from '../engine.js';
import { requireShape } from '../errors.js';
import type { Address, Heap } from '../heap.js';
import { onlyGradient, runKernel, runKernelForAll } from '../heap-kernel.js';
import type { HeapKernel } from '../heap-kernel.js';

const NAME = 'TrainingLayerNorm';
const GRADIENT = 'TrainingLayerNormGradient';

interface Attributes {
  readonly epsilon: number;
}

/** C's `struct layer_norm`. */
function describe(heap: Heap, x: TensorInfo, { epsilon }: Attributes): Address {
  const channels = x.shape.at(-1)!;
  const rows = x.shape.slice(0, -1).reduce((product, extent) => product * extent, 1);
  return heap.block([rows, channels], [epsilon]);
}

export const layerNormKernels: readonly HeapKernel[] = [
  {
    name: NAME,
    run: (heap, { x, gamma, beta }: Record<'x' | 'gamma' | 'beta', TensorInfo>, attributes: Attributes) => {
      const y = heap.output(x.shape);
      const tensors = [x, gamma, beta, y].map((tensor) => heap.address(tensor));
      heap.kernels['layer_norm']!(describe(heap, x, attributes), ...tensors);
      return y;
    },
    gradient: {
      inputsToSave: ['x', 'gamma'],
      gradFunc: (gradient, saved, attributes) => {
        const [x, gamma] = saved as [Tensor, Tensor];
        const inputs = { x, gamma, dy: onlyGradient(gradient) };
        const [dx, dgamma, dbeta] = runKernelForAll(GRADIENT, inputs, attributes) as [Tensor, Tensor, Tensor];
        return { x: () => dx, gamma: () => dgamma, beta: () => dbeta };
      },
    },
  },
  {
    name: GRADIENT,
    run: (heap, { x, gamma, dy }: Record<'x' | 'gamma' | 'dy', TensorInfo>, attributes: Attributes) => {
      const outputs = [x.shape, gamma.shape, gamma.shape].map((shape) => heap.output(shape));
      const tensors = [x, gamma, dy].map((tensor) => heap.address(tensor));
      const targets = heap.block(outputs.map((output) => heap.address(output)));
      heap.kernels['layer_norm_gradient']!(describe(heap, x, attributes), ...tensors, targets);
      return outputs;
    },
  },
];

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
  const heap = currentHeap();
  const channels = x.shape[x.rank - 1];
  requireShape(
    gamma.size === channels && beta.size === channels,
    () => `x is [${x.shape}], gamma [${gamma.shape}], beta [${beta.shape}]`,
    'gamma and beta have the length of the last axis of x',
  );
  if (heap !== undefined) return runKernel(NAME, { x, gamma, beta }, { epsilon });
  const { mean, variance } = tf.moments(x, -1, true);
  const normalised = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon)));
  return tf.add(tf.mul(normalised, gamma), beta) as T;
}
