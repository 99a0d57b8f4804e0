/** @file Depthwise convolution, without bias: input [N, H, W, C], filter [h, w, C]. */

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { currentHeap } from '../engine.js';
import { runKernel } from '../heap-kernel.js';
import { depthwiseShape } from '../window-shape.js';
import type { WindowOptions } from '../window-shape.js';
import { windowKernels } from './window-kernels.js';

const NAME = 'TrainingDepthwiseConv2d';

export const depthwiseKernels = windowKernels(NAME, 'depthwise');

/**
 * y[n, r, c, k] = sum over the window of x[.., .., k] * filter[.., .., k].
 *
 * @param x [batch, height, width, channels]
 * @param filter [kernel height, kernel width, channels]
 * @returns [batch, out height, out width, channels]; with padding `same` ceil(height / stride), as for the width
 */
export function depthwiseConv2d(x: Tensor4D, filter: Tensor3D, options: WindowOptions = {}): Tensor4D {
  const { stride = 1, padding = 'same' } = options;
  const heap = currentHeap();
  const window = depthwiseShape(x, filter, options);
  if (heap !== undefined) return runKernel(NAME, { x, filter }, { window, filterShape: filter.shape });
  return tf.depthwiseConv2d(x, tf.expandDims<Tensor4D>(filter, 3), stride, padding);
}
