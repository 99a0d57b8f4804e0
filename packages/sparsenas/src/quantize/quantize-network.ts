/**
 * @file A float network and what calibration saw of it become the integer network that the engine compiles: BatchNorm folded,
 * one int8 scale a tensor, one weight scale an output channel. Zeros of pruned blocks stay exactly 0.
 */
import {
  expandArchitecture,
  INPUT,
  TOOL_VERSION,
  type BlockShape,
  type Layer,
  type QuantParams,
  type SparsityPattern,
} from '@tinyformer/core';
import { quantizedLayer, type QuantizedLayer, type QuantizedNetwork } from '@tinyformer/sparse-engine';
import type { FloatNetwork } from '@tinyformer/supernas';
import { chooseQuant, type RangeRule } from './choose-scales.js';
import type { NetworkRanges } from './observe-ranges.js';
import { quantizeNorm, quantizeWeights } from './quantize-weights.js';
import { realWeights } from './real-weights.js';

export interface QuantizeOptions {
  readonly ranges: NetworkRanges;
  /** Of the network's input; see `inputQuant`. */
  readonly input: QuantParams;
  readonly name: string;
  readonly classes: readonly string[];
  /** The pattern that the network was pruned to; default dense. */
  readonly sparsity?: SparsityPattern;
  /** How activation ranges are cut; default least squared error. Logits keep their extremes. */
  readonly range?: RangeRule;
}

export const DEFAULT_RANGE_RULE: RangeRule = { rule: 'least-error' };
const EXTREMES: RangeRule = { rule: 'extremes' };

export function quantizeNetwork(network: FloatNetwork, options: QuantizeOptions): QuantizedNetwork {
  const { ranges, input, name, classes, range = DEFAULT_RANGE_RULE } = options;
  const layers = expandArchitecture(network.architecture);
  const quants = new Map<string, QuantParams>([[INPUT, input]]);
  for (const layer of layers) {
    const rule = layer === layers.at(-1) ? EXTREMES : range;
    const quant =
      layer.op === 'globalAveragePool'
        ? quants.get(layer.inputs[0]!)!
        : chooseQuant(ranges.outputs[layer.name]!, rule);
    quants.set(layer.name, quant);
  }
  const { height, width, channels } = network.architecture.input;
  return {
    kind: 'tinyformer/quantized-network',
    formatVersion: 1,
    toolVersion: TOOL_VERSION,
    seed: network.seed,
    name,
    input: { shape: [height, width, channels], quant: input },
    layers: layers.map((layer) => quantizeLayer(layer, { ...options, network, quants })),
    classes: [...classes],
  };
}

interface Context extends QuantizeOptions {
  readonly network: FloatNetwork;
  readonly quants: ReadonlyMap<string, QuantParams>;
}

function quantizeLayer(layer: Layer, { network, quants, sparsity }: Context): QuantizedLayer {
  const inputScale = quants.get(layer.inputs[0]!)!.scale;
  return quantizedLayer(layer, quants.get(layer.name)!, {
    weighted: (_, weighted) => quantizeWeights(realWeights(weighted, network), inputScale),
    affine: () => {
      const { gamma, beta } = network.layers[layer.name]!;
      return quantizeNorm(gamma!.data, beta!.data);
    },
    sparsity: blockOf(sparsity?.[layer.name]),
  });
}

function blockOf(sparsity: BlockShape | undefined): BlockShape | null {
  return sparsity ? { blockRows: sparsity.blockRows, blockColumns: sparsity.blockColumns } : null;
}
