/** @file Dense layer with its bias and activation fused. */

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, TensorInfo } from '@tensorflow/tfjs-core';
import { currentHeap } from '../engine.js';
import { requireShape } from '../errors.js';
import type { Address, Heap } from '../heap.js';
import { runKernel, runKernelForAll } from '../heap-kernel.js';
import type { HeapKernel } from '../heap-kernel.js';
import { gelu, geluGradient } from './gelu.js';

const NAME = 'TrainingDense';
const INPUT_GRADIENT = 'TrainingDenseInputGradient';
const WEIGHT_GRADIENT = 'TrainingDenseWeightGradient';
const BIAS_GRADIENT = 'TrainingDenseBiasGradient';

interface Attributes {
  readonly rows: number;
  readonly in: number;
  readonly out: number;
  readonly activation: 'none' | 'gelu';
}

/** C's `struct dense` and the scratch. */
function prepare(heap: Heap, attributes: Attributes): readonly [Address, Address] {
  const shape = heap.block([attributes.rows, attributes.in, attributes.out]);
  return [shape, heap.scratch(heap.kernels['dense_scratch']!(shape))];
}

export const denseKernels: readonly HeapKernel[] = [
  {
    name: NAME,
    /** y, and with GELU also the value before it. */
    run: (
      heap,
      inputs: Record<'x' | 'weights', TensorInfo> & { bias?: TensorInfo },
      attributes: Attributes,
    ) => {
      const { x, weights, bias } = inputs;
      const outputs = (attributes.activation === 'gelu' ? [0, 1] : [0]).map(() =>
        heap.output([attributes.rows, attributes.out]),
      );
      const [shape, scratch] = prepare(heap, attributes);
      const sources = heap.block([x, weights, bias].map((tensor) => heap.address(tensor)));
      heap.kernels['dense']!(shape, sources, heap.address(outputs[0]), heap.address(outputs[1]), scratch);
      return outputs;
    },
    gradient: {
      inputsToSave: ['x', 'weights'],
      outputsToSave: [false, true],
      gradFunc: (gradient, saved, attributes) => {
        const [x, weights, before] = saved as [Tensor, Tensor, Tensor?];
        const outer = Array.isArray(gradient) ? gradient[0]! : gradient;
        const dy = before === undefined ? outer : geluGradient(before, outer);
        return {
          x: () => runKernel(INPUT_GRADIENT, { dy, weights }, attributes),
          weights: () => runKernel(WEIGHT_GRADIENT, { x, dy }, attributes),
          bias: () => runKernel(BIAS_GRADIENT, { dy }, attributes),
        };
      },
    },
  },
  {
    name: INPUT_GRADIENT,
    run: (heap, { dy, weights }: Record<'dy' | 'weights', TensorInfo>, attributes: Attributes) => {
      const dx = heap.output([attributes.rows, attributes.in]);
      const [shape, scratch] = prepare(heap, attributes);
      const tensors = [dy, weights, dx].map((tensor) => heap.address(tensor));
      heap.kernels['dense_input_gradient']!(shape, ...tensors, scratch);
      return dx;
    },
  },
  {
    name: WEIGHT_GRADIENT,
    run: (heap, { x, dy }: Record<'x' | 'dy', TensorInfo>, attributes: Attributes) => {
      const dweights = heap.output([attributes.in, attributes.out]);
      const [shape, scratch] = prepare(heap, attributes);
      const tensors = [x, dy, dweights].map((tensor) => heap.address(tensor));
      heap.kernels['dense_weight_gradient']!(shape, ...tensors, scratch);
      return dweights;
    },
  },
  {
    name: BIAS_GRADIENT,
    run: (heap, { dy }: { dy: TensorInfo }, attributes: Attributes) => {
      const dbias = heap.output([attributes.out]);
      const [shape] = prepare(heap, attributes);
      heap.kernels['dense_bias_gradient']!(shape, heap.address(dy), heap.address(dbias));
      return dbias;
    },
  },
];

/**
 * activation(x * weights + bias); see {@link gelu} for its form.
 *
 * @param x [rows, in] @param weights [in, out] @param bias [out] or null
 * @returns [rows, out]
 */
export function dense(
  x: Tensor2D,
  weights: Tensor2D,
  bias: Tensor1D | null,
  options: { readonly activation?: 'none' | 'gelu' } = {},
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
    const y: Tensor2D = bias === null ? product : tf.add(product, bias);
    return activation === 'gelu' ? gelu(y) : y;
  }
  const inputs = bias === null ? { x, weights } : { x, weights, bias };
  const attributes: Attributes = { rows: x.shape[0], in: x.shape[1], out: weights.shape[1], activation };
  return runKernelForAll(NAME, inputs, attributes)[0] as Tensor2D;
}
