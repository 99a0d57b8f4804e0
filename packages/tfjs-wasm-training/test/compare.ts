/** @file Runs an op and its gradients on the wasm engine and, composed of TensorFlow.js's own ops, on cpu. */

import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { availableEngines, useTraining } from '../src/index.js';
import type { EngineOptions } from '../src/index.js';

// TensorFlow.js then counts the data buffers before and after every kernel.
tf.env().set('IS_TEST', true);

/** Every engine of this machine with kernels of this package, one for each instruction set. */
export const HEAP_ENGINES: readonly EngineOptions[] = [
  { engine: 'wasm' },
  { engine: 'wasm-relaxed' },
  ...availableEngines().flatMap(({ variants }) =>
    variants.map((variant) => ({ engine: 'native' as const, variant })),
  ),
];

export const engineTitle = ({ engine, variant }: EngineOptions): string =>
  [engine, variant].filter(Boolean).join(' ');

/** How far two results may differ: max |a - b| <= limit * max(smallestScale, max |b|). */
export interface Tolerance {
  readonly limit: number;
  readonly smallestScale: number;
}

/** Float32 keeps 2^-24: what the few rounded terms of a value come to. */
export const DATA_TOLERANCE: Tolerance = { limit: 1e-6, smallestScale: 0 };
/**
 * What passes through a softmax of products: a score s is rounded to 2^-24 s, which is the relative error of its
 * probability p, and p (dp - mean dp) has that error of dp although the difference may be small.
 */
export const SCORE_TOLERANCE: Tolerance = { limit: 4e-6, smallestScale: 0 };
/**
 * Gradients of weights, scales and biases are sums over the batch of terms of size 1, which may cancel to nearly
 * nothing (in the reference too): the size of one term is the least scale.
 */
export const SUM_TOLERANCE: Tolerance = { limit: 1e-5, smallestScale: 1 };

export interface Input {
  readonly shape: readonly number[];
  /** Of its gradient; an input without is not differentiated. */
  readonly tolerance?: Tolerance;
  /** Shifts the normal values; default 0. */
  readonly mean?: number;
}

/** Normal values of standard deviation 1, from a seed (mulberry32 and Box-Muller). */
export function randomNormal(size: number, seed: number): Float32Array {
  let state = seed | 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return Float32Array.from({ length: size }, () =>
    Math.fround(Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())),
  );
}

export function randomTensor(shape: readonly number[], seed: number, mean = 0): Tensor {
  const values = randomNormal(tf.util.sizeFromShape([...shape]), seed);
  return tf.tensor(
    Array.from(values, (value) => Math.fround(value + mean)),
    [...shape],
  );
}

/** max |a - b| / max |b|, or less where b is small throughout; 0 where they are the same. */
export function relativeDifference(a: ArrayLike<number>, b: ArrayLike<number>, smallestScale = 0): number {
  let difference = 0;
  let scale = smallestScale;
  for (let i = 0; i < b.length; i++) {
    const d = Math.abs(a[i]! - b[i]!);
    if (!(d <= difference)) difference = d;
    scale = Math.max(scale, Math.abs(b[i]!));
  }
  return difference === 0 ? 0 : difference / scale;
}

type Op = (...inputs: never[]) => Tensor;

interface Results {
  readonly y: Float32Array;
  readonly gradients: readonly Float32Array[];
}

/** The output of `op` and the gradients of its inputs for a random gradient of the output. */
export function outputAndGradients(op: Op, inputs: readonly Input[], seed: number): Results {
  const run = op as unknown as (...inputs: Tensor[]) => Tensor;
  return tf.tidy(() => {
    const tensors = inputs.map(({ shape, mean }, i) => randomTensor(shape, seed + i, mean));
    const variables = tensors.filter((_, i) => inputs[i]!.tolerance !== undefined);
    const y = run(...tensors);
    if (variables.length === 0) return { y: y.dataSync<'float32'>(), gradients: [] };
    const dy = randomTensor(y.shape, seed + 99);
    const gradients = tf.grads((...differentiated: Tensor[]) => {
      let next = 0;
      return run(
        ...tensors.map((t, i) => (inputs[i]!.tolerance === undefined ? t : differentiated[next++]!)),
      );
    })(variables, dy);
    return {
      y: y.dataSync<'float32'>(),
      gradients: gradients.map((gradient) => gradient.dataSync<'float32'>()),
    };
  });
}

/**
 * Runs TensorFlow.js's cpu kernels in double precision: they allocate Float32Array by that name. In single precision
 * the reference is what is furthest off, as its convolutions round after every term: up to 4e-6 where the terms of a
 * sum cancel.
 */
function inDoubles<T>(run: () => T): T {
  const single = globalThis.Float32Array;
  globalThis.Float32Array = Float64Array as unknown as Float32ArrayConstructor;
  try {
    return run();
  } finally {
    globalThis.Float32Array = single;
  }
}

/** What differs beyond its tolerance between cpu and any other engine; empty when they agree. */
export async function disagreements(
  op: Op,
  inputs: readonly Input[],
  options: { readonly seed: number; readonly tolerance?: Tolerance },
): Promise<string[]> {
  const { seed, tolerance = DATA_TOLERANCE } = options;
  await useTraining({ engine: 'cpu' });
  const reference = inDoubles(() => outputAndGradients(op, inputs, seed));
  const tolerances = [tolerance, ...inputs.flatMap((input) => input.tolerance ?? [])];
  const found: string[] = [];
  for (const engine of HEAP_ENGINES) {
    await useTraining({ ...engine, threads: 2 });
    const results = valuesOf(outputAndGradients(op, inputs, seed));
    valuesOf(reference).forEach((expected, i) => {
      const { limit, smallestScale } = tolerances[i]!;
      const difference = relativeDifference(results[i]!, expected, smallestScale);
      if (results[i]!.length === expected.length && difference <= limit) return;
      found.push(
        `${engineTitle(engine)}, ${i === 0 ? 'output' : `gradient ${i - 1}`}: ${difference} > ${limit}`,
      );
    });
  }
  return found;
}

const valuesOf = ({ y, gradients }: Results) => [y, ...gradients];
