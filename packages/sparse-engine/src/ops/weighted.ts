/** @file What convolution, depthwise and linear share: int8 weights with a scale an output channel, biases, a fused clamp. */
import type { BlockShape, FixedPointFactor, TensorData, TypedArray } from '@tinyformer/core';
import { DENSE, type Encoding, type MatrixShape, type PanelContext } from '../encoding/encoding.js';
import { encodedBytes, encodeWeights } from '../encoding/formats.js';
import type { Attributes, Site } from '../ir/graph.js';
import { activationRange, channelRescaling, largestDifference } from './arithmetic.js';
import type { WeightMatrix } from './op-definition.js';

export type FusedActivation = 'none' | 'relu6';

export interface WeightedAttributes extends Attributes {
  readonly activation: FusedActivation;
  readonly weights: TensorData<'int8'>;
  readonly weightScales: readonly number[];
  readonly bias: TensorData<'int32'>;
}

export type WeightedSite = Site<WeightedAttributes>;

/** The factor of every output channel: input scale * weight scale / output scale. */
export function channelFactors(site: WeightedSite): readonly FixedPointFactor[] {
  const ratio = site.inputs[0]!.quant.scale / site.output.quant.scale;
  return channelRescaling(
    site,
    site.node.attributes.weightScales.map((scale) => scale * ratio),
  );
}

export function clampGeometry({ node, inputs, output }: WeightedSite) {
  const { low, high } = activationRange(node.attributes.activation, output.quant);
  return {
    input_zero_point: inputs[0]!.quant.zeroPoint,
    output_zero_point: output.quant.zeroPoint,
    output_min: low,
    output_max: high,
  };
}

/** Arrays of the parameter struct. */
export function weightedConstants(
  site: WeightedSite,
  { matrix, encoding }: { readonly matrix: WeightMatrix; readonly encoding: Encoding },
): Record<string, TypedArray> {
  const { bias } = site.node.attributes;
  const encoded = encodeWeights(matrix, encoding);
  if (encoding.kind === 'panel') return { weights: encoded };
  const factors = channelFactors(site);
  return {
    weights: encoded,
    bias: bias.data,
    multiplier: Int32Array.from(factors, (factor) => factor.multiplier),
    shift: Uint8Array.from(factors, (factor) => factor.shift),
  };
}

/** Encoded weights, and unless they hold them for each output an int32 bias, an int32 multiplier and a u8 shift. */
export function weightedConstantBytes(
  matrix: MatrixShape,
  { outputs, encoding = DENSE }: { readonly outputs: number; readonly encoding?: Encoding },
): number {
  const perOutput = encoding.kind === 'panel' ? 0 : 4 + 4 + 1;
  return encodedBytes(matrix, encoding) + outputs * perOutput;
}

/** max over outputs of |bias| + sum |weight| * max |x - zx|; weights are [outputs, inputs] flattened. */
export function rowAccumulatorBound({ node, inputs }: WeightedSite, rows: number): number {
  const { weights, bias } = node.attributes;
  const columns = weights.data.length / rows;
  const difference = largestDifference(inputs[0]!.quant);
  let bound = 0;
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let i = row * columns; i < (row + 1) * columns; i++) sum += Math.abs(weights.data[i]!);
    bound = Math.max(bound, Math.abs(bias.data[row]!) + sum * difference);
  }
  return bound;
}

export function weightMatrix(
  { node }: Site<WeightedAttributes & { readonly sparsity: BlockShape | null }>,
  rows: number,
): WeightMatrix {
  const { weights, sparsity } = node.attributes;
  return { rows, columns: weights.data.length / rows, values: weights.data, sparsity };
}

/** What a panel stream of this layer holds and assumes, computed when it is asked for. */
export function panelContext(
  site: WeightedSite,
  { tile, positions }: Pick<PanelContext, 'tile' | 'positions'>,
): PanelContext {
  return {
    tile,
    positions,
    bias: site.node.attributes.bias.data,
    largestInput: largestDifference(site.inputs[0]!.quant),
    get factors() {
      return channelFactors(site);
    },
  };
}
