/** @file Gradient clipping by the global norm (Pascanu, Mikolov and Bengio, arXiv 1211.5063). */

import * as tf from '@tensorflow/tfjs-core';
import type { NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import { currentHeap, readsAtOnce } from '../engine.js';
import { requireNumber } from '../errors.js';
import type { Heap } from '../heap.js';
import { runOverParameters } from './parameters.js';

/**
 * Where the norm over all gradients exceeds `maxNorm`, scales every gradient in the map down to it: in place, or
 * replaced by another tensor and disposed.
 *
 * @returns the norm before clipping; NaN on webgpu, which clips as well but reads no values in time
 */
export function clipGradientNorm(gradients: NamedTensorMap, maxNorm: number): number {
  requireNumber('maxNorm', maxNorm, [0, Infinity]);
  const heap = currentHeap();
  const present = Object.entries(gradients).filter((entry): entry is [string, Tensor] => entry[1] != null);
  const tensors = present.map(([, gradient]) => gradient);
  if (!readsAtOnce() && present.length > 0) return clipUnread(gradients, present, maxNorm);
  const norm = Math.sqrt(heap === undefined ? composedSum(tensors) : sumOfSquares(heap, tensors));
  if (norm <= maxNorm) return norm;
  const scale = maxNorm / norm;
  const own = tensors.filter((gradient) => heap?.memory.backend.refCount(gradient.dataId) === 1);
  if (heap !== undefined) runOverParameters(heap, 'scale_gradients', rows(own), { gradientScale: scale });
  for (const [name, gradient] of present) {
    if (own.includes(gradient)) continue;
    gradients[name] = tf.mul(gradient, scale);
    gradient.dispose();
  }
  return norm;
}

/** The same where the norm stays on the device. */
function clipUnread(
  gradients: NamedTensorMap,
  present: readonly (readonly [string, Tensor])[],
  maxNorm: number,
): number {
  const clipped = tf.tidy(() => {
    const squares = present.map(([, gradient]) => tf.sum(tf.square(gradient)));
    const sum = squares.reduce((a, b) => tf.add(a, b)); // tf.addN binds more buffers than a shader may
    const scale = tf.minimum(1, tf.div(maxNorm, tf.sqrt(sum)));
    return present.map(([, gradient]) => tf.mul(gradient, scale));
  });
  present.forEach(([name, gradient], i) => {
    gradients[name] = clipped[i]!;
    gradient.dispose();
  });
  return NaN;
}

const rows = (gradients: readonly Tensor[]) =>
  gradients.map((gradient) => ({ size: gradient.size, gradient }));

function sumOfSquares(heap: Heap, gradients: readonly Tensor[]): number {
  const result = runOverParameters(heap, 'sum_of_squares', rows(gradients));
  return result === 0 ? 0 : new Float64Array(heap.memory.memory.buffer, result, 1)[0]!;
}

function composedSum(gradients: readonly Tensor[]): number {
  let sum = 0;
  for (const gradient of gradients) {
    for (const value of gradient.dataSync<'float32'>()) sum += value * value;
  }
  return sum;
}
