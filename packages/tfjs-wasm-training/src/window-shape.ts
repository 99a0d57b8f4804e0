/** @file The geometry of a two-dimensional window: TensorFlow's SAME and VALID padding, groups of channels. */

import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { requireOption, requireShape } from './errors.js';

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
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly padTop: number;
  readonly padLeft: number;
  readonly groups: number;
}

const PADDINGS = ['same', 'valid'] as const;

export type Padding = (typeof PADDINGS)[number];

export interface WindowOptions {
  /** Default 1. */
  readonly stride?: number;
  /** `same` (the default): out = ceil(in / stride), the odd row or column of padding at the bottom right. */
  readonly padding?: Padding;
}

/** The window of `filter`, [height, width, in channels / groups, out channels], over `x` [N, H, W, C]. */
export function convolutionShape(
  x: Tensor4D,
  filter: Tensor4D,
  options: WindowOptions & { readonly groups?: number },
): WindowShape {
  const { groups = 1 } = options;
  requireShape(
    x.rank === 4 && filter.rank === 4 && x.shape[3] === filter.shape[2] * groups,
    () => `x [${x.shape}] and filter [${filter.shape}] do not fit each other`,
    'Give x [batch, height, width, channels] and a filter [height, width, channels / groups, out channels]',
  );
  requireOption(
    Number.isInteger(groups) && groups >= 1 && filter.shape[3] % groups === 0,
    () => `groups is ${groups}, channels are ${x.shape[3]} and ${filter.shape[3]}`,
    'groups must divide both',
  );
  return windowShape(x, filter, { ...options, groups, outChannels: filter.shape[3] });
}

/** The window of a depthwise `filter` [height, width, channels] over `x` [N, H, W, C]. */
export function depthwiseShape(x: Tensor4D, filter: Tensor3D, options: WindowOptions): WindowShape {
  requireShape(
    x.rank === 4 && filter.rank === 3 && x.shape[3] === filter.shape[2],
    () => `x [${x.shape}] and filter [${filter.shape}] do not fit each other`,
    'Give x [batch, height, width, channels] and a filter [height, width, channels]',
  );
  return windowShape(x, filter, { ...options, groups: x.shape[3], outChannels: x.shape[3] });
}

function windowShape(
  x: Tensor4D,
  filter: Tensor4D | Tensor3D,
  options: WindowOptions & { readonly groups: number; readonly outChannels: number },
): WindowShape {
  const { stride = 1, padding = 'same', groups, outChannels } = options;
  requireOption(
    Number.isInteger(stride) && stride >= 1,
    () => `stride is ${stride}`,
    'Give a whole number of at least 1',
  );
  requireOption(PADDINGS.includes(padding), () => `padding is ${padding}`, 'Use same or valid');
  const [batch, inHeight, inWidth, inChannels] = x.shape;
  const [kernelHeight, kernelWidth] = filter.shape;
  const rows = extent(inHeight, { kernel: kernelHeight, stride, padding });
  const columns = extent(inWidth, { kernel: kernelWidth, stride, padding });
  return requireExtents({
    ...{ batch, inHeight, inWidth, inChannels, outHeight: rows.out, outWidth: columns.out, outChannels },
    ...{ kernelHeight, kernelWidth, strideHeight: stride, strideWidth: stride },
    ...{ padTop: rows.pad, padLeft: columns.pad, groups },
  });
}

function extent(
  length: number,
  { kernel, stride, padding }: { kernel: number; stride: number; padding: Padding },
): { out: number; pad: number } {
  if (padding === 'valid') return { out: Math.ceil((length - kernel + 1) / stride), pad: 0 };
  const out = Math.ceil(length / stride);
  return { out, pad: Math.max((out - 1) * stride + kernel - length, 0) >> 1 };
}

/** Throws E_SHAPE where an extent other than the batch is 0: there is nothing to compute, and C divides by extents. */
export function requireExtents(w: WindowShape): WindowShape {
  const image = [w.inHeight, w.inWidth, w.inChannels];
  const filter = [w.kernelHeight, w.kernelWidth, w.outChannels];
  requireShape(
    [...image, ...filter, w.outHeight, w.outWidth].every((extent) => extent > 0),
    () => `an image of [${image}] has no room for the filter [${filter}]`,
    'Only the batch may be empty; with padding valid the image is not smaller than the filter',
  );
  return w;
}

/** The fields of C's `struct window`, in order. */
export function windowFields(w: WindowShape): number[] {
  return [
    ...[w.batch, w.inHeight, w.inWidth, w.inChannels, w.outHeight, w.outWidth, w.outChannels],
    ...[w.kernelHeight, w.kernelWidth, w.strideHeight, w.strideWidth, w.padTop, w.padLeft, w.groups],
  ];
}
