/** @file Depthwise convolution, SAME padding, no bias: input [N, H, W, C], filter [h, w, C]. */

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { currentEngine } from '../engine.js';
import { windowShape } from '../same-padding.js';

/**
 * y[n, r, c, k] = sum over the window of x[.., .., k] * filter[.., .., k].
 *
 * @param x [batch, height, width, channels]
 * @param filter [kernel height, kernel width, channels]
 * @returns [batch, ceil(height / stride), ceil(width / stride), channels]
 */
export function depthwiseConv2d(
  x: Tensor4D,
  filter: Tensor3D,
  options: { readonly stride: number },
): Tensor4D {
  const { stride } = options;
  currentEngine();
  windowShape(x, filter, stride);
  return tf.depthwiseConv2d(x, tf.expandDims<Tensor4D>(filter, 3), stride, 'same');
}
