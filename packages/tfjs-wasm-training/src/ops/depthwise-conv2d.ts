/** @file Depthwise convolution, SAME padding, no bias: input [N, H, W, C], filter [h, w, C]. */

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { currentHeap } from '../engine.js';
import { runKernel } from '../heap-kernel.js';
import { windowShape } from '../same-padding.js';
import { windowKernels } from './window-kernels.js';

const NAME = 'TrainingDepthwiseConv2d';

export const depthwiseKernels = windowKernels(NAME, 'depthwise');

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
  const heap = currentHeap();
  const window = windowShape(x, filter, { filterRank: 3, stride });
  if (heap === undefined) {
    return tf.depthwiseConv2d(x, tf.expandDims<Tensor4D>(filter, 3), stride, 'same');
  }
  return runKernel(NAME, { x, filter }, { window, filterShape: filter.shape });
}
