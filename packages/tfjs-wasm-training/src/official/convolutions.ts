/**
 * @file TensorFlow.js's own kernels for the gradients of convolutions: those that its wasm backend lacks, and a faster
 * one. The forward kernels are replaced too: the backend's are wrong where a stride exceeds one side of the filter alone
 * (TensorFlow.js 4.22).
 */

import * as tf from '@tensorflow/tfjs-core';
import type { NamedAttrMap, Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';
import { requireOption } from '../errors.js';
import type { HeapKernel } from '../heap-kernel.js';
import { requireExtents, windowFields } from '../window-shape.js';
import type { WindowShape } from '../window-shape.js';

type Quad = [number, number, number, number];
type Conv2DInfo = ReturnType<typeof tf.backend_util.computeConv2DInfo>;

interface ConvolutionAttributes {
  readonly strides: [number, number] | number;
  readonly pad: Parameters<typeof tf.backend_util.computeConv2DInfo>[4];
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly dilations?: [number, number] | number | null;
  readonly filterShape?: Quad;
  readonly inputShape?: Quad;
}

const isDilated = ({ dilations }: ConvolutionAttributes): boolean =>
  [dilations ?? 1].flat().some((dilation) => dilation !== 1);

/** The window of an official kernel's attributes. */
function windowOf(
  shapes: {
    readonly input: readonly number[];
    readonly filter: readonly number[];
    readonly depthwise: boolean;
  },
  attributes: ConvolutionAttributes,
): WindowShape {
  const { strides, pad, dataFormat = 'NHWC', dimRoundingMode } = attributes;
  const dilations = attributes.dilations ?? 1;
  requireOption(dataFormat === 'NHWC', () => `dataFormat is ${dataFormat}`, 'Use NHWC, the default');
  requireOption(
    !isDilated(attributes),
    () => `dilations are ${String(dilations)}`,
    'Use 1: TensorFlow.js has no other gradient',
  );
  const [input, filter] = [shapes.input as Quad, shapes.filter as Quad];
  const rest = [strides, dilations, pad, dimRoundingMode, shapes.depthwise] as const;
  return fromInfo(tf.backend_util.computeConv2DInfo(input, filter, ...rest), shapes.depthwise);
}

function fromInfo(info: Conv2DInfo, depthwise: boolean): WindowShape {
  return requireExtents({
    batch: info.batchSize,
    ...{ inHeight: info.inHeight, inWidth: info.inWidth, inChannels: info.inChannels },
    ...{ outHeight: info.outHeight, outWidth: info.outWidth, outChannels: info.outChannels },
    ...{ kernelHeight: info.filterHeight, kernelWidth: info.filterWidth },
    ...{ strideHeight: info.strideHeight, strideWidth: info.strideWidth },
    ...{ padTop: info.padInfo.top, padLeft: info.padInfo.left },
    groups: depthwise ? info.inChannels : 1,
  });
}

/** Whether a filter of one pixel looks beyond the image, which C multiplies as it lies. */
const isPaddedPoint = (w: WindowShape): boolean =>
  Math.max(w.kernelHeight, w.kernelWidth, w.strideHeight, w.strideWidth) === 1 &&
  (w.outHeight > w.inHeight || w.outWidth > w.inWidth);

/** Runs a gradient; a border that a filter of one pixel has seen is cut off, since it counts for nothing. */
function withoutBorder(
  dy: TensorInfo,
  w: WindowShape,
  run: (dy: TensorInfo, w: WindowShape) => TensorInfo,
): TensorInfo {
  if (!isPaddedPoint(w)) return run(dy, w);
  const { batch, inHeight: outHeight, inWidth: outWidth, outChannels } = w;
  const extents = [batch, outHeight, outWidth, outChannels];
  const inner = tf.slice(dy as Tensor4D, [0, w.padTop, w.padLeft, 0], extents);
  const result = run(inner, { ...w, outHeight, outWidth, padTop: 0, padLeft: 0 });
  inner.dispose();
  return result;
}

/** A forward kernel; the backend's own where the filter is dilated, or one pixel that looks beyond the image. */
function forward(name: string, kernel: string, depthwise: boolean): HeapKernel {
  const own = tf.getKernel(name, 'wasm');
  return {
    name,
    setUp: own.setupFunc,
    run: (heap, inputs: Record<'x' | 'filter', TensorInfo>, attributes: ConvolutionAttributes) => {
      const { x, filter } = inputs;
      const windowed = () => windowOf({ input: x.shape, filter: filter.shape, depthwise }, attributes);
      if (isDilated(attributes) || isPaddedPoint(windowed())) {
        return own.kernelFunc({
          inputs,
          backend: heap.memory.backend,
          attrs: attributes as unknown as NamedAttrMap,
        });
      }
      const window = windowed();
      const y = heap.output([window.batch, window.outHeight, window.outWidth, window.outChannels]);
      heap.run(kernel, { integers: windowFields(window), tensors: [x, filter, y] });
      return y;
    },
  };
}

function filterGradient(name: string, kernel: string, depthwise: boolean): HeapKernel {
  return {
    name,
    run: (heap, { x, dy }: Record<'x' | 'dy', TensorInfo>, attributes: ConvolutionAttributes) => {
      const filter = attributes.filterShape!;
      const window = windowOf({ input: x.shape, filter, depthwise }, attributes);
      const dfilter = heap.output(filter);
      return withoutBorder(dy, window, (inner, w) => {
        heap.run(kernel, { integers: windowFields(w), tensors: [x, inner, dfilter] });
        return dfilter;
      });
    },
  };
}

function inputGradient(name: string, kernel: string, depthwise: boolean): HeapKernel {
  return {
    name,
    run: (heap, { dy, filter }: Record<'dy' | 'filter', TensorInfo>, attributes: ConvolutionAttributes) => {
      const input = attributes.inputShape!;
      const window = windowOf({ input, filter: filter.shape, depthwise }, attributes);
      const dx = heap.output(input);
      return withoutBorder(dy, window, (inner, w) => {
        heap.run(kernel, { integers: windowFields(w), tensors: [inner, filter, dx] });
        return dx;
      });
    },
  };
}

export const convolutionKernels: readonly HeapKernel[] = [
  forward(tf.Conv2D, 'conv2d', false),
  forward(tf.DepthwiseConv2dNative, 'depthwise', true),
  filterGradient(tf.Conv2DBackpropFilter, 'conv2d_filter_gradient', false),
  inputGradient(tf.Conv2DBackpropInput, 'conv2d_input_gradient', false),
  filterGradient(tf.DepthwiseConv2dNativeBackpropFilter, 'depthwise_filter_gradient', true),
  inputGradient(tf.DepthwiseConv2dNativeBackpropInput, 'depthwise_input_gradient', true),
];
