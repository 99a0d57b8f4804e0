/** @file Convolution, SAME padding, no bias: input [N, H, W, I], filter [h, w, I, O]. */

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { currentEngine } from '../engine.js';
import { windowShape } from '../same-padding.js';

/**
 * y[n, r, c, o] = sum over the window of x * filter[.., .., i, o].
 *
 * @param x [batch, height, width, in channels]
 * @param filter [kernel height, kernel width, in channels, out channels]
 * @returns [batch, ceil(height / stride), ceil(width / stride), out channels]
 */
export function conv2d(x: Tensor4D, filter: Tensor4D, options: { readonly stride: number }): Tensor4D {
  const { stride } = options;
  currentEngine();
  windowShape(x, filter, stride);
  return tf.conv2d(x, filter, stride, 'same');
}
