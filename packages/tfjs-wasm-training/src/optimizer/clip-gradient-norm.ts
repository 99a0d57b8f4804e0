/** @file Gradient clipping by the global norm (Pascanu, Mikolov and Bengio, arXiv 1211.5063). */

import * as tf from '@tensorflow/tfjs-core';
import type { NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import { currentHeap } from '../engine.js';
import type { Heap } from '../heap.js';

/**
 * Where the norm over all gradients exceeds `maxNorm`, replaces every gradient in the map by one scaled down to it
 * and disposes the old one.
 *
 * @returns the norm before clipping
 */
export function clipGradientNorm(gradients: NamedTensorMap, maxNorm: number): number {
  const heap = currentHeap();
  const present = Object.entries(gradients).filter((entry): entry is [string, Tensor] => entry[1] != null);
  let squares = 0;
  for (const [, gradient] of present) squares += sumOfSquares(heap, gradient);
  const norm = Math.sqrt(squares);
  if (norm <= maxNorm) return norm;
  for (const [name, gradient] of present) {
    gradients[name] = tf.mul(gradient, maxNorm / norm);
    gradient.dispose();
  }
  return norm;
}

function sumOfSquares(heap: Heap | undefined, gradient: Tensor): number {
  if (heap !== undefined) return heap.kernels['sum_of_squares']!(gradient.size, heap.address(gradient));
  let sum = 0;
  for (const value of gradient.dataSync<'float32'>()) sum += value * value;
  return sum;
}
