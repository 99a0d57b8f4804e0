/**
 * @file LayerNorm over the last axis in integers: exact variance times n^2, an integer square root, one division a row,
 * normalised values with ten fractional bits. Every intermediate stays below 2^53, so plain numbers are exact.
 */
import { clamp, INT8_MAX, INT8_MIN, requantize, type TensorData } from '@tinyformer/core';
import { channelCount, positionCount, type Attributes, type Site } from '../ir/graph.js';
import { rescaling } from './arithmetic.js';
import { defineOp } from './op-definition.js';

export interface LayerNormAttributes extends Attributes {
  /** [channels] */
  readonly gamma: TensorData<'int16'>;
  readonly gammaScale: number;
  /** [channels], scale = gammaScale / 1024 */
  readonly beta: TensorData<'int32'>;
}
type LayerNormSite = Site<LayerNormAttributes>;

const MIN_CHANNELS = 2;
const MAX_CHANNELS = 4096;
/** Normalised values are held times this. */
const UNIT = 1024;
/** Of the variance of real values. */
const EPSILON = 1e-5;

const channelsOf = ({ inputs }: LayerNormSite) => channelCount(inputs[0]!.shape);

function factorOf(site: LayerNormSite) {
  return rescaling(site, site.node.attributes.gammaScale / (UNIT * site.output.quant.scale));
}

/** epsilon in units of (scale / n)^2 */
function epsilonOf(site: LayerNormSite): number {
  const { scale } = site.inputs[0]!.quant;
  return Math.min(2 ** 31 - 1, Math.max(1, Math.round((EPSILON * channelsOf(site) ** 2) / scale ** 2)));
}

/** |x - mean| <= sqrt(n - 1) deviations; the truncated root adds less than 2^-14 of it. */
function accumulatorBound(site: LayerNormSite): number {
  const { gamma, beta } = site.node.attributes;
  const normalised = Math.ceil(UNIT * Math.sqrt(channelsOf(site) - 1) * (1 + 2 ** -14));
  const largest = (data: Int16Array | Int32Array) => {
    let most = 0;
    for (const value of data) most = Math.max(most, Math.abs(value));
    return most;
  };
  return normalised * largest(gamma.data) + largest(beta.data);
}

/** 1 / sqrt(variance) as reciprocal * 2^-shift, with the ten fractional bits of the result included. */
function inverseRoot(variance: number): { readonly reciprocal: number; readonly shift: number } {
  let exponent = 0;
  let scaled = variance;
  while (scaled >= 2 ** 32) {
    scaled = Math.floor(scaled / 4);
    exponent += 2;
  }
  while (scaled < 2 ** 30) {
    scaled *= 4;
    exponent -= 2;
  }
  const root = Math.floor(Math.sqrt(scaled));
  return { reciprocal: Math.floor(2 ** 31 / root), shift: 21 + exponent / 2 };
}

export const layerNorm = defineOp<LayerNormAttributes>({
  name: 'layerNorm',
  inputCount: 1,
  inferShape: ({ inputs }) => inputs[0]!.shape,
  findFault: (site) => {
    const channels = channelsOf(site);
    const { length } = site.node.attributes.gamma.data;
    if (length !== channels) return `it has ${length} scales, its input ${channels} channels`;
    return channels < MIN_CHANNELS || channels > MAX_CHANNELS
      ? `it normalises ${channels} channels, the kernel ${MIN_CHANNELS} to ${MAX_CHANNELS}`
      : null;
  },
  accumulatorBound,
  kernel: () => 'tfr_layer_norm_s8',
  geometry: (site) => ({
    rows: positionCount(site.inputs[0]!.shape),
    columns: channelsOf(site),
    epsilon: epsilonOf(site),
    output_zero_point: site.output.quant.zeroPoint,
    ...factorOf(site),
  }),
  constants: ({ node }) => ({ gamma: node.attributes.gamma.data, beta: node.attributes.beta.data }),
  constantBytes: (site) => channelsOf(site) * (2 + 4),

  reference: (site, { inputs, output, rounding }) => {
    const [x] = inputs as [Int8Array];
    const gamma = site.node.attributes.gamma.data;
    const beta = site.node.attributes.beta.data;
    const n = channelsOf(site);
    const zy = site.output.quant.zeroPoint;
    const factor = factorOf(site);
    const epsilon = epsilonOf(site);
    for (let first = 0; first < x.length; first += n) {
      const row = x.subarray(first, first + n);
      const sum = row.reduce((total, value) => total + value, 0);
      const squares = row.reduce((total, value) => total + (n * value - sum) ** 2, 0);
      const { reciprocal, shift } = inverseRoot(Math.floor(squares / n) + epsilon);
      for (let i = 0; i < n; i++) {
        const normalised = Math.floor(((n * row[i]! - sum) * reciprocal + 2 ** (shift - 1)) / 2 ** shift);
        const acc = normalised * gamma[i]! + beta[i]!;
        output[first + i] = clamp(zy + requantize(acc, factor, rounding), INT8_MIN, INT8_MAX);
      }
    }
  },
});
