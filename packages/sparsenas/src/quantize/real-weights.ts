/** @file A layer's weights as the device will use them: BatchNorm folded, a bias for every output channel. */
import {
  InternalError,
  type ConvolutionLayer,
  type DepthwiseLayer,
  type LinearLayer,
} from '@tinyformer/core';
import type { FloatNetwork, LayerTensors } from '@tinyformer/supernas';
import { BATCH_NORM_EPSILON, foldNorm } from './fold-norm.js';
import type { RealWeights } from './quantize-weights.js';

type TensorName = keyof LayerTensors;
export type WeightedLayer = ConvolutionLayer | DepthwiseLayer | LinearLayer;

export function realWeights(layer: WeightedLayer, network: Pick<FloatNetwork, 'layers'>): RealWeights {
  const tensors = network.layers[layer.name];
  const tensor = tensors?.weights;
  if (tensor === undefined) throw new InternalError(`${layer.name} has no weights`);
  const weights = tensor.data;
  const channels = layer.outputShape[2]!;
  const perOutput = weights.length / channels;
  const channelOf =
    layer.op === 'depthwise'
      ? (index: number) => index % channels
      : (index: number) => Math.floor(index / perOutput);
  const read = (name: TensorName) => tensors![name]!.data;
  const base = { shape: tensor.shape, channelOf };
  if (layer.op === 'linear') return { ...base, weights, bias: read('bias') };
  const norm = {
    gamma: read('gamma'),
    beta: read('beta'),
    mean: read('mean'),
    variance: read('variance'),
    epsilon: BATCH_NORM_EPSILON,
  };
  return { ...base, ...foldNorm(weights, norm, channelOf) };
}
