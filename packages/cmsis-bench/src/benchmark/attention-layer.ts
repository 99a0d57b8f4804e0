/**
 * @file Attention layers with flat or peaked probabilities: QK^T, softmax and PV as one op. Queries and keys are uniform over
 * int8; how peaked the probabilities are is a matter of their scale, which is searched for.
 */
import { fixedPointFactor, INT8_MAX, type QuantParams, type Rng } from '@tinyformer/core';
import type { PeerAttention } from '../baseline/peer-programs.js';
import { drawValues, siteFrom } from './draw.js';
import { lazily, type BenchLayer } from './layer.js';

export interface AttentionSizes {
  readonly heads: number;
  readonly tokens: number;
  readonly headWidth: number;
}

/** Of the pairs of query and key, by what an int8 probability holds. */
export type Sharpness = 'flat' | { readonly nonZeroShare: number };

/** A probability below half of 1/256 is 0 in int8. */
const SMALLEST_PROBABILITY = 0.5 / 256;
/** Standard deviation of flat scores: every pair then counts. */
const FLAT_DEVIATION = 0.5;
/** Of q k products of centred values that are uniform over int8. */
const PRODUCT_DEVIATION = 74 * 74;

const QUERY_ZERO_POINT = 4;
const KEY_ZERO_POINT = -7;
const VALUE_QUANT: QuantParams = { scale: 1 / 32, zeroPoint: 9 };

interface Tensors extends AttentionSizes {
  readonly queries: Int8Array;
  readonly keys: Int8Array;
  readonly values: Int8Array;
}

/** sum (q - zq)(k - zk) of every pair, [heads, tokens, tokens]. */
function dotProducts({ heads, tokens, headWidth, queries, keys }: Tensors): Float64Array {
  const width = heads * headWidth;
  const dots = new Float64Array(heads * tokens * tokens);
  let at = 0;
  for (let h = 0; h < heads; h++) {
    for (let i = 0; i < tokens; i++) {
      for (let j = 0; j < tokens; j++) {
        let dot = 0;
        for (let c = h * headWidth; c < (h + 1) * headWidth; c++) {
          dot += (queries[i * width + c]! - QUERY_ZERO_POINT) * (keys[j * width + c]! - KEY_ZERO_POINT);
        }
        dots[at++] = dot;
      }
    }
  }
  return dots;
}

/** Softmax of the rows of `factor * dots`. */
function probabilitiesOf(
  dots: Float64Array,
  { tokens, factor }: { tokens: number; factor: number },
): Float64Array {
  const probabilities = new Float64Array(dots.length);
  for (let first = 0; first < dots.length; first += tokens) {
    const row = dots.subarray(first, first + tokens);
    const largest = row.reduce((a, b) => Math.max(a, b));
    const exponentials = row.map((dot) => Math.exp(factor * (dot - largest)));
    const sum = exponentials.reduce((a, b) => a + b);
    exponentials.forEach((value, index) => (probabilities[first + index] = value / sum));
  }
  return probabilities;
}

const nonZeroShareOf = (probabilities: Float64Array): number =>
  probabilities.filter((p) => p >= SMALLEST_PROBABILITY).length / probabilities.length;

/** The scale of a dot product at which so many pairs are not zero: the share falls as the scale grows. */
function findFactor(
  dots: Float64Array,
  { tokens, sharpness, headWidth }: { tokens: number; sharpness: Sharpness; headWidth: number },
): number {
  const unit = 1 / (PRODUCT_DEVIATION * Math.sqrt(headWidth));
  if (sharpness === 'flat') return FLAT_DEVIATION * unit;
  let [low, high] = [FLAT_DEVIATION, 64];
  for (let step = 0; step < 24; step++) {
    const middle = (low + high) / 2;
    const share = nonZeroShareOf(probabilitiesOf(dots, { tokens, factor: middle * unit }));
    if (share > sharpness.nonZeroShare) low = middle;
    else high = middle;
  }
  return low * unit;
}

/** Real outputs, [tokens, heads * headWidth]. */
function attend(probabilities: Float64Array, { heads, tokens, headWidth, values }: Tensors): Float64Array {
  const width = heads * headWidth;
  const output = new Float64Array(tokens * width);
  for (let h = 0; h < heads; h++) {
    for (let i = 0; i < tokens; i++) {
      for (let j = 0; j < tokens; j++) {
        const p = probabilities[(h * tokens + i) * tokens + j]! * VALUE_QUANT.scale;
        for (let c = h * headWidth; c < (h + 1) * headWidth; c++) {
          output[i * width + c]! += p * (values[j * width + c]! - VALUE_QUANT.zeroPoint);
        }
      }
    }
  }
  return output;
}

const largestMagnitude = (values: Float64Array): number =>
  values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);

/** What CMSIS-NN's three calls are told; scores fill int8. */
function peerOf(
  sizes: AttentionSizes,
  { dots, factor, outputQuant }: { dots: Float64Array; factor: number; outputQuant: QuantParams },
): PeerAttention {
  const scale = (factor * largestMagnitude(dots)) / INT8_MAX;
  return {
    ...sizes,
    zeroPoints: {
      query: QUERY_ZERO_POINT,
      key: KEY_ZERO_POINT,
      value: VALUE_QUANT.zeroPoint,
      output: outputQuant.zeroPoint,
    },
    scores: { scale, zeroPoint: 0 },
    scoresFactor: fixedPointFactor(factor / scale),
    valuesFactor: fixedPointFactor(VALUE_QUANT.scale / (256 * outputQuant.scale)),
  };
}

function drawAttention(
  rng: Rng,
  name: string,
  { sharpness, ...sizes }: AttentionSizes & { readonly sharpness: Sharpness },
): BenchLayer {
  const { heads, tokens, headWidth } = sizes;
  const length = tokens * heads * headWidth;
  const [queries, keys, values] = ['q', 'k', 'v'].map((label) => drawValues(rng.fork(label), length));
  const tensors: Tensors = { ...sizes, queries: queries!, keys: keys!, values: values! };
  const dots = dotProducts(tensors);
  const factor = findFactor(dots, { tokens, headWidth, sharpness });
  const probabilities = probabilitiesOf(dots, { tokens, factor });
  const real = attend(probabilities, tensors);
  const outputQuant = { scale: largestMagnitude(real) / 120, zeroPoint: -2 };
  const side = Math.sqrt(factor * Math.sqrt(headWidth));
  const shape = [1, tokens, heads * headWidth];
  const site = siteFrom('attention', {
    inputs: [
      { shape, quant: { scale: side, zeroPoint: QUERY_ZERO_POINT } },
      { shape, quant: { scale: side, zeroPoint: KEY_ZERO_POINT } },
      { shape, quant: VALUE_QUANT },
    ],
    quant: outputQuant,
    attributes: { heads, before: tokens, after: tokens, valid: tokens, prunedHeads: 0 },
  });
  const products = heads * tokens * tokens * headWidth;
  return {
    name,
    op: 'attention',
    shape: `${heads} heads x ${tokens} tokens x ${headWidth}`,
    keptBlocks: null,
    candidates: [{ encoding: { kind: 'dense' }, site }],
    inputs: [queries!, keys!, values!],
    nonZeroMacs: products + Math.round(products * nonZeroShareOf(probabilities)),
    peerAttention: peerOf(sizes, { dots, factor, outputQuant }),
    floatOutput: real.map((value) => value / outputQuant.scale + outputQuant.zeroPoint),
  };
}

export const attentionLayer = lazily(drawAttention);
