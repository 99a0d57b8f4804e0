/** @file Quantised network -> graph. Most layers become one node; attention becomes three, GELU a lookup. */
import { INPUT, TinyFormerError, type Shape } from '@tinyformer/core';
import type { Attributes, Graph, GraphNode, GraphTensor } from '../ir/graph.js';
import type { AttentionScoresAttributes } from '../ops/attention-scores.js';
import type { ConvolutionAttributes } from '../ops/convolution.js';
import type { DepthwiseAttributes } from '../ops/depthwise.js';
import { gelu, lookupTable } from '../ops/gelu.js';
import type { LayerNormAttributes } from '../ops/layer-norm.js';
import type { LinearAttributes } from '../ops/linear.js';
import type { LookupAttributes } from '../ops/lookup.js';
import { PROBABILITY } from '../ops/softmax.js';
import type { WindowAttributes } from '../ops/window.js';
import { cIdentifier } from './names.js';
import type {
  QuantizedAttention,
  QuantizedLayer,
  QuantizedNetwork,
  QuantizedTensor,
} from './quantized-network.js';

/** A node and the tensor of the same name that it writes. */
interface LoweredNode extends Omit<GraphNode, 'output'> {
  readonly output: QuantizedTensor;
}

/** @throws E_NAME when a layer is named like a part of an attention layer. */
export function buildGraph(network: QuantizedNetwork): Graph {
  const tensors = new Map<string, GraphTensor>([[INPUT, { name: INPUT, ...network.input }]]);
  const nodes: GraphNode[] = [];
  const identifiers = new Set<string>();
  for (const layer of network.layers) {
    for (const { output, ...node } of lower(layer, tensors)) {
      const identifier = cIdentifier(node.name);
      if (identifiers.has(identifier)) {
        throw new TinyFormerError('E_NAME', `the layer name ${node.name} is needed for a part of attention`, {
          hint: 'rename the layer',
          details: { name: node.name },
        });
      }
      identifiers.add(identifier);
      tensors.set(node.name, { name: node.name, ...output });
      nodes.push({ ...node, output: node.name });
    }
  }
  return {
    name: network.name,
    tensors: Object.fromEntries(tensors),
    nodes,
    input: INPUT,
    output: nodes.at(-1)!.output,
  };
}

function lower(layer: QuantizedLayer, tensors: ReadonlyMap<string, GraphTensor>): readonly LoweredNode[] {
  const node = <A extends Attributes>(op: string, attributes: A): readonly LoweredNode[] => [
    { name: layer.name, op, inputs: layer.inputs, output: layer.output, attributes },
  ];
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
      return lowerAttention(layer, tensors.get(layer.inputs[0]!)!.shape);
    default:
      return layer satisfies never;
  }
}

/** softmax(q k^T / sqrt(D)) v as scores, softmax and values. */
function lowerAttention(layer: QuantizedAttention, shape: Shape): readonly LoweredNode[] {
  const { name, inputs, heads, scores, output } = layer;
  const [query, key, value] = inputs as [string, string, string];
  const tokens = shape[0]! * shape[1]!;
  const square: Shape = [heads, tokens, tokens];
  const attributes: AttentionScoresAttributes = { heads };
  const [scoresName, softmaxName] = [`${name}.scores`, `${name}.softmax`];
  return [
    {
      name: scoresName,
      op: 'attentionScores',
      inputs: [query, key],
      output: { shape: square, quant: scores },
      attributes,
    },
    {
      name: softmaxName,
      op: 'softmax',
      inputs: [scoresName],
      output: { shape: square, quant: PROBABILITY },
      attributes: {},
    },
    { name, op: 'attentionValues', inputs: [softmaxName, value], output, attributes: {} },
  ];
}
