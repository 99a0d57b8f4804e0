/** @file The mean over height and width. */

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { currentEngine } from '../engine.js';

/** @param x [N, H, W, C] @returns [N, C] */
export function globalAveragePool(x: Tensor4D): Tensor2D {
  currentEngine();
  return tf.mean(x, [1, 2]);
}
