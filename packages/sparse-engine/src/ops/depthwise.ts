/** @file Depthwise convolution: each channel has its own window, SAME padding. Weights [kernel, kernel, channels]. */
import { clamp, requantize, type Shape } from '@tinyformer/core';
import { channelCount, type Site } from '../ir/graph.js';
import { activationRange, largestDifference } from './arithmetic.js';
import { encodedBytes } from '../encoding/formats.js';
import { defineOp, type WeightMatrix } from './op-definition.js';
import {
  channelFactors,
  clampGeometry,
  weightedConstantBytes,
  weightedConstants,
  type WeightedAttributes,
} from './weighted.js';
import { slideWindow, windowGeometry, windowOf, type WindowAttributes } from './window.js';

export type DepthwiseAttributes = WindowAttributes & WeightedAttributes;
type DepthwiseSite = Site<DepthwiseAttributes>;

const windowAt = ({ node, inputs }: DepthwiseSite) => windowOf(inputs[0]!.shape, node.attributes);
const channelsOf = ({ inputs }: DepthwiseSite) => channelCount(inputs[0]!.shape);

/** Dense 3 x 3 kernels multiply two taps at a time; kept taps go one by one. Measured: docs/kernels.md. */
const fasterShare = ({ kernel }: WindowAttributes) => (kernel === 3 ? 2 / 9 : 1);

/** Rows are taps, columns channels. */
const tapMatrix = (site: DepthwiseSite): WeightMatrix => ({
  rows: site.node.attributes.kernel ** 2,
  columns: channelsOf(site),
  values: site.node.attributes.weights.data,
  sparsity: null,
  window: { fasterShare: fasterShare(site.node.attributes) },
});

function outputShape(site: DepthwiseSite): Shape {
  const { outputHeight, outputWidth } = windowAt(site);
  return [outputHeight, outputWidth, channelsOf(site)];
}

/** max over channels of |bias| + sum |weight| * max |x - zx| */
function accumulatorBound(site: DepthwiseSite): number {
  const { weights, bias } = site.node.attributes;
  const channels = channelsOf(site);
  const difference = largestDifference(site.inputs[0]!.quant);
  const sums = new Float64Array(channels);
  weights.data.forEach((weight, index) => (sums[index % channels]! += Math.abs(weight)));
  return sums.reduce((bound, sum, c) => Math.max(bound, Math.abs(bias.data[c]!) + sum * difference), 0);
}

export const depthwise = defineOp<DepthwiseAttributes>({
  name: 'depthwise',
  inputCount: 1,
  encodings: ['dense', 'taps'],
  weights: tapMatrix,
  inferShape: outputShape,
  findFault: (site) => {
    const read = site.node.attributes.weights.shape[2]!;
    const channels = channelsOf(site);
    return read === channels ? null : `its weights read ${read} channels, its input has ${channels}`;
  },
  accumulatorBound,
  macs: (site) => {
    const { outputHeight, outputWidth } = windowAt(site);
    return outputHeight * outputWidth * site.node.attributes.weights.data.length;
  },
  kernel: ({ kind }) => `tfr_depthwise_${kind}_s8`,
  geometry: (site, encoding) => {
    const window = windowAt(site);
    return {
      input_height: window.height,
      input_width: window.width,
      channels: channelsOf(site),
      output_height: window.outputHeight,
      output_width: window.outputWidth,
      ...windowGeometry(window),
      ...clampGeometry(site),
      weight_bytes: encodedBytes(tapMatrix(site), encoding),
    };
  },
  constants: (site, encoding) => weightedConstants(site, { matrix: tapMatrix(site), encoding }),
  constantBytes: (site, encoding) =>
    weightedConstantBytes(tapMatrix(site), { outputs: channelsOf(site), encoding }),

  reference: (site, { inputs, output, rounding }) => {
    const [x] = inputs as [Int8Array];
    const { weights, bias, activation } = site.node.attributes;
    const w = weights.data;
    const channels = channelsOf(site);
    const zx = site.inputs[0]!.quant.zeroPoint;
    const zy = site.output.quant.zeroPoint;
    const { low, high } = activationRange(activation, site.output.quant);
    const factors = channelFactors(site);
    const acc = new Int32Array(channels);
    slideWindow(windowAt(site), {
      begin: () => acc.set(bias.data),
      visit: (position, tap) => {
        for (let c = 0; c < channels; c++) {
          acc[c]! += (x[position * channels + c]! - zx) * w[tap * channels + c]!;
        }
      },
      end: (position) => {
        for (let c = 0; c < channels; c++) {
          output[position * channels + c] = clamp(zy + requantize(acc[c]!, factors[c]!, rounding), low, high);
        }
      },
    });
  },
});
