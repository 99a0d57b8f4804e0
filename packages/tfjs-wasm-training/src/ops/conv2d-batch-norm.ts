/**
 * @file A convolution and the batch normalisation after it as one op: the statistics are taken, and the gradient of the
 * convolution's output is used, while the values are in the cache.
 */

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor3D, Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';
import { currentHeap } from '../engine.js';
import { requireNumber, requireShape } from '../errors.js';
import type { KernelArguments } from '../heap.js';
import { byproduct, onlyGradient, runKernel, runKernelForAll } from '../heap-kernel.js';
import type { HeapKernel } from '../heap-kernel.js';
import { isOnTape, referenceTo } from '../tape.js';
import { convolutionShape, depthwiseShape, windowFields } from '../window-shape.js';
import type { WindowShape } from '../window-shape.js';
import { DEFAULT_EPSILON, batchNorm, normArguments, requireVectors } from './batch-norm.js';
import type { BatchNormOptions, BatchNormResult, NormAttributes } from './batch-norm.js';
import { conv2d } from './conv2d.js';
import type { Conv2dOptions } from './conv2d.js';
import { depthwiseConv2d } from './depthwise-conv2d.js';
import type { WindowOptions } from '../window-shape.js';

const CONVOLUTION = 'TrainingConv2dBatchNorm';
const DEPTHWISE = 'TrainingDepthwiseBatchNorm';

export interface NormAndResidual extends BatchNormOptions {
  /** Added after normalisation and activation; of the output's shape. */
  readonly residual?: Tensor4D;
}

interface Attributes extends NormAttributes {
  readonly window: WindowShape;
  /** Whether the gradient of x is taken with the others; else it is taken again if it is asked for. */
  readonly withInput: boolean;
}

type Inputs = Record<'x' | 'filter' | 'z' | 'gamma' | 'beta' | 'mean' | 'variance', TensorInfo>;

interface Results {
  readonly y?: TensorInfo;
  readonly residual?: TensorInfo | undefined;
  /** dy, dx, dfilter, dgamma, dbeta */
  readonly gradients?: readonly (TensorInfo | null)[];
}

/** C's `struct conv_norm_arguments`. */
function argumentsOf(inputs: Inputs, attributes: Attributes, results: Results): KernelArguments {
  const { x, filter, z } = inputs;
  const { y, residual, gradients = [null, null, null, null, null] } = results;
  const [dy, dx, dfilter, dgamma, dbeta] = gradients as TensorInfo[];
  const norm = normArguments(
    { ...inputs, x: z, residual, gradients: [dy!, null, dgamma!, dbeta!], ...(y && { y }) },
    { ...attributes, training: true },
  );
  return {
    integers: [...windowFields(attributes.window), ...norm.integers],
    floats: norm.floats,
    tensors: [...norm.tensors, null, x, filter, dx, dfilter],
  };
}

function kernels(name: string, kernel: string): readonly HeapKernel[] {
  const gradientName = `${name}Gradient`;
  const gradientsOf = (inputs: Record<keyof Inputs | 'dy', Tensor>, attributes: Attributes): Tensor[] =>
    runKernelForAll(gradientName, inputs, attributes);
  return [
    {
      name,
      /** Writes z, mean and variance. */
      run: (heap, inputs: Inputs & { residual?: TensorInfo }, attributes: Attributes) => {
        const y = heap.output(inputs.z.shape);
        heap.run(kernel, argumentsOf(inputs, attributes, { y, residual: inputs.residual }));
        return y;
      },
      gradient: {
        inputsToSave: ['x', 'filter', 'z', 'gamma', 'beta', 'mean', 'variance'],
        gradFunc: (gradient, saved, untyped) => {
          const attributes = untyped as unknown as Attributes;
          const dy = onlyGradient(gradient);
          const [x, filter, z, gamma, beta, mean, variance] = saved as Tensor[];
          const inputs = { x, filter, z, gamma, beta, mean, variance, dy } as Record<
            keyof Inputs | 'dy',
            Tensor
          >;
          const [dfilter, dgamma, dbeta, dx] = gradientsOf(inputs, attributes) as [
            Tensor,
            Tensor,
            Tensor,
            Tensor?,
          ];
          return {
            x: () => dx ?? gradientsOf(inputs, { ...attributes, withInput: true })[3]!,
            ...{ filter: () => dfilter, gamma: () => dgamma, beta: () => dbeta },
            residual: () => referenceTo(dy),
          };
        },
      },
    },
    {
      name: gradientName,
      run: (heap, inputs: Inputs & { dy: TensorInfo }, attributes: Attributes) => {
        const { dy, x, filter, gamma } = inputs;
        const [dfilter, dgamma, dbeta] = [filter, gamma, gamma].map(({ shape }) => heap.output(shape));
        const dx = attributes.withInput ? heap.output(x.shape) : null;
        const gradients = [dy, dx, dfilter!, dgamma!, dbeta!];
        heap.run(`${kernel}_gradient`, argumentsOf(inputs, attributes, { gradients }));
        return [dfilter!, dgamma!, dbeta!, ...(dx === null ? [] : [dx])];
      },
    },
  ];
}

export const conv2dBatchNormKernels: readonly HeapKernel[] = [
  ...kernels(CONVOLUTION, 'conv2d_norm'),
  ...kernels(DEPTHWISE, 'depthwise_norm'),
];

interface Layer {
  readonly x: Tensor4D;
  readonly filter: Tensor4D | Tensor3D;
  readonly gamma: Tensor1D;
  readonly beta: Tensor1D;
}

/** Undefined where there is no heap. */
function fused(
  name: string,
  layer: Layer,
  window: WindowShape,
  options: NormAndResidual,
): BatchNormResult | undefined {
  const { activation = 'none', epsilon = DEFAULT_EPSILON, residual } = options;
  const heap = currentHeap();
  const shape = [window.batch, window.outHeight, window.outWidth, window.outChannels];
  const { gamma, beta } = layer;
  requireVectors(shape, { gamma, beta });
  requireNumber('epsilon', epsilon, [0, Infinity]);
  requireShape(
    residual === undefined || tf.util.arraysEqual(residual.shape, shape),
    () => `the output is [${shape}], the residual [${residual?.shape}]`,
    'Give a residual of the shape of the output',
  );
  if (heap === undefined) return undefined;
  const [z, mean, variance] = [shape, gamma.shape, gamma.shape].map((each) => byproduct(heap, each));
  const inputs = { ...layer, z: z!, mean: mean!, variance: variance!, ...(residual && { residual }) };
  const y = runKernel<Tensor4D>(name, inputs, { window, activation, epsilon, withInput: isOnTape(layer.x) });
  z!.dispose();
  return { y, mean: mean as Tensor1D, variance: variance as Tensor1D };
}

function withResidual(result: BatchNormResult, residual: Tensor4D | undefined): BatchNormResult {
  return residual === undefined ? result : { ...result, y: tf.add(result.y, residual) };
}

/**
 * batchNorm(conv2d(x, filter), gamma, beta) + residual, in training mode.
 *
 * @param x [N, H, W, I] @param filter [h, w, I / groups, O] @param gamma [O] @param beta [O]
 */
export function conv2dBatchNorm(
  x: Tensor4D,
  filter: Tensor4D,
  gamma: Tensor1D,
  beta: Tensor1D,
  options: Conv2dOptions & NormAndResidual = {},
): BatchNormResult {
  const layer = { x, filter, gamma, beta };
  return (
    fused(CONVOLUTION, layer, convolutionShape(x, filter, options), options) ??
    withResidual(batchNorm(conv2d(x, filter, options), gamma, beta, options), options.residual)
  );
}

/**
 * batchNorm(depthwiseConv2d(x, filter), gamma, beta) + residual, in training mode.
 *
 * @param x [N, H, W, C] @param filter [h, w, C] @param gamma [C] @param beta [C]
 */
export function depthwiseConv2dBatchNorm(
  x: Tensor4D,
  filter: Tensor3D,
  gamma: Tensor1D,
  beta: Tensor1D,
  options: WindowOptions & NormAndResidual = {},
): BatchNormResult {
  const layer = { x, filter, gamma, beta };
  return (
    fused(DEPTHWISE, layer, depthwiseShape(x, filter, options), options) ??
    withResidual(batchNorm(depthwiseConv2d(x, filter, options), gamma, beta, options), options.residual)
  );
}
