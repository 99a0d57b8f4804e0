/** @file The sliding window of convolution and depthwise: SAME padding, the surplus behind the last row and column. */
import { samePaddingBefore, strided, type Shape } from '@tinyformer/core';
import type { Attributes } from '../ir/graph.js';

export interface WindowAttributes extends Attributes {
  /** Height and width of the window. */
  readonly kernel: number;
  readonly stride: number;
}

export interface Window {
  readonly height: number;
  readonly width: number;
  readonly outputHeight: number;
  readonly outputWidth: number;
  readonly kernel: number;
  readonly stride: number;
  readonly paddingTop: number;
  readonly paddingLeft: number;
}

/** @param shape [height, width, channels] of the input */
export function windowOf(shape: Shape, { kernel, stride }: WindowAttributes): Window {
  const [height, width] = shape as [number, number, number];
  return {
    height,
    width,
    outputHeight: strided(height, stride),
    outputWidth: strided(width, stride),
    kernel,
    stride,
    paddingTop: samePaddingBefore(height, kernel, stride),
    paddingLeft: samePaddingBefore(width, kernel, stride),
  };
}

/** The fields of a parameter struct that describe a window; channels are named by the op. */
export function windowGeometry(window: Window) {
  return {
    kernel_height: window.kernel,
    kernel_width: window.kernel,
    stride_height: window.stride,
    stride_width: window.stride,
    padding_top: window.paddingTop,
    padding_left: window.paddingLeft,
  };
}

/** Calls back for every output position and every window position inside of the image. */
export interface WindowVisitor {
  readonly begin: () => void;
  /** `input` and `tap` are flat positions in image and window. */
  readonly visit: (input: number, tap: number) => void;
  /** `output` is the flat output position. */
  readonly end: (output: number) => void;
}

export function slideWindow(window: Window, { begin, visit, end }: WindowVisitor): void {
  const { height, width, outputHeight, outputWidth, kernel, stride, paddingTop, paddingLeft } = window;
  for (let oy = 0; oy < outputHeight; oy++) {
    for (let ox = 0; ox < outputWidth; ox++) {
      begin();
      for (let ky = 0; ky < kernel; ky++) {
        const y = oy * stride - paddingTop + ky;
        if (y < 0 || y >= height) continue;
        for (let kx = 0; kx < kernel; kx++) {
          const x = ox * stride - paddingLeft + kx;
          if (x >= 0 && x < width) visit(y * width + x, ky * kernel + kx);
        }
      }
      end(oy * outputWidth + ox);
    }
  }
}
