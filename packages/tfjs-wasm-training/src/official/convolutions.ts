/**
 * @file TensorFlow.js's own kernels for the gradients of convolutions: those that its wasm backend lacks, and a faster
 * one. The forward kernels are replaced too: the backend's are wrong where a stride exceeds one side of the filter alone
 * (TensorFlow.js 4.22).
 */

import * as tf from '@tensorflow/tfjs-core';
import type { NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
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

/** A forward kernel; the backend's own where the filter is dilated. */
function forward(name: string, kernel: string, depthwise: boolean): HeapKernel {
  const own = tf.getKernel(name, 'wasm');
  return {
    name,
    setUp: own.setupFunc,
    run: (heap, inputs: Record<'x' | 'filter', TensorInfo>, attributes: ConvolutionAttributes) => {
      if (isDilated(attributes)) {
        return own.kernelFunc({
          inputs,
          backend: heap.memory.backend,
          attrs: attributes as unknown as NamedAttrMap,
        });
      }
      const { x, filter } = inputs;
      const window = windowOf({ input: x.shape, filter: filter.shape, depthwise }, attributes);
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
      heap.run(kernel, { integers: windowFields(window), tensors: [x, dy, dfilter] });
      return dfilter;
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
      heap.run(kernel, { integers: windowFields(window), tensors: [dy, filter, dx] });
      return dx;
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
