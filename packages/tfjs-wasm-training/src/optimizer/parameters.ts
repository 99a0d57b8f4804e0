/** @file All parameters of a step as one table in the heap, over which a kernel runs once (C's `struct parameter`). */

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { TrainingError, requireOption } from '../errors.js';
import { GrowingBuffer } from '../heap.js';
import type { Heap } from '../heap.js';

/** What a step needs to know of a variable. */
export interface TrainableVariable {
  readonly variable: Variable;
  /** Whether weight decay applies (usually not to biases and norms). */
  readonly decay: boolean;
  /** 0 or 1 for every weight: the gradient is multiplied by it and masked weights stay at exactly 0. */
  readonly mask?: Tensor;
}

/** A row of the table. */
export interface Parameter {
  readonly size: number;
  /** Fraction of a weight lost this step. */
  readonly decay?: number;
  readonly corrections?: readonly [number, number];
  readonly weights?: Tensor;
  readonly gradient?: Tensor;
  readonly first?: Tensor;
  readonly second?: Tensor;
  readonly mask?: Tensor | undefined;
}

/** Of C's `struct optimizer_arguments`. */
export interface StepOptions {
  readonly nesterov?: boolean;
  readonly learningRate?: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  readonly gradientScale?: number;
}

const PARAMETER_WORDS = 9;
const RESULT_BYTES = 64;

const tables = new WeakMap<Heap, GrowingBuffer>();

/** @returns the address of the kernel's result, a double */
export function runOverParameters(
  heap: Heap,
  kernel: string,
  parameters: readonly Parameter[],
  options: StepOptions = {},
): number {
  if (parameters.length === 0) return 0;
  const buffer = tables.get(heap) ?? new GrowingBuffer(heap.memory);
  tables.set(heap, buffer);
  const result = buffer.reserve(RESULT_BYTES + parameters.length * PARAMETER_WORDS * 4);
  const table = result + RESULT_BYTES;
  parameters.forEach((parameter, i) => writeParameter(heap, table / 4 + i * PARAMETER_WORDS, parameter));
  const {
    nesterov = false,
    learningRate = 0,
    beta1 = 0,
    beta2 = 0,
    epsilon = 0,
    gradientScale = 1,
  } = options;
  heap.run(kernel, {
    integers: [parameters.length, nesterov ? 1 : 0],
    floats: [learningRate, beta1, beta2, epsilon, gradientScale],
    tensors: [table, result],
  });
  return result;
}

function writeParameter(heap: Heap, at: number, parameter: Parameter): void {
  const { size, decay = 0, corrections = [1, 1], weights, gradient, first, second, mask } = parameter;
  const [integers, floats] = [heap.integers(), heap.floats()];
  integers[at] = size;
  floats[at + 1] = decay;
  floats[at + 2] = corrections[0];
  floats[at + 3] = corrections[1];
  [weights, gradient, first, second, mask].forEach((tensor, i) => {
    integers[at + 4 + i] = heap.address(tensor);
  });
}

/** Gives a variable that is about to be written values of its own, where another tensor refers to them too. */
export function unshare(heap: Heap, variable: Variable): void {
  if (heap.memory.backend.refCount(variable.dataId) <= 1) return;
  const copy = tf.tensor(variable.dataSync(), variable.shape);
  variable.assign(copy);
  copy.dispose();
}

/**
 * Tells the backend that the values of a variable have changed in place: its own kernels keep packed copies of weights
 * by the identity of their data, and drop them with it.
 */
export function forgetPacked(heap: Heap, variable: Variable): void {
  const { backend } = heap.memory;
  const { id, memoryOffset } = backend.dataIdMap.get(variable.dataId);
  backend.wasm.tfjs.disposeData(id);
  backend.wasm.tfjs.registerTensor(id, variable.size, memoryOffset);
}

/** Throws E_OPTION unless an entry names a variable: a variable itself is none. */
export function requireEntry({ variable }: TrainableVariable): void {
  requireOption(
    variable instanceof tf.Variable,
    () => 'a variable to train is given by itself, or is none',
    'Give { variable, decay } for every variable',
  );
}

/** Throws E_SHAPE unless variable, gradient and mask are float32 of one size. */
export function requireFit({ variable, mask }: TrainableVariable, gradient: Tensor): void {
  for (const tensor of [variable, gradient, mask]) {
    if (tensor === undefined) continue;
    if (tf.util.arraysEqual(tensor.shape, variable.shape) && tensor.dtype === 'float32') continue;
    throw new TrainingError(
      'E_SHAPE',
      `${variable.name} is [${variable.shape}], its gradient [${gradient.shape}], its mask [${mask?.shape}]`,
      'Variable, gradient and mask are float32 of one shape',
    );
  }
}
