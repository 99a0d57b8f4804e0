/** @file Activations: by themselves, and the number by which C knows each. */

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { currentHeap } from '../engine.js';
import { requireOption } from '../errors.js';
import { onlyGradient, runKernel, sizeOf } from '../heap-kernel.js';
import type { HeapKernel } from '../heap-kernel.js';

const NAME = 'TrainingActivation';
const GRADIENT = 'TrainingActivationGradient';

/** In the order of C's `enum activation`. */
const ACTIVATIONS = ['none', 'relu', 'relu6', 'gelu', 'hardSwish'] as const;

export type Activation = (typeof ACTIVATIONS)[number];

/** C's number; throws E_OPTION for an unknown name. */
export function activationCode(activation: Activation): number {
  const code = ACTIVATIONS.indexOf(activation);
  requireOption(code >= 0, () => `activation is ${activation}`, `Choose one of ${ACTIVATIONS.join(', ')}`);
  return code;
}

interface Attributes {
  readonly activation: Activation;
}

export const activationKernels: readonly HeapKernel[] = [
  {
    name: NAME,
    run: (heap, { x }: { x: TensorInfo }, { activation }: Attributes) => {
      const y = heap.output(x.shape);
      heap.run('activation', { integers: [sizeOf(x), activationCode(activation)], tensors: [x, null, y] });
      return y;
    },
    gradient: {
      inputsToSave: ['x'],
      gradFunc: (gradient, saved, attributes) => ({
        x: () => activationGradient(saved[0]!, onlyGradient(gradient), attributes as unknown as Attributes),
      }),
    },
  },
  {
    name: GRADIENT,
    run: (heap, { x, dy }: Record<'x' | 'dy', TensorInfo>, { activation }: Attributes) => {
      const dx = heap.output(x.shape);
      const integers = [sizeOf(x), activationCode(activation)];
      heap.run('activation_gradient', { integers, tensors: [x, dy, dx] });
      return dx;
    },
  },
];

/** dy times the slope of the activation at x. */
function activationGradient(x: Tensor, dy: Tensor, attributes: Attributes): Tensor {
  return runKernel(GRADIENT, { x, dy }, { activation: attributes.activation });
}

/** The activation composed of TensorFlow.js's own ops. */
export function composedActivation<T extends Tensor>(x: T, activation: Activation): T {
  switch (activation) {
    case 'none':
      return x;
    case 'relu':
      return tf.relu(x);
    case 'relu6':
      return tf.relu6(x);
    case 'gelu':
      return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
    case 'hardSwish':
      return tf.mul(tf.mul(x, tf.relu6(tf.add(x, 3))), 1 / 6);
    default:
      return activation satisfies never;
  }
}

function activate<T extends Tensor>(x: T, activation: Activation): T {
  if (currentHeap() !== undefined) return runKernel(NAME, { x }, { activation });
  return composedActivation(x, activation);
}

/**
 * The exact form x * Phi(x) = x / 2 * (1 + erf(x / sqrt 2)) (Hendrycks and Gimpel, arXiv 1606.08415), not the
 * tanh approximation. erf is Abramowitz and Stegun 7.1.26 (absolute error below 1.5e-7), as in TensorFlow.js.
 */
export const gelu = <T extends Tensor>(x: T): T => activate(x, 'gelu');

/** min(max(x, 0), 6). */
export const relu6 = <T extends Tensor>(x: T): T => activate(x, 'relu6');

/** x * relu6(x + 3) / 6 (Howard et al., arXiv 1905.02244). */
export const hardSwish = <T extends Tensor>(x: T): T => activate(x, 'hardSwish');
