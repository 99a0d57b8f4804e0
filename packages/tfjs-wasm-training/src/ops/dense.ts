/** @file Dense layer with its bias, activation and residual fused. */

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, TensorInfo } from '@tensorflow/tfjs-core';
import { currentHeap } from '../engine.js';
import { requireShape } from '../errors.js';
import { byproduct, onlyGradient, runKernel, runKernelForAll } from '../heap-kernel.js';
import type { HeapKernel } from '../heap-kernel.js';
import { isOnTape, isRecording, referenceTo } from '../tape.js';
import { activationCode, composedActivation } from './activation.js';
import type { Activation } from './activation.js';

const NAME = 'TrainingDense';
const GRADIENT = 'TrainingDenseGradient';

interface Attributes {
  readonly rows: number;
  readonly in: number;
  readonly out: number;
  readonly activation: Activation;
  /** Whether the gradient of x is taken with the others; else it is taken again if it is asked for. */
  readonly withInput: boolean;
}

type Named<Required extends string, Optional extends string, T> = Record<Required, T> &
  Partial<Record<Optional, T>>;
type Inputs = Named<'x' | 'weights', 'bias' | 'residual' | 'slopes', TensorInfo>;
type GradientInputs<T> = Named<'x' | 'weights' | 'dy', 'slopes', T>;

const sizes = (attributes: Attributes): number[] => [attributes.rows, attributes.in, attributes.out];

const gradientsOf = (inputs: GradientInputs<Tensor>, attributes: Attributes): Tensor[] =>
  runKernelForAll(GRADIENT, inputs as Record<string, Tensor>, attributes);

export const denseKernels: readonly HeapKernel[] = [
  {
    name: NAME,
    /** Writes slopes, if they are given. */
    run: (heap, { x, weights, bias, residual, slopes }: Inputs, attributes: Attributes) => {
      const y = heap.output([...x.shape.slice(0, -1), attributes.out]);
      heap.run('dense', {
        integers: [...sizes(attributes), activationCode(attributes.activation)],
        tensors: [x, weights, bias, residual, y, slopes],
      });
      return y;
    },
    gradient: {
      inputsToSave: ['x', 'weights', 'slopes'],
      gradFunc: (gradient, saved, untyped) => {
        const attributes = untyped as unknown as Attributes;
        const [x, weights, slopes] = saved as [Tensor, Tensor, Tensor?];
        const dy = onlyGradient(gradient);
        const inputs = { x, weights, dy, ...(slopes && { slopes }) };
        const [dweights, dbias, dx] = gradientsOf(inputs, attributes) as [Tensor, Tensor, Tensor?];
        return {
          x: () => dx ?? gradientsOf(inputs, { ...attributes, withInput: true })[2]!,
          ...{ weights: () => dweights, bias: () => dbias, residual: () => referenceTo(dy) },
        };
      },
    },
  },
  {
    name: GRADIENT,
    run: (heap, inputs: GradientInputs<TensorInfo>, attributes: Attributes) => {
      const { x, weights, dy, slopes } = inputs;
      const [dweights, dbias] = [heap.output(weights.shape), heap.output([attributes.out])];
      const dx = attributes.withInput ? heap.output(x.shape) : null;
      heap.run('dense_gradient', {
        integers: [...sizes(attributes), 0],
        tensors: [x, weights, slopes, dy, dx, dweights, dbias],
      });
      return [dweights, dbias, ...(dx === null ? [] : [dx])];
    },
  },
];

/** Of a dense layer. */
export interface DenseOptions {
  /** Default `none`. */
  readonly activation?: Activation;
  /** Added after the activation; of the output's shape. */
  readonly residual?: Tensor;
}

/**
 * activation(x * weights + bias) + residual.
 *
 * @param x [..., in] @param weights [in, out] @param bias [out]; none where it is null
 * @returns [..., out]
 */
export function dense<T extends Tensor>(
  x: T,
  weights: Tensor2D,
  bias?: Tensor1D | null,
  options: DenseOptions = {},
): T {
  const { activation = 'none', residual } = options;
  const heap = currentHeap();
  const [features, out] = weights.shape;
  requireShape(
    weights.rank === 2 && features > 0 && x.rank >= 2 && x.shape.at(-1) === features,
    () => `x is [${x.shape}], weights [${weights.shape}]`,
    'Give x [..., in] and weights [in, out]',
  );
  requireShape(
    bias == null || (bias.rank === 1 && bias.size === out),
    () => `x is [${x.shape}], weights [${weights.shape}], bias [${bias?.shape ?? 'null'}]`,
    'Give a bias [out], or null',
  );
  requireShape(
    residual === undefined || tf.util.arraysEqual(residual.shape, [...x.shape.slice(0, -1), out]),
    () => `x is [${x.shape}], weights [${weights.shape}], the residual [${residual?.shape}]`,
    'Give a residual of the shape of the output',
  );
  if (heap === undefined) return composed(x, weights, bias, options);
  const rows = x.size / features;
  const slopes = activation !== 'none' && isRecording() ? byproduct(heap, [rows, out]) : undefined;
  const optional = { ...(bias && { bias }), ...(residual && { residual }), ...(slopes && { slopes }) };
  const attributes: Attributes = { rows, in: features, out, activation, withInput: isOnTape(x) };
  const y = runKernel<T>(NAME, { x, weights, ...optional }, attributes);
  slopes?.dispose();
  return y;
}

function composed<T extends Tensor>(
  x: T,
  weights: Tensor2D,
  bias: Tensor1D | null | undefined,
  { activation = 'none', residual }: DenseOptions,
): T {
  const product = tf.matMul(tf.reshape(x, [-1, weights.shape[0]]), weights);
  const y = composedActivation(bias == null ? product : tf.add(product, bias), activation);
  const shaped = tf.reshape(y, [...x.shape.slice(0, -1), weights.shape[1]]) as T;
  return residual === undefined ? shaped : tf.add(shaped, residual);
}
