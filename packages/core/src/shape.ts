/** @file Tensor shapes: row-major extents, images as height x width x channels. */
import { TinyFormerError } from './errors.js';

export type Shape = readonly number[];

export interface ImageShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** The number of elements of a tensor of this shape; 1 for a scalar (`[]`). */
export function elementCount(shape: Shape): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** @throws E_SHAPE when an extent is not a positive integer. */
export function checkShape(shape: Shape, what: string): void {
  if (shape.every((extent) => Number.isInteger(extent) && extent > 0)) return;
  throw new TinyFormerError('E_SHAPE', `${what} has the shape [${shape.join(', ')}]`, {
    hint: 'every extent must be a positive whole number',
    details: { shape },
  });
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

/** Output extent of a convolution with SAME padding: ceil(size / stride). */
export function strided(size: number, stride: number): number {
  return Math.ceil(size / stride);
}

/** Padding before the first element under TensorFlow's SAME rule (the surplus goes behind the last). */
export function samePaddingBefore(size: number, kernel: number, stride: number): number {
  return Math.floor(Math.max((strided(size, stride) - 1) * stride + kernel - size, 0) / 2);
}
