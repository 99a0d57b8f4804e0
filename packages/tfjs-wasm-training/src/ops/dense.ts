/** @file Dense layer with its bias and activation fused. */

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, TensorInfo } from '@tensorflow/tfjs-core';
import { currentHeap } from '../engine.js';
import { requireShape } from '../errors.js';
import { runKernel, runKernelForAll } from '../heap-kernel.js';
import type { HeapKernel } from '../heap-kernel.js';
import { activationCode, activationGradient, composedActivation } from './activation.js';
import type { Activation } from './activation.js';

const NAME = 'TrainingDense';
const INPUT_GRADIENT = 'TrainingDenseInputGradient';
const WEIGHT_GRADIENT = 'TrainingDenseWeightGradient';

interface Attributes {
  readonly rows: number;
  readonly in: number;
  readonly out: number;
  readonly activation: Activation;
}

const sizes = (attributes: Attributes): number[] => [attributes.rows, attributes.in, attributes.out];

export const denseKernels: readonly HeapKernel[] = [
  {
    name: NAME,
    /** y, and with an activation also the value before it. */
    run: (
      heap,
      inputs: Record<'x' | 'weights', TensorInfo> & { bias?: TensorInfo },
      attributes: Attributes,
    ) => {
      const { x, weights, bias } = inputs;
      const { rows, out, activation } = attributes;
      const outputs = (activation === 'none' ? [0] : [0, 1]).map(() => heap.output([rows, out]));
      heap.run('dense', {
        integers: [...sizes(attributes), activationCode(activation)],
        tensors: [x, weights, bias, outputs[0], outputs[1]],
      });
      return outputs;
    },
    gradient: {
      inputsToSave: ['x', 'weights'],
      outputsToSave: [false, true],
      gradFunc: (gradient, saved, attributes) => {
        const [x, weights, before] = saved as [Tensor, Tensor, Tensor?];
        const outer = Array.isArray(gradient) ? gradient[0]! : gradient;
        const dy = before === undefined ? outer : activationGradient(before, outer, attributes as never);
        const [dweights, dbias] = runKernelForAll(WEIGHT_GRADIENT, { x, dy }, attributes);
        return {
          x: () => runKernel(INPUT_GRADIENT, { dy, weights }, attributes),
          weights: () => dweights!,
          bias: () => dbias!,
        };
      },
    },
  },
  {
    name: INPUT_GRADIENT,
    run: (heap, { dy, weights }: Record<'dy' | 'weights', TensorInfo>, attributes: Attributes) => {
      const dx = heap.output([attributes.rows, attributes.in]);
      heap.run('dense_input_gradient', { integers: sizes(attributes), tensors: [dy, weights, dx, null] });
      return dx;
    },
  },
  {
    name: WEIGHT_GRADIENT,
    run: (heap, { x, dy }: Record<'x' | 'dy', TensorInfo>, attributes: Attributes) => {
      const outputs = [heap.output([attributes.in, attributes.out]), heap.output([attributes.out])];
      heap.run('dense_weight_gradient', { integers: sizes(attributes), tensors: [x, dy, ...outputs] });
      return outputs;
    },
  },
];

/**
 * activation(x * weights + bias).
 *
 * @param x [rows, in] @param weights [in, out] @param bias [out] or null
 * @returns [rows, out]
 */
export function dense(
  x: Tensor2D,
  weights: Tensor2D,
  bias: Tensor1D | null,
  options: { readonly activation?: Activation } = {},
): Tensor2D {
  const { activation = 'none' } = options;
  const heap = currentHeap();
  requireShape(
    x.rank === 2 && x.shape[1] === weights.shape[0] && (bias === null || bias.size === weights.shape[1]),
    () => `x is [${x.shape}], weights [${weights.shape}], bias [${bias?.shape ?? 'null'}]`,
    'Give x [rows, in], weights [in, out] and bias [out] or null',
  );
  if (heap === undefined) {
    const product = tf.matMul<Tensor2D>(x, weights);
    return composedActivation(bias === null ? product : tf.add(product, bias), activation);
  }
  const inputs = bias === null ? { x, weights } : { x, weights, bias };
  const attributes: Attributes = { rows: x.shape[0], in: x.shape[1], out: weights.shape[1], activation };
  return runKernelForAll(NAME, inputs, attributes)[0] as Tensor2D;
}
