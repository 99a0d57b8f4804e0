/**
 * @file Quantised networks with random weights over tiny architectures. The scales are such that activations spread over
 * int8 in every layer, so that a wrong byte anywhere shows in the output. The types are structural: this package knows
 * nouns of core only, and what it makes is what the engine compiles.
 */
import {
  allocate,
  DEFAULT_BLOCK,
  elementCount,
  expandArchitecture,
  INPUT,
  keptBlocksPerGroup,
  TOOL_VERSION,
  weightMatrixShape,
  type Architecture,
  type BlockShape,
  type Layer,
  type LayerSparsity,
  type QuantParams,
  type Rng,
  type Shape,
  type TensorData,
} from '@tinyformer/core';
import { tinyArchitecture } from './tiny-architecture.js';

export interface TinyNetworkOptions {
  /** A random one unless given. */
  readonly architecture?: Architecture;
  /** Share of blocks kept in convolutions and linear layers; 1 is dense. */
  readonly density?: number;
  readonly block?: BlockShape;
}

/** Typical deviation of an int8 value that uses its range. */
const DEVIATION = 50;

/** The form of sparse-engine's `QuantizedNetwork`. */
export type TinyQuantizedNetwork = ReturnType<typeof tinyQuantizedNetwork>;

export function tinyQuantizedNetwork(rng: Rng, options: TinyNetworkOptions = {}) {
  const { architecture = tinyArchitecture(rng), density = 1, block = DEFAULT_BLOCK } = options;
  const { input, classes } = architecture;
  const quants = new Map<string, QuantParams>([[INPUT, { scale: 1 / 128, zeroPoint: 0 }]]);
  const layers = expandArchitecture(architecture).map((layer) => {
    const quant = outputQuant(rng, layer, quants);
    quants.set(layer.name, quant);
    const quantOf = (index: number): QuantParams => quants.get(layer.inputs[index]!)!;
    return quantizeLayer(rng, { layer, quant, quantOf, sparsity: { ...block, density } });
  });
  return {
    kind: 'tinyformer/quantized-network' as const,
    formatVersion: 1,
    toolVersion: TOOL_VERSION,
    seed: rng.save().seed,
    name: 'tiny',
    input: { shape: [input.height, input.width, input.channels], quant: quants.get(INPUT)! },
    layers,
    classes: Array.from({ length: classes }, (_, index) => `class ${index}`),
  };
}

function outputQuant(rng: Rng, layer: Layer, quants: ReadonlyMap<string, QuantParams>): QuantParams {
  if (layer.op === 'globalAveragePool') return quants.get(layer.inputs[0]!)!;
  const scale = 2 ** (rng.next() * 2 - 6);
  const isClamped = 'activation' in layer && layer.activation === 'relu6';
  return isClamped ? { scale: 6 / 255, zeroPoint: -128 } : { scale, zeroPoint: rng.below(61) - 30 };
}

interface LayerDraft {
  readonly layer: Layer;
  readonly quant: QuantParams;
  readonly quantOf: (input: number) => QuantParams;
  readonly sparsity: LayerSparsity;
}

function quantizeLayer(rng: Rng, { layer, quant, quantOf, sparsity }: LayerDraft) {
  const { name, inputs, inputShape, outputShape } = layer;
  const base = { name, inputs, output: { shape: outputShape, quant } };
  const channels = inputShape[2]!;
  const outputs = outputShape[2]!;
  const weighted = (shape: Shape, depth: number) => {
    const spread = quant.scale / (quantOf(0).scale * DEVIATION * Math.sqrt(depth * sparsity.density));
    return randomWeights(rng, { shape, outputs, spread });
  };
  const block = { blockRows: sparsity.blockRows, blockColumns: sparsity.blockColumns };
  switch (layer.op) {
    case 'convolution': {
      const { op, kernel, stride, activation } = layer;
      const tensors = weighted([outputs, kernel, kernel, channels], kernel * kernel * channels);
      prune(rng, { layer, weights: tensors.weights, sparsity });
      return { ...base, op, kernel, stride, activation, ...tensors, sparsity: block };
    }
    case 'depthwise': {
      const { op, kernel, stride, activation } = layer;
      return {
        ...base,
        op,
        kernel,
        stride,
        activation,
        ...weighted([kernel, kernel, channels], kernel * kernel),
      };
    }
    case 'linear': {
      const tensors = weighted([outputs, channels], channels);
      prune(rng, { layer, weights: tensors.weights, sparsity });
      return { ...base, op: layer.op, ...tensors, sparsity: block };
    }
    case 'layerNorm':
      return { ...base, op: layer.op, ...randomAffine(rng, channels, quant) };
    case 'attention':
      return { ...base, op: layer.op, heads: layer.heads };
    case 'gelu':
    case 'add':
    case 'globalAveragePool':
      return { ...base, op: layer.op };
    default:
      return layer satisfies never;
  }
}

function randomWeights(
  rng: Rng,
  { shape, outputs, spread }: { readonly shape: Shape; readonly outputs: number; readonly spread: number },
) {
  return {
    // Never 0, so that exactly the pruned blocks are empty.
    weights: randomTensor('int8', shape, () => rng.pick([-1, 1]) * (1 + rng.below(127))),
    weightScales: Array.from({ length: outputs }, () => spread * (0.5 + rng.next())),
    bias: randomTensor('int32', [outputs], () => rng.below(4001) - 2000),
  };
}

/** Normalised values become up to about +-2.5 deviations of the output's range. */
function randomAffine(rng: Rng, channels: number, { scale }: QuantParams) {
  return {
    gamma: randomTensor('int16', [channels], () => rng.pick([-1, 1]) * (8192 + rng.below(8192))),
    gammaScale: (scale * DEVIATION) / 16383,
    beta: randomTensor('int32', [channels], () => rng.below(2 ** 22) - 2 ** 21),
  };
}

function randomTensor<D extends 'int8' | 'int16' | 'int32'>(
  dtype: D,
  shape: Shape,
  draw: () => number,
): TensorData<D> {
  const data = allocate(dtype, elementCount(shape));
  for (let i = 0; i < data.length; i++) data[i] = draw();
  return { dtype, shape, data };
}

interface Prunable {
  readonly layer: Layer;
  readonly weights: TensorData<'int8'>;
  readonly sparsity: LayerSparsity;
}

/** Clears random blocks so that every row group keeps the same number. */
function prune(rng: Rng, { layer, weights, sparsity }: Prunable): void {
  const { rows, columns } = weightMatrixShape(layer)!;
  const { blockRows, blockColumns } = sparsity;
  const cells = Array.from({ length: Math.ceil(columns / blockColumns) }, (_, index) => index * blockColumns);
  for (let row = 0; row < rows; row += blockRows) {
    const dropped = rng.shuffle(cells).slice(keptBlocksPerGroup(columns, sparsity));
    for (let r = row; r < Math.min(row + blockRows, rows); r++) {
      for (const cell of dropped) {
        weights.data.fill(0, r * columns + cell, r * columns + Math.min(cell + blockColumns, columns));
      }
    }
  }
}

/** A random quantised image for a network. */
export function randomImage(rng: Rng, shape: Shape): Int8Array {
  return Int8Array.from({ length: elementCount(shape) }, () => rng.below(256) - 128);
}
