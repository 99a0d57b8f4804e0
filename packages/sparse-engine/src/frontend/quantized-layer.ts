/** @file A float network's layer as the quantised layer that it becomes: what it is stays, its tensors come from the caller. */
import type {
  BlockShape,
  ConvolutionLayer,
  DepthwiseLayer,
  Layer,
  LinearLayer,
  QuantParams,
  Shape,
} from '@tinyformer/core';
import type { QuantizedLayer, QuantizedLayerNorm, QuantizedLinear } from './quantized-network.js';

export interface QuantizedTensors {
  /** Weights of this shape, in the order of the quantised layer, with their scales and biases. */
  readonly weighted: (
    shape: Shape,
    layer: ConvolutionLayer | DepthwiseLayer | LinearLayer,
  ) => Pick<QuantizedLinear, 'weights' | 'weightScales' | 'bias'>;
  readonly affine: () => Pick<QuantizedLayerNorm, 'gamma' | 'gammaScale' | 'beta'>;
  /** The pattern that the zeros follow; null when they follow none. */
  readonly sparsity: BlockShape | null;
}

/** `quant` is the output's. */
export function quantizedLayer(
  layer: Layer,
  quant: QuantParams,
  { weighted, affine, sparsity }: QuantizedTensors,
): QuantizedLayer {
  const { name, inputs, inputShape, outputShape } = layer;
  const base = { name, inputs: [...inputs], output: { shape: [...outputShape], quant } };
  const channels = inputShape[2]!;
  const outputs = outputShape[2]!;
  switch (layer.op) {
    case 'convolution': {
      const { op, kernel, stride, activation } = layer;
      const tensors = weighted([outputs, kernel, kernel, channels], layer);
      return { ...base, op, kernel, stride, activation, ...tensors, sparsity };
    }
    case 'depthwise': {
      const { op, kernel, stride, activation } = layer;
      return { ...base, op, kernel, stride, activation, ...weighted([kernel, kernel, channels], layer) };
    }
    case 'linear':
      return { ...base, op: layer.op, ...weighted([outputs, channels], layer), sparsity };
    case 'layerNorm':
      return { ...base, op: layer.op, ...affine() };
    case 'attention':
      return { ...base, op: layer.op, heads: layer.heads };
    case 'gelu':
    case 'add':
    case 'globalAveragePool':
      return { ...base, op: layer.op };
    default:
      return layer satisfies never;
  }
}
