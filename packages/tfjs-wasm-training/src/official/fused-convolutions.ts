/**
 * @file TensorFlow.js's convolutions with bias and activation fused, which it runs outside of gradients (`predict`) and
 * for layers without an activation: composed of the kernels that replace the wasm backend's own, for the same reason.
 */

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';

type Convolution = typeof tf.conv2d<Tensor4D> | typeof tf.depthwiseConv2d<Tensor4D>;

interface FusedAttributes {
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number;
  readonly dataFormat: 'NHWC' | 'NCHW';
  readonly dilations: [number, number] | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly activation?: tf.fused.Activation;
  readonly leakyreluAlpha?: number;
}

type FusedInputs = Record<'x' | 'filter', Tensor4D> &
  Partial<Record<'bias' | 'preluActivationWeights', Tensor>>;

function composed(convolve: Convolution, inputs: FusedInputs, attributes: FusedAttributes): Tensor {
  const { strides, pad, dataFormat, dilations, dimRoundingMode } = attributes;
  const { x, filter, bias } = inputs;
  const product = convolve(x, filter, strides, pad, dataFormat, dilations, dimRoundingMode);
  return activated(bias === undefined ? product : tf.add(product, bias), inputs, attributes);
}

function activated(
  x: Tensor,
  { preluActivationWeights }: FusedInputs,
  { activation = 'linear', leakyreluAlpha }: FusedAttributes,
): Tensor {
  switch (activation) {
    case 'linear':
      return x;
    case 'prelu':
      return tf.prelu(x, preluActivationWeights!);
    case 'leakyrelu':
      return tf.leakyRelu(x, leakyreluAlpha);
    default:
      return tf[activation](x);
  }
}

export function registerFusedConvolutions(): void {
  const kernels = { [tf.FusedConv2D]: tf.conv2d, [tf.FusedDepthwiseConv2D]: tf.depthwiseConv2d };
  for (const [kernelName, convolve] of Object.entries(kernels)) {
    tf.unregisterKernel(kernelName, 'wasm');
    tf.registerKernel({
      kernelName,
      backendName: 'wasm',
      kernelFunc: ({ inputs, attrs }) =>
        tf.tidy(() =>
          composed(convolve as Convolution, inputs as FusedInputs, attrs as unknown as FusedAttributes),
        ),
    });
  }
}
