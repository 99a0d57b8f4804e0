/** @file Random layers: weights whose zeros follow blocks, scales with which outputs fill int8, values over all of int8. */
import { tensorData, type BlockShape, type QuantParams, type Rng, type Shape } from '@tinyformer/core';
import { OPS, type Attributes, type Site } from '@tinyformer/sparse-engine';

export const between = (rng: Rng, low: number, high: number): number => low + rng.below(high - low + 1);

export function drawValues(rng: Rng, length: number): Int8Array {
  return Int8Array.from({ length }, () => between(rng, -128, 127));
}

/** Every weight not zero, so that zeros are exactly those of the pattern. */
function drawWeights(rng: Rng, length: number): Int8Array {
  return Int8Array.from({ length }, () => between(rng, 1, 127) * (rng.below(2) === 0 ? 1 : -1));
}

export interface Pattern extends BlockShape {
  /** Blocks kept in every group of rows. */
  readonly keptBlocks: number;
  /** Blocks are cut from runs of so many columns: the channels of a tap. */
  readonly columnsPerRun: number;
}

/** Of depthwise weights: taps kept in every group of channels. */
export interface TapPattern {
  readonly groupChannels: number;
  readonly keptTaps: number;
}

interface Cell {
  readonly begin: number;
  readonly end: number;
}

/** The blocks' columns; the last of a run may be narrower. */
function cellsOf(
  columns: number,
  { blockColumns, columnsPerRun }: Omit<Pattern, 'blockRows' | 'keptBlocks'>,
): Cell[] {
  const cells: Cell[] = [];
  for (let run = 0; run < columns; run += columnsPerRun) {
    const runEnd = run + columnsPerRun;
    for (let begin = run; begin < runEnd; begin += blockColumns) {
      cells.push({ begin, end: Math.min(begin + blockColumns, runEnd) });
    }
  }
  return cells;
}

/** Clears all but `keptBlocks` blocks of every group of rows of a matrix [rows, columns]. */
export function prune(
  rng: Rng,
  { values, columns }: { readonly values: Int8Array; readonly columns: number },
  { blockRows, keptBlocks, ...grid }: Pattern,
): void {
  const rows = values.length / columns;
  const cells = cellsOf(columns, grid);
  for (let first = 0; first < rows; first += blockRows) {
    for (const { begin, end } of rng.shuffle(cells).slice(keptBlocks)) {
      for (let row = first; row < Math.min(first + blockRows, rows); row++) {
        values.fill(0, row * columns + begin, row * columns + end);
      }
    }
  }
}

/** Clears all but `keptTaps` taps of every group of channels of depthwise weights [taps, channels]. */
function pruneTaps(
  rng: Rng,
  { values, channels }: { readonly values: Int8Array; readonly channels: number },
  { groupChannels, keptTaps }: TapPattern,
): void {
  const taps = Array.from({ length: values.length / channels }, (_, tap) => tap * channels);
  for (let first = 0; first < channels; first += groupChannels) {
    const end = Math.min(first + groupChannels, channels);
    for (const tap of rng.shuffle(taps).slice(keptTaps)) values.fill(0, tap + first, tap + end);
  }
}

interface Draft {
  readonly inputs: readonly { readonly shape: Shape; readonly quant: QuantParams }[];
  readonly quant: QuantParams;
  readonly attributes?: Attributes;
}

/** A site of an op on tensors of these shapes. */
export function siteFrom(op: string, { inputs, quant, attributes = {} }: Draft): Site {
  const tensors = inputs.map((tensor, index) => ({ name: `input${index}`, ...tensor }));
  const node = { name: op, op, inputs: tensors.map(({ name }) => name), output: 'output', attributes };
  const draft: Site = { node, inputs: tensors, output: { name: 'output', shape: [], quant } };
  return { ...draft, output: { ...draft.output, shape: OPS[op]!.inferShape(draft) } };
}

export const INPUT_QUANT: QuantParams = { scale: 1 / 32, zeroPoint: -5 };
export const OUTPUT_QUANT: QuantParams = { scale: 1 / 16, zeroPoint: 3 };

/** The root mean square of weights and of centred activations that are uniform over int8. */
const TYPICAL = 74;

export interface WeightedDraft {
  readonly op: 'linear' | 'convolution' | 'depthwise';
  readonly inputShape: Shape;
  readonly weightShape: Shape;
  readonly outputs: number;
  /** Null for dense weights. */
  readonly pattern: Pattern | TapPattern | null;
  readonly attributes?: Attributes;
}

/** Outputs spread over int8, by factors that differ from channel to channel. */
export function drawWeighted(rng: Rng, draft: WeightedDraft): Site {
  const { op, inputShape, weightShape, outputs, pattern, attributes = {} } = draft;
  const size = weightShape.reduce((product, extent) => product * extent, 1);
  const values = drawWeights(rng, size);
  if (pattern && 'keptTaps' in pattern) pruneTaps(rng, { values, channels: outputs }, pattern);
  else if (pattern) prune(rng, { values, columns: size / outputs }, pattern);
  const nonZero = values.reduce((count, weight) => count + (weight === 0 ? 0 : 1), 0);
  const depth = Math.max(1, nonZero / outputs);
  const spread = (48 * OUTPUT_QUANT.scale) / (INPUT_QUANT.scale * Math.sqrt(depth) * TYPICAL * TYPICAL);
  return siteFrom(op, {
    inputs: [{ shape: inputShape, quant: INPUT_QUANT }],
    quant: OUTPUT_QUANT,
    attributes: {
      ...attributes,
      activation: 'none',
      weights: tensorData(values, weightShape),
      weightScales: Array.from({ length: outputs }, () => spread * 2 ** (rng.next() - 0.5)),
      bias: tensorData(Int32Array.from({ length: outputs }, () => between(rng, -4000, 4000))),
    },
  });
}
