/** @file GELU in its exact form. */

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { currentHeap } from '../engine.js';
import { onlyGradient, runKernel } from '../heap-kernel.js';
import type { HeapKernel } from '../heap-kernel.js';

const NAME = 'TrainingGelu';
const GRADIENT = 'TrainingGeluGradient';

const sizeOf = (tensor: TensorInfo): number => tf.util.sizeFromShape(tensor.shape);

export const geluKernels: readonly HeapKernel[] = [
  {
    name: NAME,
    run: (heap, { x }: { x: TensorInfo }) => {
      const y = heap.output(x.shape);
      heap.kernels['gelu']!(sizeOf(x), heap.address(x), heap.address(y));
      return y;
    },
    gradient: {
      inputsToSave: ['x'],
      gradFunc: (gradient, saved) => ({ x: () => geluGradient(saved[0]!, onlyGradient(gradient)) }),
    },
  },
  {
    name: GRADIENT,
    run: (heap, { x, dy }: Record<'x' | 'dy', TensorInfo>) => {
      const dx = heap.output(x.shape);
      heap.kernels['gelu_gradient']!(sizeOf(x), heap.address(x), heap.address(dy), heap.address(dx));
      return dx;
    },
  },
];

/**
 * The exact form x * Phi(x) = x / 2 * (1 + erf(x / sqrt 2)) (Hendrycks and Gimpel, arXiv 1606.08415), not the
 * tanh approximation. erf is Abramowitz and Stegun 7.1.26 (absolute error below 1.5e-7), as in TensorFlow.js.
 */
export function gelu<T extends Tensor>(x: T): T {
  if (currentHeap() !== undefined) return runKernel(NAME, { x });
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
}

/** dy times the derivative of GELU at x. */
export function geluGradient(x: Tensor, dy: Tensor): Tensor {
  return runKernel(GRADIENT, { x, dy });
}
