/** @file A bench layer as calls of CMSIS-NN: a table by op. */
import { INT8_MAX, INT8_MIN, type FixedPointFactor, type Shape } from '@tinyformer/core';
import {
  channelFactors,
  definitionOf,
  type Encoding,
  type Site,
  type WeightedSite,
} from '@tinyformer/sparse-engine';
import type { PeerFunction } from '../baseline/peer-functions.js';
import {
  addProgram,
  attentionProgram,
  softmaxProgram,
  windowProgram,
  type PeerProgram,
  type PeerWindow,
} from '../baseline/peer-programs.js';
import type { BenchLayer } from './layer.js';

export interface PeerWay extends PeerProgram {
  /** What the peer computes, where our reference defines it: an own site, as some functions know one factor only. */
  readonly site: Site | null;
}

const DENSE: Encoding = { kind: 'dense' };

type Inputs = readonly Int8Array[];

const sizesOf = (shape: Shape) => ({ height: shape[0]!, width: shape[1]!, channels: shape[2]! });

function weightedWindow(site: Site): PeerWindow {
  const { node, inputs, output } = site as WeightedSite;
  const { kernel = 1, stride = 1 } = node.attributes as unknown as { kernel?: number; stride?: number };
  const geometry = definitionOf(node).geometry(site, DENSE);
  return {
    input: sizesOf(inputs[0]!.shape),
    output: sizesOf(output.shape),
    kernel: { height: kernel, width: kernel },
    stride: { height: stride, width: stride },
    padding: { top: geometry['padding_top'] ?? 0, left: geometry['padding_left'] ?? 0 },
    inputZeroPoint: inputs[0]!.quant.zeroPoint,
    outputZeroPoint: output.quant.zeroPoint,
    outputMin: INT8_MIN,
    outputMax: INT8_MAX,
    weights: node.attributes.weights.data,
    bias: node.attributes.bias.data,
    factors: channelFactors(site as WeightedSite),
  };
}

const weighted =
  (name: PeerFunction) =>
  (site: Site, [x]: Inputs): PeerWay => ({ ...windowProgram(name, weightedWindow(site), x!), site });

/** The same layer with the first output's factor for all: what a fully connected layer by tensor can compute. */
function withOneFactor(site: Site): Site {
  const attributes = site.node.attributes as { weightScales?: readonly number[] };
  const scale = attributes.weightScales![0]!;
  return {
    ...site,
    node: {
      ...site.node,
      attributes: { ...site.node.attributes, weightScales: attributes.weightScales!.map(() => scale) },
    },
  };
}

function linearWays(site: Site, inputs: Inputs): PeerWay[] {
  return [
    weighted('arm_convolve_wrapper_s8')(site, inputs),
    weighted('arm_fully_connected_per_channel_s8')(site, inputs),
    weighted('arm_fully_connected_s8')(withOneFactor(site), inputs),
  ];
}

function addWays(site: Site, [a, b]: Inputs): PeerWay[] {
  const params = definitionOf(site.node).geometry(site, DENSE);
  const factor = (name: string): FixedPointFactor => ({
    multiplier: params[`${name}_multiplier`]!,
    shift: params[`${name}_shift`]!,
  });
  const call = {
    zeroPoints: {
      a: params['a_zero_point']!,
      b: params['b_zero_point']!,
      output: params['output_zero_point']!,
    },
    factors: { a: factor('a'), b: factor('b'), output: factor('output') },
  };
  return [{ ...addProgram(call, [a!, b!]), site }];
}

/** Only one of our two is defined as the peer's is. */
function softmaxWays(site: Site, [x]: Inputs): PeerWay[] {
  const { shape, quant } = site.inputs[0]!;
  const columns = shape.at(-1)!;
  return [
    {
      ...softmaxProgram({ rows: x!.length / columns, columns, scale: quant.scale }, x!),
      site: site.node.op === 'softmaxTflite' ? site : null,
    },
  ];
}

function poolWays(site: Site, [x]: Inputs): PeerWay[] {
  const geometry = definitionOf(site.node).geometry(site, DENSE);
  const pair = (name: string) => ({ height: geometry[`${name}_height`]!, width: geometry[`${name}_width`]! });
  const window: PeerWindow = {
    input: sizesOf(site.inputs[0]!.shape),
    output: sizesOf(site.output.shape),
    kernel: pair('kernel'),
    stride: pair('stride'),
    padding: { top: geometry['padding_top']!, left: geometry['padding_left']! },
    inputZeroPoint: 0,
    outputZeroPoint: 0,
    outputMin: INT8_MIN,
    outputMax: INT8_MAX,
    weights: null,
    bias: null,
    factors: [],
  };
  return [{ ...windowProgram('arm_avgpool_s8', window, x!), site }];
}

const WAYS: Readonly<Record<string, (site: Site, inputs: Inputs) => PeerWay[]>> = {
  linear: linearWays,
  convolution: (site, inputs) => [weighted('arm_convolve_wrapper_s8')(site, inputs)],
  depthwise: (site, inputs) => [weighted('arm_depthwise_conv_wrapper_s8')(site, inputs)],
  add: addWays,
  softmax: softmaxWays,
  softmaxTflite: softmaxWays,
  averagePool: poolWays,
  globalAveragePool: poolWays,
};

/** Every way in which CMSIS-NN computes this layer; none where it has no such op. */
export function peerWays({ candidates, inputs, peerAttention }: BenchLayer): readonly PeerWay[] {
  const { site } = candidates[0]!;
  if (!peerAttention) return WAYS[site.node.op]?.(site, inputs) ?? [];
  const [queries, keys, values] = inputs as [Int8Array, Int8Array, Int8Array];
  return [{ ...attentionProgram(peerAttention, [queries, keys, values]), site: null }];
}
