/**
 * @file Random layers of every op, for checking kernels against the references: sizes below, equal to and above any tile
 * of the kernels, zero points at both ends, factors from tiny to above one.
 */
import { tensorData, type QuantParams, type Rng, type Shape } from '@tinyformer/core';
import { DENSE, type Encoding, type EncodingKind } from '../encoding/encoding.js';
import type { Attributes, GraphTensor, Site } from '../ir/graph.js';
import type { AttentionAttributes } from '../ops/attention-arithmetic.js';
import { OPS } from '../ops/index.js';
import { PROBABILITY } from '../ops/softmax.js';
import { sparsify } from './random-encoding.js';

/** A layer and the encoding of its weights. */
export interface RandomSite {
  readonly site: Site;
  readonly encoding: Encoding;
}

export const between = (rng: Rng, low: number, high: number): number => low + rng.below(high - low + 1);

export function randomBytes(rng: Rng, length: number): Int8Array {
  // One tensor in four is extreme, so that accumulators reach their bounds.
  const isExtreme = rng.below(4) === 0;
  return Int8Array.from({ length }, () => (isExtreme ? rng.pick([-128, 127]) : between(rng, -128, 127)));
}

function randomQuant(rng: Rng): QuantParams {
  const zeroPoint = rng.below(3) === 0 ? rng.pick([-128, 0, 127]) : between(rng, -128, 127);
  return { scale: 2 ** (rng.next() * 6 - 8), zeroPoint };
}

const featureMap = (rng: Rng, channels: number, most = 5): Shape => [
  between(rng, 1, most),
  between(rng, 1, most),
  channels,
];

interface Draft {
  readonly inputs: readonly { readonly shape: Shape; readonly quant: QuantParams }[];
  readonly quant: QuantParams;
  readonly attributes?: Attributes;
}

function siteFrom(op: string, { inputs, quant, attributes = {} }: Draft): Site {
  const tensors = inputs.map((tensor, index): GraphTensor => ({ name: `input${index}`, ...tensor }));
  const node = { name: op, op, inputs: tensors.map(({ name }) => name), output: 'output', attributes };
  const draft: Site = { node, inputs: tensors, output: { name: 'output', shape: [], quant } };
  return { ...draft, output: { ...draft.output, shape: OPS[op]!.inferShape(draft) } };
}

interface WeightedDraft {
  readonly shape: Shape;
  readonly outputs: number;
  /** Products that an output sums. */
  readonly depth: number;
  readonly input: QuantParams;
  readonly output: QuantParams;
}

/** Scales such that outputs spread over int8, times up to 2^4 either way. */
function randomWeighted(rng: Rng, { shape, outputs, depth, input, output }: WeightedDraft) {
  const spread = (64 * output.scale) / (input.scale * Math.sqrt(depth) * 74 * 74);
  const weights = randomBytes(
    rng,
    shape.reduce((product, extent) => product * extent, 1),
  );
  return {
    activation: rng.pick(['none', 'relu6'] as const),
    weights: tensorData(
      weights.map((value) => Math.max(-127, value)),
      shape,
    ),
    weightScales: Array.from({ length: outputs }, () => spread * 2 ** (rng.next() * 8 - 4)),
    bias: tensorData(Int32Array.from({ length: outputs }, () => between(rng, -(2 ** 16), 2 ** 16))),
  };
}

function randomLinear(rng: Rng, kind: EncodingKind): RandomSite {
  const [inputs, outputs] = [between(rng, 1, 40), between(rng, 1, 20)];
  const [input, output] = [randomQuant(rng), randomQuant(rng)];
  const weighted = randomWeighted(rng, { shape: [outputs, inputs], outputs, depth: inputs, input, output });
  const attributes = { ...weighted, sparsity: null };
  const inputTensor = { shape: featureMap(rng, inputs), quant: input };
  return sparseSite(rng, siteFrom('linear', { inputs: [inputTensor], quant: output, attributes }), kind);
}

function randomConvolution(rng: Rng, kind: EncodingKind): RandomSite {
  const [channels, outputs, kernel] = [
    between(rng, 1, 9),
    between(rng, 1, 12),
    rng.pick([1, 2, 3, 4, 5, 7, 9]),
  ];
  const [input, output] = [randomQuant(rng), randomQuant(rng)];
  const shape = [outputs, kernel, kernel, channels];
  const weighted = randomWeighted(rng, { shape, outputs, depth: kernel ** 2 * channels, input, output });
  const attributes = { kernel, stride: rng.pick([1, 2]), ...weighted, sparsity: null };
  // Rows of four outputs and more are computed otherwise than shorter ones.
  const inputTensor = { shape: [between(rng, 1, 6), between(rng, 1, 11), channels], quant: input };
  return sparseSite(rng, siteFrom('convolution', { inputs: [inputTensor], quant: output, attributes }), kind);
}

/** Clears blocks of the layer's weights. */
function sparseSite(rng: Rng, site: Site, kind: EncodingKind): RandomSite {
  return { site, encoding: sparsify(rng, OPS[site.node.op]!.weights(site)!, kind) };
}

function randomDepthwise(rng: Rng, kind: EncodingKind): RandomSite {
  const [channels, kernel] = [between(rng, 1, 19), rng.pick([1, 2, 3, 3, 5])];
  const [input, output] = [randomQuant(rng), randomQuant(rng)];
  const shape = [kernel, kernel, channels];
  const weighted = randomWeighted(rng, { shape, outputs: channels, depth: kernel ** 2, input, output });
  const attributes = { kernel, stride: rng.pick([1, 2]), ...weighted };
  // Tall enough for several strips of rows in the kernel, wide enough for several blocks of columns.
  const shapeIn = [between(rng, 1, 20), between(rng, 1, 13), channels];
  const inputTensor = { shape: shapeIn, quant: input };
  return sparseSite(rng, siteFrom('depthwise', { inputs: [inputTensor], quant: output, attributes }), kind);
}

function randomPool(rng: Rng): Site {
  const quant = randomQuant(rng);
  const isGlobal = rng.below(2) === 0;
  const shape = [between(rng, 1, isGlobal ? 20 : 7), between(rng, 1, isGlobal ? 20 : 7), between(rng, 1, 19)];
  const inputs = [{ shape, quant }];
  if (isGlobal) return siteFrom('globalAveragePool', { inputs, quant });
  const attributes = { kernel: rng.pick([1, 2, 2, 3, 5]), stride: rng.pick([1, 2]) };
  return siteFrom('averagePool', { inputs, quant, attributes });
}

function randomElementwise(rng: Rng, op: 'lookup' | 'add'): Site {
  const shape = featureMap(rng, between(rng, 1, 33)); // up to 825 values: with and without tables in the kernel
  const quant = randomQuant(rng);
  const input = { shape, quant };
  if (op === 'add')
    return siteFrom(op, { inputs: [input, { shape, quant: randomQuant(rng) }], quant: randomQuant(rng) });
  const attributes = { function: 'random', table: tensorData(randomBytes(rng, 256)) };
  return siteFrom(op, { inputs: [input], quant: randomQuant(rng), attributes });
}

/** Every second one masked; scores from flat to one-hot. */
function randomAttention(rng: Rng): Site {
  const heads = between(rng, 1, 4);
  const headWidth = between(rng, 1, 20);
  const shape = featureMap(rng, heads * headWidth, 9);
  const tokens = shape[0]! * shape[1]!;
  const [key, value] = [randomQuant(rng), randomQuant(rng)];
  const query = { ...randomQuant(rng), scale: 2 ** (rng.next() * 8 - 4) / (key.scale * 74 * 74) };
  const isMasked = rng.below(2) === 0;
  const window = () => (isMasked && rng.below(2) === 0 ? rng.below(tokens) : tokens);
  const attributes: AttentionAttributes = {
    heads,
    before: window(),
    after: window(),
    valid: isMasked ? between(rng, 1, tokens) : tokens,
    prunedHeads: isMasked && rng.below(2) === 0 ? rng.below(2 ** heads) : 0,
  };
  const inputs = [query, key, value].map((quant) => ({ shape, quant }));
  const scale = value.scale * 2 ** (rng.next() * 5 - 3);
  return siteFrom('attention', { inputs, quant: { ...randomQuant(rng), scale }, attributes });
}

function randomSoftmax(rng: Rng, op: 'softmax' | 'softmaxTflite'): Site {
  const columns = rng.pick([1, 2, 3, 4, 5, 16, 64, 100]);
  const input = { shape: [between(rng, 1, 3), between(rng, 1, 9), columns], quant: randomQuant(rng) };
  return siteFrom(op, { inputs: [input], quant: PROBABILITY });
}

function randomLayerNorm(rng: Rng): Site {
  const channels = between(rng, 2, 70);
  const attributes = {
    gamma: tensorData(Int16Array.from({ length: channels }, () => between(rng, -16383, 16383))),
    gammaScale: 2 ** (rng.next() * 4 - 15),
    beta: tensorData(Int32Array.from({ length: channels }, () => between(rng, -(2 ** 24), 2 ** 24))),
  };
  const input = { shape: featureMap(rng, channels), quant: randomQuant(rng) };
  return siteFrom('layerNorm', { inputs: [input], quant: randomQuant(rng), attributes });
}

const dense = (site: Site): RandomSite => ({ site, encoding: DENSE });

/** A random layer for every C kernel. */
export const RANDOM_SITES: Readonly<Record<string, (rng: Rng) => RandomSite>> = {
  tfr_linear_dense_s8: (rng) => randomLinear(rng, 'dense'),
  tfr_linear_balanced_s8: (rng) => randomLinear(rng, 'balanced'),
  tfr_linear_runlength_s8: (rng) => randomLinear(rng, 'runlength'),
  tfr_linear_csr_s8: (rng) => randomLinear(rng, 'csr'),
  tfr_linear_panel_s8: (rng) => randomLinear(rng, 'panel'),
  tfr_convolution_dense_s8: (rng) => randomConvolution(rng, 'dense'),
  tfr_convolution_balanced_s8: (rng) => randomConvolution(rng, 'balanced'),
  tfr_convolution_runlength_s8: (rng) => randomConvolution(rng, 'runlength'),
  tfr_convolution_csr_s8: (rng) => randomConvolution(rng, 'csr'),
  tfr_convolution_panel_s8: (rng) => randomConvolution(rng, 'panel'),
  tfr_depthwise_dense_s8: (rng) => randomDepthwise(rng, 'dense'),
  tfr_depthwise_taps_s8: (rng) => randomDepthwise(rng, 'taps'),
  tfr_lookup_s8: (rng) => dense(randomElementwise(rng, 'lookup')),
  tfr_add_s8: (rng) => dense(randomElementwise(rng, 'add')),
  tfr_average_pool_s8: (rng) => dense(randomPool(rng)),
  tfr_attention_s8: (rng) => dense(randomAttention(rng)),
  tfr_softmax_s8: (rng) => dense(randomSoftmax(rng, 'softmax')),
  tfr_softmax_tflite_s8: (rng) => dense(randomSoftmax(rng, 'softmaxTflite')),
  tfr_layer_norm_s8: (rng) => dense(randomLayerNorm(rng)),
};
