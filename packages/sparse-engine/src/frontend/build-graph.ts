/** @file Quantised network -> graph. Every layer becomes one node: GELU a lookup, the others an op of their own. */
import { INPUT, type Shape } from '@tinyformer/core';
import { positionCount, type Attributes, type Graph, type GraphNode, type GraphTensor } from '../ir/graph.js';
import type { AttentionAttributes } from '../ops/attention-arithmetic.js';
import type { ConvolutionAttributes } from '../ops/convolution.js';
import type { DepthwiseAttributes } from '../ops/depthwise.js';
import { gelu, lookupTable } from '../ops/gelu.js';
import type { LayerNormAttributes } from '../ops/layer-norm.js';
import type { LinearAttributes } from '../ops/linear.js';
import type { LookupAttributes } from '../ops/lookup.js';
import type { WindowAttributes } from '../ops/window.js';
import type { QuantizedAttention, QuantizedLayer, QuantizedNetwork } from './quantized-network.js';

export function buildGraph(network: QuantizedNetwork): Graph {
  const tensors = new Map<string, GraphTensor>([[INPUT, { name: INPUT, ...network.input }]]);
  const nodes = network.layers.map((layer): GraphNode => {
    const node = lower(layer, tensors);
    tensors.set(layer.name, { name: layer.name, ...layer.output });
    return node;
  });
  return {
    name: network.name,
    tensors: Object.fromEntries(tensors),
    nodes,
    input: INPUT,
    output: nodes.at(-1)!.output,
  };
}

function lower(layer: QuantizedLayer, tensors: ReadonlyMap<string, GraphTensor>): GraphNode {
  const { name, inputs } = layer;
  const node = <A extends Attributes>(op: string, attributes: A): GraphNode<A> => ({
    name,
    op,
    inputs,
    output: name,
    attributes,
  });
  switch (layer.op) {
    case 'convolution': {
      const { kernel, stride, activation, weights, weightScales, bias, sparsity } = layer;
      const attributes = { kernel, stride, activation, weights, weightScales, bias, sparsity };
      return node<ConvolutionAttributes>('convolution', attributes);
    }
    case 'depthwise': {
      const { kernel, stride, activation, weights, weightScales, bias } = layer;
      return node<DepthwiseAttributes>('depthwise', {
        kernel,
        stride,
        activation,
        weights,
        weightScales,
        bias,
      });
    }
    case 'linear': {
      const { weights, weightScales, bias, sparsity } = layer;
      return node<LinearAttributes>('linear', { activation: 'none', weights, weightScales, bias, sparsity });
    }
    case 'layerNorm': {
      const { gamma, gammaScale, beta } = layer;
      return node<LayerNormAttributes>('layerNorm', { gamma, gammaScale, beta });
    }
    case 'gelu': {
      const input = tensors.get(layer.inputs[0]!)!.quant;
      const table = lookupTable(gelu, { input, output: layer.output.quant });
      return node<LookupAttributes>('lookup', { function: 'gelu', table });
    }
    case 'add':
      return node('add', {});
    case 'averagePool': {
      const { kernel, stride } = layer;
      return node<WindowAttributes>('averagePool', { kernel, stride });
    }
    case 'globalAveragePool':
      return node('globalAveragePool', {});
    case 'attention':
      return node<AttentionAttributes>('attention', attentionAttributes(layer, layer.output.shape));
    default:
      return layer satisfies never;
  }
}

function attentionAttributes(layer: QuantizedAttention, shape: Shape): AttentionAttributes {
  const { heads, mask = {}, prunedHeads = [] } = layer;
  const tokens = positionCount(shape);
  const { before = tokens, after = tokens, valid = tokens } = mask;
  return {
    heads,
    before: Math.min(before, tokens),
    after: Math.min(after, tokens),
    valid,
    prunedHeads: prunedHeads.reduce((bits, head) => (bits | (1 << head)) >>> 0, 0),
  };
}
