/**
 * @file The geometry of a two-dimensional window with TensorFlow's SAME padding: out = ceil(in / stride), the
 * padding split with the odd one at the bottom right.
 */

import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { TrainingError, requireShape } from './errors.js';

/** All extents in pixels or channels; NHWC. */
export interface WindowShape {
  readonly batch: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly inChannels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly outChannels: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly stride: number;
  readonly padTop: number;
  readonly padLeft: number;
}

/** The window of `filter` (H W I O, or H W C when depthwise) over `x` (N H W C). */
export function windowShape(
  x: Tensor4D,
  filter: Tensor4D | Tensor3D,
  options: { readonly filterRank: 3 | 4; readonly stride: number },
): WindowShape {
  const { filterRank, stride } = options;
  requireShape(
    x.rank === 4 && filter.rank === filterRank && x.shape[3] === filter.shape[2],
    () => `x [${x.shape}] and filter [${filter.shape}] do not fit each other`,
    `Give x [batch, height, width, channels] and a filter [height, width, channels${filterRank === 4 ? ', out channels' : ''}]`,
  );
  if (!Number.isInteger(stride) || stride < 1) {
    throw new TrainingError('E_OPTION', `stride is ${stride}`, 'Give a whole number of at least 1');
  }
  const [batch, inHeight, inWidth, inChannels] = x.shape;
  const [kernelHeight, kernelWidth] = filter.shape;
  const outHeight = Math.ceil(inHeight / stride);
  const outWidth = Math.ceil(inWidth / stride);
  const pad = (out: number, kernel: number, extent: number) =>
    Math.max((out - 1) * stride + kernel - extent, 0) >> 1;
  return {
    batch,
    inHeight,
    inWidth,
    inChannels,
    outHeight,
    outWidth,
    outChannels: filter.rank === 4 ? filter.shape[3]! : inChannels,
    kernelHeight,
    kernelWidth,
    stride,
    padTop: pad(outHeight, kernelHeight, inHeight),
    padLeft: pad(outWidth, kernelWidth, inWidth),
  };
}

/** The fields of C's `struct window`, in order. */
export function windowFields(w: WindowShape): number[] {
  return [
    w.batch,
    w.inHeight,
    w.inWidth,
    w.inChannels,
    w.outHeight,
    w.outWidth,
    w.outChannels,
    w.kernelHeight,
    w.kernelWidth,
    w.stride,
    w.padTop,
    w.padLeft,
  ];
}
