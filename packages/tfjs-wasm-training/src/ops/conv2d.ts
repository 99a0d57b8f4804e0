/** @file Convolution, SAME padding, no bias: input [N, H, W, I], filter [h, w, I, O]. */

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { currentHeap } from '../engine.js';
import { runKernel } from '../heap-kernel.js';
import { windowShape } from '../same-padding.js';
import { windowKernels } from './window-kernels.js';

const NAME = 'TrainingConv2d';

export const conv2dKernels = windowKernels(NAME, 'conv2d');

/**
 * y[n, r, c, o] = sum over the window of x * filter[.., .., i, o].
 *
 * @param x [batch, height, width, in channels]
 * @param filter [kernel height, kernel width, in channels, out channels]
 * @returns [batch, ceil(height / stride), ceil(width / stride), out channels]
 */
export function conv2d(x: Tensor4D, filter: Tensor4D, options: { readonly stride: number }): Tensor4D {
  const { stride } = options;
  const heap = currentHeap();
  const window = windowShape(x, filter, { filterRank: 4, stride });
  if (heap === undefined) return tf.conv2d(x, filter, stride, 'same');
  return runKernel(NAME, { x, filter }, { window, filterShape: filter.shape });
}
