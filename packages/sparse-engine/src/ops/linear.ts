/** @file Linear layer over the last axis: y[t, o] = clamp(zy + R_o(bias[o] + sum_i (x[t, i] - zx) w[o, i])). */
import { clamp, requantize, type BlockShape } from '@tinyformer/core';
import { channelCount, positionCount, type Site } from '../ir/graph.js';
import { activationRange } from './arithmetic.js';
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
import type { PanelTile } from '../encoding/encoding.js';
import { encodedBytes, ENCODING_KINDS } from '../encoding/formats.js';

/** Weights [outputs, inputs]. */
export type LinearAttributes = WeightedAttributes & { readonly sparsity: BlockShape | null };
type LinearSite = Site<LinearAttributes>;

const MAX_INPUTS = 65535;

const outputsOf = ({ node }: LinearSite): number => node.attributes.weights.shape[0]!;

/** Quads of four channels; those of four tokens lie side by side, if there are as many. */
function tileOf(inputs: number, tokens: number): PanelTile {
  const quadsPerRun = Math.ceil(inputs / 4);
  const quadPitch = tokens < 4 ? 8 : 32;
  return { bytes: quadsPerRun * quadPitch, quadPitch, columnsPerRun: inputs, quadsPerRun, runOffsets: [0] };
}

function matrixOf(site: LinearSite): WeightMatrix {
  const { shape } = site.inputs[0]!;
  const positions = positionCount(shape);
  const panel = panelContext(site, { tile: tileOf(channelCount(shape), positions), positions });
  return { ...weightMatrix(site, outputsOf(site)), panel };
}

export const linear = defineOp<LinearAttributes>({
  name: 'linear',
  inputCount: 1,
  encodings: ENCODING_KINDS,
  inferShape: (site) => [...site.inputs[0]!.shape.slice(0, -1), outputsOf(site)],
  findFault: ({ node, inputs }) => {
    const columns = node.attributes.weights.shape[1]!;
    const channels = channelCount(inputs[0]!.shape);
    if (columns !== channels) return `its weights read ${columns} channels, its input has ${channels}`;
    return columns > MAX_INPUTS ? `it reads ${columns} channels, the kernel at most ${MAX_INPUTS}` : null;
  },
  accumulatorBound: (site) => rowAccumulatorBound(site, outputsOf(site)),
  macs: ({ node, inputs }) => positionCount(inputs[0]!.shape) * node.attributes.weights.data.length,
  weights: matrixOf,
  kernel: (encoding) => `tfr_linear_${encoding.kind}_s8`,
  geometry: (site, encoding) => ({
    tokens: positionCount(site.inputs[0]!.shape),
    inputs: channelCount(site.inputs[0]!.shape),
    outputs: outputsOf(site),
    ...clampGeometry(site),
    weight_bytes: encodedBytes(matrixOf(site), encoding),
  }),
  constants: (site, encoding) => weightedConstants(site, { matrix: matrixOf(site), encoding }),
  constantBytes: (site, encoding) =>
    weightedConstantBytes(matrixOf(site), { outputs: outputsOf(site), encoding }),

  reference: (site, { inputs, output, rounding }) => {
    const [x] = inputs as [Int8Array];
    const { weights, bias, activation } = site.node.attributes;
    const w = weights.data;
    const { rows: outputs, columns } = matrixOf(site);
    const zx = site.inputs[0]!.quant.zeroPoint;
    const zy = site.output.quant.zeroPoint;
    const { low, high } = activationRange(activation, site.output.quant);
    const factors = channelFactors(site);
    const row = new Int16Array(columns);
    for (let t = 0; t < x.length / columns; t++) {
      for (let i = 0; i < columns; i++) row[i] = x[t * columns + i]! - zx;
      for (let o = 0; o < outputs; o++) {
        const first = o * columns;
        let acc = bias.data[o]!;
        for (let i = 0; i < columns; i++) acc = (acc + row[i]! * w[first + i]!) | 0;
        output[t * outputs + o] = clamp(zy + requantize(acc, factors[o]!, rounding), low, high);
      }
    }
  },
});
