/** @file Convolution with SAME padding; a padded position contributes nothing. Weights [outputs, kernel, kernel, inputs]. */
import { clamp, requantize, type BlockShape, type Shape } from '@tinyformer/core';
import { encodedBytes, ENCODING_KINDS } from '../encoding/formats.js';
import { channelCount, type Site } from '../ir/graph.js';
import { activationRange } from './arithmetic.js';
import type { LinearAttributes } from './linear.js';
import { convolutionTile, gathersWindows, type WindowShape } from './convolution-tile.js';
import { defineOp, type WeightMatrix } from './op-definition.js';
import {
  channelFactors,
  clampGeometry,
  panelContext,
  rowAccumulatorBound,
  weightedConstantBytes,
  weightedConstants,
  weightMatrix,
  type WeightedAttributes,
} from './weighted.js';
import { slideWindow, windowGeometry, windowOf, type WindowAttributes } from './window.js';

export type ConvolutionAttributes = WindowAttributes &
  WeightedAttributes & { readonly sparsity: BlockShape | null };
type ConvolutionSite = Site<ConvolutionAttributes>;

/** Of a row of the weight matrix: kernel * kernel * inputs. */
const MAX_COLUMNS = 65535;

const outputsOf = ({ node }: ConvolutionSite): number => node.attributes.weights.shape[0]!;
const windowAt = ({ node, inputs }: ConvolutionSite) => windowOf(inputs[0]!.shape, node.attributes);
const shapeOf = (site: ConvolutionSite): WindowShape => ({
  window: windowAt(site),
  channels: channelCount(site.inputs[0]!.shape),
  outputs: outputsOf(site),
  isPruned: site.node.attributes.sparsity !== null,
});

function matrixOf(site: ConvolutionSite): WeightMatrix {
  const shape = shapeOf(site);
  const positions = shape.window.outputHeight * shape.window.outputWidth;
  const panel = panelContext(site, { tile: convolutionTile(shape), positions });
  return { ...weightMatrix(site, outputsOf(site)), panel };
}

function outputShape(site: ConvolutionSite): Shape {
  const { outputHeight, outputWidth } = windowAt(site);
  return [outputHeight, outputWidth, outputsOf(site)];
}

/** A 1x1 window at stride 1 is a linear layer over positions. */
function pointwiseAsLinear({ node }: ConvolutionSite): { op: string; attributes: LinearAttributes } | null {
  const { kernel, stride, activation, weights, weightScales, bias, sparsity } = node.attributes;
  if (kernel !== 1 || stride !== 1) return null;
  const matrix = { ...weights, shape: [weights.shape[0]!, weights.shape[3]!] };
  return { op: 'linear', attributes: { activation, weights: matrix, weightScales, bias, sparsity } };
}

export const convolution = defineOp<ConvolutionAttributes>({
  name: 'convolution',
  inputCount: 1,
  encodings: ENCODING_KINDS,
  inferShape: outputShape,
  findFault: (site) => {
    const channels = channelCount(site.inputs[0]!.shape);
    const read = site.node.attributes.weights.shape[3]!;
    if (read !== channels) return `its weights read ${read} channels, its input has ${channels}`;
    const { columns } = matrixOf(site);
    return columns > MAX_COLUMNS
      ? `an output sums ${columns} products, the kernel at most ${MAX_COLUMNS}`
      : null;
  },
  accumulatorBound: (site) => rowAccumulatorBound(site, outputsOf(site)),
  macs: (site) => {
    const { outputHeight, outputWidth } = windowAt(site);
    return outputHeight * outputWidth * site.node.attributes.weights.data.length;
  },
  simplify: pointwiseAsLinear,
  weights: matrixOf,
  kernel: (encoding) => `tfr_convolution_${encoding.kind}_s8`,
  geometry: (site, encoding) => {
    const window = windowAt(site);
    return {
      input_height: window.height,
      input_width: window.width,
      input_channels: channelCount(site.inputs[0]!.shape),
      output_height: window.outputHeight,
      output_width: window.outputWidth,
      output_channels: outputsOf(site),
      ...windowGeometry(window),
      ...clampGeometry(site),
      ...(encoding.kind === 'panel' ? { gathers: gathersWindows(shapeOf(site)) ? 1 : 0 } : {}),
      weight_bytes: encodedBytes(matrixOf(site), encoding),
    };
  },
  constants: (site, encoding) => weightedConstants(site, { matrix: matrixOf(site), encoding }),
  constantBytes: (site, encoding) =>
    weightedConstantBytes(matrixOf(site), { outputs: outputsOf(site), encoding }),

  reference: (site, { inputs, output, rounding }) => {
    const [x] = inputs as [Int8Array];
    const { weights, bias, activation } = site.node.attributes;
    const w = weights.data;
    const { rows: outputs, columns } = matrixOf(site);
    const channels = channelCount(site.inputs[0]!.shape);
    const zx = site.inputs[0]!.quant.zeroPoint;
    const zy = site.output.quant.zeroPoint;
    const { low, high } = activationRange(activation, site.output.quant);
    const factors = channelFactors(site);
    // The window's values minus zx; positions outside of the image stay 0.
    const patch = new Int16Array(columns);
    slideWindow(windowAt(site), {
      begin: () => patch.fill(0),
      visit: (position, tap) => {
        for (let c = 0; c < channels; c++) patch[tap * channels + c] = x[position * channels + c]! - zx;
      },
      end: (position) => {
        for (let o = 0; o < outputs; o++) {
          const first = o * columns;
          let acc = bias.data[o]!;
          for (let i = 0; i < columns; i++) acc = (acc + patch[i]! * w[first + i]!) | 0;
          output[position * outputs + o] = clamp(zy + requantize(acc, factors[o]!, rounding), low, high);
        }
      },
    });
  },
});
