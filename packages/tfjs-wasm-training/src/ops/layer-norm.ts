/** @file Layer normalisation over the last axis (Ba, Kiros and Hinton, arXiv 1607.06450). */

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, TensorInfo } from '@tensorflow/tfjs-core';
import { currentHeap } from '../engine.js';
import { requireNumber, requireShape } from '../errors.js';
import type { KernelArguments } from '../heap.js';
import { onlyGradient, runKernel, runKernelForAll } from '../heap-kernel.js';
import type { HeapKernel } from '../heap-kernel.js';

const NAME = 'TrainingLayerNorm';
const GRADIENT = 'TrainingLayerNormGradient';

interface Attributes {
  readonly epsilon: number;
}

/** C's `struct layer_norm_arguments`, x being the first of the tensors. */
function argumentsOf(tensors: readonly (TensorInfo | null)[], { epsilon }: Attributes): KernelArguments {
  const { shape } = tensors[0]!;
  const rows = shape.slice(0, -1).reduce((product, extent) => product * extent, 1);
  return { integers: [rows, shape.at(-1)!], floats: [epsilon], tensors };
}

export const layerNormKernels: readonly HeapKernel[] = [
  {
    name: NAME,
    run: (heap, { x, gamma, beta }: Record<'x' | 'gamma' | 'beta', TensorInfo>, attributes: Attributes) => {
      const y = heap.output(x.shape);
      heap.run('layer_norm', argumentsOf([x, gamma, beta, y, null, null, null, null], attributes));
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
      heap.run('layer_norm_gradient', argumentsOf([x, gamma, null, null, dy, ...outputs], attributes));
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
  requireNumber('epsilon', epsilon, [0, Infinity]);
  if (heap !== undefined) return runKernel(NAME, { x, gamma, beta }, { epsilon });
  const { mean, variance } = tf.moments(x, -1, true);
  const normalised = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon)));
  return tf.add(tf.mul(normalised, gamma), beta) as T;
}
