/** @file Convolution, without bias: input [N, H, W, I], filter [h, w, I / groups, O]. */

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { currentHeap } from '../engine.js';
import { runKernel } from '../heap-kernel.js';
import { convolutionShape } from '../window-shape.js';
import type { WindowOptions } from '../window-shape.js';
import { windowKernels } from './window-kernels.js';

const NAME = 'TrainingConv2d';

export const conv2dKernels = windowKernels(NAME, 'conv2d');

export interface Conv2dOptions extends WindowOptions {
  /** Each group of output channels sees its own group of input channels; default 1. */
  readonly groups?: number;
}

/**
 * y[n, r, c, o] = sum over the window of x * filter[.., .., i, o].
 *
 * @param x [batch, height, width, in channels]
 * @param filter [kernel height, kernel width, in channels / groups, out channels]
 * @returns [batch, out height, out width, out channels]; with padding `same` ceil(height / stride), as for the width
 */
export function conv2d(x: Tensor4D, filter: Tensor4D, options: Conv2dOptions = {}): Tensor4D {
  const { stride = 1, padding = 'same', groups = 1 } = options;
  const heap = currentHeap();
  const window = convolutionShape(x, filter, options);
  if (heap !== undefined) return runKernel(NAME, { x, filter }, { window, filterShape: filter.shape });
  if (groups === 1) return tf.conv2d(x, filter, stride, padding);
  const filters = tf.split<Tensor4D>(filter, groups, 3);
  const outputs = tf
    .split<Tensor4D>(x, groups, 3)
    .map((input, i) => tf.conv2d<Tensor4D>(input, filters[i]!, stride, padding));
  return tf.concat<Tensor4D>(outputs, 3);
}
