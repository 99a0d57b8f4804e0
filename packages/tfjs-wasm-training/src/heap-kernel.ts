/**
 * @file An op of this package as TensorFlow.js sees it: a kernel registered for the `wasm` backend together with its
 * gradient, so that tapes, tidy and memory accounting work as for the official ones.
 */

import * as tf from '@tensorflow/tfjs-core';
import type { GradConfig, NamedTensorMap, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { heapOfWasmBackend } from './engine.js';
import { TrainingError } from './errors.js';
import type { Heap } from './heap.js';

// Attributes and inputs are typed where a kernel is defined; TensorFlow.js passes them untyped.
type Untyped = never;

export interface HeapKernel {
  readonly name: string;
  readonly run: (heap: Heap, inputs: Untyped, attributes: Untyped) => TensorInfo | TensorInfo[];
  readonly gradient?: Omit<GradConfig, 'kernelName'>;
  /** Inputs that are not float32: what the op itself has checked. */
  readonly otherTypes?: readonly string[];
}

/** Registers kernels, in place of the backend's own of the same name. */
export function registerKernels(kernels: readonly HeapKernel[]): void {
  for (const { name, run, gradient, otherTypes = [] } of kernels) {
    if (tf.getKernel(name, 'wasm') !== undefined) tf.unregisterKernel(name, 'wasm');
    tf.registerKernel({
      kernelName: name,
      backendName: 'wasm',
      kernelFunc: ({ inputs, attrs }) => {
        requireFloats(inputs as NamedTensorMap, otherTypes);
        return run(heapOfWasmBackend(), inputs as Untyped, attrs as Untyped);
      },
    });
    if (gradient !== undefined && tf.getGradient(name) === undefined) {
      tf.registerGradient({ kernelName: name, ...gradient });
    }
  }
}

function requireFloats(inputs: NamedTensorMap, otherTypes: readonly string[]): void {
  for (const [name, tensor] of Object.entries(inputs)) {
    if (tensor.dtype === 'float32' || otherTypes.includes(name)) continue;
    throw new TrainingError('E_DTYPE', `${name} is ${tensor.dtype}`, 'Cast it to float32');
  }
}

/** Runs a kernel with one output. */
export function runKernel<T extends Tensor>(
  name: string,
  inputs: NamedTensorMap,
  attributes: object = {},
): T {
  return tf.engine().runKernel(name, inputs, attributes as tf.NamedAttrMap) as T;
}

/** Runs a kernel with several outputs. */
export function runKernelForAll(name: string, inputs: NamedTensorMap, attributes: object = {}): Tensor[] {
  return tf.engine().runKernel(name, inputs, attributes as tf.NamedAttrMap) as Tensor[];
}

/** A gradient function's argument, for a kernel with one output. */
export function onlyGradient(dy: Tensor | Tensor[]): Tensor {
  return Array.isArray(dy) ? dy[0]! : dy;
}

/** The number of values of a tensor. */
export const sizeOf = (tensor: TensorInfo): number => tf.util.sizeFromShape(tensor.shape);
