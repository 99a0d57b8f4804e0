/**
 * @file An op of this package as TensorFlow.js sees it: a kernel registered for the `wasm` backend together with its
 * gradient, so that tapes, tidy and memory accounting work as for the official ones.
 */

import * as tf from '@tensorflow/tfjs-core';
import type { GradConfig, NamedTensorMap, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { heapOfWasmBackend } from './engine.js';
import { TrainingError } from './errors.js';
import type { Heap } from './heap.js';
import { isRecording, saveReferences } from './tape.js';

// Attributes and inputs are typed where a kernel is defined; TensorFlow.js passes them untyped.
type Untyped = never;

export interface HeapGradient {
  /** What the gradient gets as `saved`: inputs by their names, and then outputs by their places. */
  readonly inputsToSave?: readonly string[];
  readonly outputsToSave?: readonly number[];
  readonly gradFunc: GradConfig['gradFunc'];
}

export interface HeapKernel {
  readonly name: string;
  readonly run: (heap: Heap, inputs: Untyped, attributes: Untyped) => TensorInfo | TensorInfo[];
  readonly gradient?: HeapGradient;
  /** Inputs that are not float32: what the op itself has checked. */
  readonly otherTypes?: readonly string[];
  /** Called with the backend when it starts. */
  readonly setUp?: tf.KernelConfig['setupFunc'] | undefined;
}

/** Registers kernels, in place of the backend's own of the same name. */
export function registerKernels(kernels: readonly HeapKernel[]): void {
  for (const { name, run, gradient, otherTypes = [], setUp } of kernels) {
    if (tf.getKernel(name, 'wasm') !== undefined) tf.unregisterKernel(name, 'wasm');
    tf.registerKernel({
      kernelName: name,
      backendName: 'wasm',
      ...(setUp && { setupFunc: setUp }),
      kernelFunc: ({ inputs, attrs }) => {
        requireFloats(inputs as NamedTensorMap, otherTypes);
        return run(heapOfWasmBackend(), inputs as Untyped, attrs as Untyped);
      },
    });
    if (gradient === undefined) continue;
    gradients.set(name, gradient);
    if (tf.getGradient(name) === undefined) {
      tf.registerGradient({ kernelName: name, gradFunc: gradient.gradFunc });
    }
  }
}

function requireFloats(inputs: NamedTensorMap, otherTypes: readonly string[]): void {
  for (const name in inputs) {
    const { dtype } = inputs[name]!;
    if (dtype === 'float32' || otherTypes.includes(name)) continue;
    throw new TrainingError('E_DTYPE', `${name} is ${dtype}`, 'Cast it to float32');
  }
}

const gradients = new Map<string, HeapGradient>();

/** Runs a kernel with one output. */
export function runKernel<T extends Tensor>(
  name: string,
  inputs: NamedTensorMap,
  attributes: object = {},
): T {
  const output = tf.engine().runKernel(name, inputs, attributes as tf.NamedAttrMap) as T;
  save(name, inputs, [output]);
  return output;
}

/** Runs a kernel with several outputs. */
export function runKernelForAll(name: string, inputs: NamedTensorMap, attributes: object = {}): Tensor[] {
  const outputs = tf.engine().runKernel(name, inputs, attributes as tf.NamedAttrMap) as Tensor[];
  save(name, inputs, outputs);
  return outputs;
}

function save(name: string, inputs: NamedTensorMap, outputs: readonly Tensor[]): void {
  const gradient = gradients.get(name);
  if (gradient === undefined || !isRecording()) return;
  const { inputsToSave = [], outputsToSave = [] } = gradient;
  const present = inputsToSave.filter((input) => inputs[input] !== undefined);
  saveReferences([...present.map((input) => inputs[input]!), ...outputsToSave.map((i) => outputs[i]!)]);
}

/**
 * A tensor with undefined values, which a kernel writes although it is one of its inputs. An output that nothing is
 * differentiated through would cost a gradient of zeros.
 */
export function byproduct(heap: Heap, shape: readonly number[]): Tensor {
  return tf.engine().makeTensorFromTensorInfo(heap.output(shape));
}

/** A gradient function's argument, for a kernel with one output. */
export function onlyGradient(dy: Tensor | Tensor[]): Tensor {
  return Array.isArray(dy) ? dy[0]! : dy;
}

/** The number of values of a tensor. */
export const sizeOf = (tensor: TensorInfo): number => tf.util.sizeFromShape(tensor.shape);
