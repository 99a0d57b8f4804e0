/**
 * @file The quantised network: what the engine compiles. Plain data; every tensor is int8 with one scale and zero point,
 * weights are int8 in [-127, 127], symmetric, with a scale an output channel, biases int32 with the scale
 * inputScale * weightScale (TensorFlow Lite's int8 quantisation specification).
 */
import {
  parseArtefact,
  saveTensor,
  type ArtefactHeader,
  type BlockShape,
  type QuantParams,
  type Shape,
  type TensorData,
} from '@tinyformer/core';
import type { FusedActivation } from '../ops/weighted.js';
import { checkNetwork } from './check-network.js';
import { readNetwork } from './network-schema.js';

export const QUANTIZED_NETWORK_KIND = 'tinyformer/quantized-network';
export const QUANTIZED_NETWORK_VERSION = 1;

export interface QuantizedNetwork extends ArtefactHeader<typeof QUANTIZED_NETWORK_KIND> {
  /** Becomes the name of the C project: see {@link checkName}. */
  readonly name: string;
  readonly input: QuantizedTensor;
  /** Each reads `input` or earlier layers; the last one is the network's output. */
  readonly layers: readonly QuantizedLayer[];
  /** Names of the output's entries. */
  readonly classes: readonly string[];
}

export interface QuantizedTensor {
  /** [height, width, channels] */
  readonly shape: Shape;
  readonly quant: QuantParams;
}

interface QuantizedLayerBase {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly output: QuantizedTensor;
}

interface Weighted {
  readonly weights: TensorData<'int8'>;
  /** One an output channel. */
  readonly weightScales: readonly number[];
  /** [outputs], scale = input scale * weight scale. */
  readonly bias: TensorData<'int32'>;
}

/** SAME padding. Weights [outputs, kernel, kernel, inputs]. */
export interface QuantizedConvolution extends QuantizedLayerBase, Weighted {
  readonly op: 'convolution';
  readonly kernel: number;
  readonly stride: 1 | 2;
  readonly activation: FusedActivation;
  /** The pattern that the zeros follow; null when they follow none. */
  readonly sparsity: BlockShape | null;
}

/** SAME padding. Weights [kernel, kernel, channels]. */
export interface QuantizedDepthwise extends QuantizedLayerBase, Weighted {
  readonly op: 'depthwise';
  readonly kernel: number;
  readonly stride: 1 | 2;
  readonly activation: FusedActivation;
}

/** Over the last axis at every position. Weights [outputs, inputs]. */
export interface QuantizedLinear extends QuantizedLayerBase, Weighted {
  readonly op: 'linear';
  readonly sparsity: BlockShape | null;
}

/** Over the last axis. */
export interface QuantizedLayerNorm extends QuantizedLayerBase {
  readonly op: 'layerNorm';
  /** [channels], symmetric, |gamma| <= 16383. */
  readonly gamma: TensorData<'int16'>;
  readonly gammaScale: number;
  /** [channels], scale = gammaScale / 1024, |beta| <= 2^30. */
  readonly beta: TensorData<'int32'>;
}

/** Which tokens a token sees; what is left out hides nothing. */
export interface AttentionMask {
  /** Earlier tokens, beside itself. */
  readonly before?: number;
  /** Later tokens; 0 makes attention causal. */
  readonly after?: number;
  /** Tokens from this one on are padding: they are not seen, and their output is the real value 0. */
  readonly valid?: number;
}

/** softmax(q k^T / sqrt(width / heads)) v, head by head; inputs are query, key and value. */
export interface QuantizedAttention extends QuantizedLayerBase {
  readonly op: 'attention';
  readonly heads: number;
  readonly mask?: AttentionMask;
  /** Heads that are not computed: their output is the real value 0. */
  readonly prunedHeads?: readonly number[];
}

export interface QuantizedGelu extends QuantizedLayerBase {
  readonly op: 'gelu';
}

export interface QuantizedAdd extends QuantizedLayerBase {
  readonly op: 'add';
}

/** SAME padding. Output quantisation equals the input's. */
export interface QuantizedAveragePool extends QuantizedLayerBase {
  readonly op: 'averagePool';
  readonly kernel: number;
  readonly stride: 1 | 2;
}

/** Output quantisation equals the input's. */
export interface QuantizedGlobalAveragePool extends QuantizedLayerBase {
  readonly op: 'globalAveragePool';
}

export type QuantizedLayer =
  | QuantizedConvolution
  | QuantizedDepthwise
  | QuantizedLinear
  | QuantizedLayerNorm
  | QuantizedAttention
  | QuantizedGelu
  | QuantizedAdd
  | QuantizedAveragePool
  | QuantizedGlobalAveragePool;

/** JSON with base64 tensors. Keys have one order, so that equal networks give equal text. */
export function saveQuantizedNetwork(network: QuantizedNetwork): string {
  return `${JSON.stringify(network, (_, value: unknown) => saveValue(value), 1)}\n`;
}

/** What a reader looks for first; other keys follow by alphabet. */
const FIRST_KEYS = ['kind', 'formatVersion', 'toolVersion', 'seed', 'name', 'op', 'inputs', 'output'];

function saveValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  if ('dtype' in value && 'data' in value) return saveTensor(value as TensorData);
  const rank = (key: string): number =>
    FIRST_KEYS.includes(key) ? FIRST_KEYS.indexOf(key) : FIRST_KEYS.length;
  const compare = (a: string, b: string): number => rank(a) - rank(b) || (a < b ? -1 : 1);
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => compare(a, b)));
}

/**
 * Reads and checks a saved network.
 * @throws E_ARTEFACT when the text is something else or damaged, E_FORMAT_VERSION when of another version, E_NAME when a
 * name would be no C identifier, E_NETWORK when layers do not fit together.
 */
export function parseQuantizedNetwork(text: string): QuantizedNetwork {
  const artefact = parseArtefact(text, {
    kind: QUANTIZED_NETWORK_KIND,
    formatVersion: QUANTIZED_NETWORK_VERSION,
  });
  const network = readNetwork(artefact);
  checkNetwork(network);
  return network;
}
