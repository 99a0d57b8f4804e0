/** @file Makes a bench layer of every op from its sizes. The same generator gives the same layer. */
import type { Rng } from '@tinyformer/core';
import {
  definitionOf,
  fitEncoding,
  supportsLayout,
  type Encoding,
  type EncodingLayout,
  type Site,
} from '@tinyformer/sparse-engine';
import { drawValues, drawWeighted, INPUT_QUANT, OUTPUT_QUANT, siteFrom, type Pattern } from './draw.js';
import { lazily, type BenchLayer, type Candidate } from './layer.js';

const DENSE = { kind: 'dense' } as const satisfies Encoding;

/** Layouts that the bench tries; the fastest is reported. */
const DEFAULT_LAYOUTS: readonly EncodingLayout[] = [
  DENSE,
  { kind: 'panel', blockRows: 2, blockColumns: 4, isDense: true },
  { kind: 'panel', blockRows: 4, blockColumns: 4, isDense: true },
  { kind: 'panel', blockRows: 2, blockColumns: 4, isDense: false },
  { kind: 'panel', blockRows: 4, blockColumns: 4, isDense: false },
];

/** Rows that share a pattern in a layout; blocks have 4 columns, whatever the layout. */
const BLOCK_COLUMNS = 4;
const rowsOf = (layout: EncodingLayout): number => ('blockRows' in layout ? layout.blockRows : 1);

/** Blocks of 4 channels in a row: of a linear layer's inputs, or tap by tap. */
export const blocksIn = (channels: number, taps = 1): number => taps * Math.ceil(channels / BLOCK_COLUMNS);

interface WeightedSizes {
  readonly channels: number;
  readonly taps: number;
  /** Of the blocks of 4 channels of each row. */
  readonly keptBlocks: number;
  readonly layouts?: readonly EncodingLayout[] | undefined;
}

/** Weights for each layout: those without a pattern where every block is kept, else pruned as the layout wants it. */
function drawCandidates(
  rng: Rng,
  { channels, taps, keptBlocks, layouts = DEFAULT_LAYOUTS }: WeightedSizes,
  draw: (rng: Rng, pattern: Pattern | null) => Site,
): Candidate[] {
  const isDense = keptBlocks >= blocksIn(channels, taps);
  const sites = new Map<number, Site>();
  const siteFor = (blockRows: number): Site => {
    const rows = isDense ? 0 : blockRows;
    const pattern = { blockRows, blockColumns: BLOCK_COLUMNS, keptBlocks, columnsPerRun: channels };
    const site = sites.get(rows) ?? draw(rng.fork(`rows ${rows}`), isDense ? null : pattern);
    sites.set(rows, site);
    return site;
  };
  const candidates = layouts
    .filter((layout) => isDense || !('isDense' in layout ? layout.isDense : layout.kind === 'dense'))
    .flatMap((layout): Candidate[] => {
      const site = siteFor(rowsOf(layout));
      const matrix = definitionOf(site.node).weights(site)!;
      return supportsLayout(matrix, layout) ? [{ encoding: fitEncoding(matrix, layout), site }] : [];
    });
  if (candidates.length > 0) return candidates;
  // No pattern fits such a shape: every weight says where it is.
  const site = siteFor(1);
  return [{ encoding: fitEncoding(definitionOf(site.node).weights(site)!, { kind: 'csr' }), site }];
}

export interface LinearSizes {
  readonly tokens: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly keptBlocks: number;
  /** That weights are pruned for; default {@link DEFAULT_LAYOUTS}. */
  readonly layouts?: readonly EncodingLayout[] | undefined;
}

function drawLinear(rng: Rng, name: string, sizes: LinearSizes): BenchLayer {
  const { tokens, inputs, outputs, keptBlocks, layouts } = sizes;
  const draw = (fork: Rng, pattern: Pattern | null) =>
    drawWeighted(fork, {
      op: 'linear',
      inputShape: [1, tokens, inputs],
      weightShape: [outputs, inputs],
      outputs,
      pattern,
      attributes: { sparsity: null },
    });
  return {
    name,
    op: 'linear',
    shape: `${tokens}x${inputs} -> ${tokens}x${outputs}`,
    keptBlocks,
    candidates: drawCandidates(rng, { channels: inputs, taps: 1, keptBlocks, layouts }, draw),
    inputs: [drawValues(rng.fork('input'), tokens * inputs)],
  };
}

export interface ConvolutionSizes {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly outputs: number;
  readonly kernel: number;
  readonly stride: number;
  readonly keptBlocks: number;
  readonly layouts?: readonly EncodingLayout[] | undefined;
}

function drawConvolution(rng: Rng, name: string, sizes: ConvolutionSizes): BenchLayer {
  const { height, width, channels, outputs, kernel, stride, keptBlocks, layouts } = sizes;
  const draw = (fork: Rng, pattern: Pattern | null) =>
    drawWeighted(fork, {
      op: 'convolution',
      inputShape: [height, width, channels],
      weightShape: [outputs, kernel, kernel, channels],
      outputs,
      pattern,
      attributes: { kernel, stride, sparsity: null },
    });
  return {
    name,
    op: 'convolution',
    shape: `${height}x${width}x${channels} -> ${outputs}, ${kernel}x${kernel}, stride ${stride}`,
    keptBlocks,
    candidates: drawCandidates(rng, { channels, taps: kernel * kernel, keptBlocks, layouts }, draw),
    inputs: [drawValues(rng.fork('input'), height * width * channels)],
  };
}

export interface DepthwiseSizes extends Omit<ConvolutionSizes, 'outputs' | 'keptBlocks' | 'layouts'> {
  /** Of the window, in every group of four channels; default all. */
  readonly keptTaps?: number;
}

const TAPS = { kind: 'taps' } as const;

function drawDepthwise(rng: Rng, name: string, sizes: DepthwiseSizes): BenchLayer {
  const { height, width, channels, kernel, stride, keptTaps = null } = sizes;
  const site = drawWeighted(rng.fork('weights'), {
    op: 'depthwise',
    inputShape: [height, width, channels],
    weightShape: [kernel, kernel, channels],
    outputs: channels,
    pattern: keptTaps === null ? null : { groupChannels: BLOCK_COLUMNS, keptTaps },
    attributes: { kernel, stride },
  });
  const encoding = keptTaps === null ? DENSE : fitEncoding(definitionOf(site.node).weights(site)!, TAPS);
  return {
    name,
    op: 'depthwise',
    shape: `${height}x${width}x${channels}, ${kernel}x${kernel}, stride ${stride}`,
    keptBlocks: keptTaps,
    candidates: [{ encoding, site }],
    inputs: [drawValues(rng.fork('input'), height * width * channels)],
  };
}

const weightless = (site: Site): readonly Candidate[] => [{ encoding: DENSE, site }];

function drawAdd(rng: Rng, name: string, size: number): BenchLayer {
  const shape = [1, 1, size];
  const second = { scale: 1 / 50, zeroPoint: 11 };
  const site = siteFrom('add', {
    inputs: [
      { shape, quant: INPUT_QUANT },
      { shape, quant: second },
    ],
    quant: OUTPUT_QUANT,
  });
  return {
    name,
    op: 'add',
    shape: `${size}`,
    keptBlocks: null,
    candidates: weightless(site),
    inputs: ['a', 'b'].map((operand) => drawValues(rng.fork(operand), size)),
  };
}

/** So that the largest difference of two int8 values leaves nothing of a probability, and none is cut off. */
const SOFTMAX_QUANT = { scale: 1 / 16, zeroPoint: 0 };

interface SoftmaxSizes {
  readonly rows: number;
  readonly columns: number;
  /** Ours, or TensorFlow Lite's to the bit. */
  readonly op: 'softmax' | 'softmaxTflite';
}

function drawSoftmax(rng: Rng, name: string, { rows, columns, op }: SoftmaxSizes): BenchLayer {
  const site = siteFrom(op, {
    inputs: [{ shape: [1, rows, columns], quant: SOFTMAX_QUANT }],
    quant: { scale: 1 / 256, zeroPoint: -128 },
  });
  const values = drawValues(rng.fork('input'), rows * columns);
  return {
    name,
    op,
    shape: `${rows}x${columns}`,
    keptBlocks: null,
    candidates: weightless(site),
    inputs: [values],
    floatOutput: realSoftmax(values, columns),
  };
}

/** In steps of 1/256 from -128. */
function realSoftmax(values: Int8Array, columns: number): Float64Array {
  const output = new Float64Array(values.length);
  for (let first = 0; first < values.length; first += columns) {
    const row = Float64Array.from(values.subarray(first, first + columns), (x) =>
      Math.exp(x * SOFTMAX_QUANT.scale),
    );
    const sum = row.reduce((a, b) => a + b);
    row.forEach((value, index) => (output[first + index] = (256 * value) / sum - 128));
  }
  return output;
}

export interface PoolSizes {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Window and stride; null for the whole image. */
  readonly window: { readonly kernel: number; readonly stride: number } | null;
}

function drawPool(rng: Rng, name: string, sizes: PoolSizes): BenchLayer {
  const { height, width, channels, window } = sizes;
  const op = window ? 'averagePool' : 'globalAveragePool';
  const site = siteFrom(op, {
    inputs: [{ shape: [height, width, channels], quant: INPUT_QUANT }],
    quant: INPUT_QUANT,
    attributes: { ...window },
  });
  const tail = window ? `${window.kernel}x${window.kernel}, stride ${window.stride}` : 'whole image';
  return {
    name,
    op,
    shape: `${height}x${width}x${channels}, ${tail}`,
    keptBlocks: null,
    candidates: weightless(site),
    inputs: [drawValues(rng.fork('input'), height * width * channels)],
  };
}

export const linearLayer = lazily(drawLinear);
export const convolutionLayer = lazily(drawConvolution);
export const depthwiseLayer = lazily(drawDepthwise);
export const addLayer = lazily(drawAdd);
export const softmaxLayer = lazily(drawSoftmax);
export const poolLayer = lazily(drawPool);
