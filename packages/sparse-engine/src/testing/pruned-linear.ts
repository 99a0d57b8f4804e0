/** @file A linear layer pruned to a number of blocks a row group, in the panel encoding: what compiled calls are held by. */
import { tensorData, type Rng } from '@tinyformer/core';
import type { PanelLayout } from '../encoding/encoding.js';
import { fitEncoding } from '../encoding/formats.js';
import { OPS } from '../ops/index.js';
import type { Site } from '../ir/graph.js';
import type { RandomSite } from './random-site.js';

export interface PrunedLinear {
  readonly tokens: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly layout: PanelLayout;
  /** Kept in each row group; ignored where the layout is dense. */
  readonly blocks: number;
  /** Factors of every size, so that rows have shifts of their own. */
  readonly hasRowShifts?: boolean;
  /** Inside of int8. */
  readonly isClamped?: boolean;
}

/** Some rows have a factor 2^17 times smaller, whose multiplier keeps all its bits, and a bias that it leaves something of. */
const SMALL = 2 ** -17;
const isSmall = (row: number): boolean => row % 4 === 0;

/** Weights of every size, outputs that spread over int8. */
export function prunedLinear(rng: Rng, shape: PrunedLinear): RandomSite {
  const { tokens, inputs, outputs, layout, blocks, hasRowShifts = false, isClamped = false } = shape;
  const weights = new Int8Array(outputs * inputs);
  for (let row = 0; row < outputs; row += layout.blockRows) {
    const cells = Array.from({ length: Math.ceil(inputs / layout.blockColumns) }, (_, cell) => cell);
    const kept = layout.isDense ? cells : draw(rng, cells, blocks);
    for (const cell of kept) fillCell(rng, weights, { ...shape, row, column: cell * layout.blockColumns });
  }
  const [input, output] = [0.05, 0.1].map((scale, zeroPoint) => ({ scale, zeroPoint: 7 * zeroPoint - 5 }));
  const depth = Math.min(inputs, layout.isDense ? inputs : blocks * layout.blockColumns);
  const spread = (64 * output!.scale) / (input!.scale * Math.sqrt(depth) * 74 * 74);
  const attributes = {
    activation: isClamped ? 'relu6' : 'none',
    weights: tensorData(weights, [outputs, inputs]),
    weightScales: Array.from(
      { length: outputs },
      (_, row) => spread * (0.5 + rng.next()) * (hasRowShifts && isSmall(row) ? SMALL : 1),
    ),
    bias: tensorData(
      Int32Array.from({ length: outputs }, (_, row) => biasOf(rng, hasRowShifts && isSmall(row))),
    ),
    sparsity: null,
  };
  const site: Site = {
    node: { name: 'layer', op: 'linear', inputs: ['input'], output: 'output', attributes },
    inputs: [{ name: 'input', shape: [1, tokens, inputs], quant: input! }],
    output: { name: 'output', shape: [1, tokens, outputs], quant: output! },
  };
  return { site, encoding: fitEncoding(OPS['linear']!.weights(site)!, layout) };
}

const biasOf = (rng: Rng, isLarge: boolean): number =>
  isLarge ? rng.below(2 ** 31) - 2 ** 30 : rng.below(20000) - 10000;

function draw(rng: Rng, cells: readonly number[], count: number): number[] {
  const left = [...cells];
  return Array.from(
    { length: Math.min(count, cells.length) },
    () => left.splice(rng.below(left.length), 1)[0]!,
  );
}

function fillCell(
  rng: Rng,
  weights: Int8Array,
  { inputs, outputs, layout, row, column }: PrunedLinear & { readonly row: number; readonly column: number },
): void {
  for (let r = row; r < Math.min(row + layout.blockRows, outputs); r++) {
    for (let c = column; c < Math.min(column + layout.blockColumns, inputs); c++) {
      weights[r * inputs + c] = rng.below(2) === 0 ? 1 + rng.below(127) : -1 - rng.below(127);
    }
  }
}
