/** @file A random layout of one kind for a weight matrix, and weights whose zeros more or less follow it. */
import type { Rng, TensorData } from '@tinyformer/core';
import type { Encoding, EncodingKind, EncodingLayout, Matrix } from '../encoding/encoding.js';
import { fitEncoding, supportsLayout } from '../encoding/formats.js';
import { DENSE } from '../encoding/encoding.js';

const WIDTHS = [2, 4, 8, 16];

const LAYOUTS: Readonly<Record<EncodingKind, readonly EncodingLayout[]>> = {
  dense: [DENSE],
  block: [1, 2, 4].flatMap((blockRows) =>
    WIDTHS.map((blockColumns): EncodingLayout => ({ kind: 'block', blockRows, blockColumns })),
  ),
  balanced: WIDTHS.map((blockColumns) => ({ kind: 'balanced', blockColumns })),
  runlength: WIDTHS.map((blockColumns) => ({ kind: 'runlength', blockColumns })),
  csr: [{ kind: 'csr' }],
};

/** Clears random blocks of the weights and gives their encoding; dense where no block of the kind fits. */
export function sparsify(
  rng: Rng,
  weights: TensorData,
  { rows, kind }: { readonly rows: number; readonly kind: EncodingKind },
): Encoding {
  if (kind === 'dense') return DENSE;
  const matrix: Matrix = { rows, columns: weights.data.length / rows, values: weights.data as Int8Array };
  const fitting = LAYOUTS[kind].filter((layout) => supportsLayout(matrix, layout));
  if (fitting.length === 0) return DENSE;
  const layout = rng.pick(fitting);
  clearBlocks(rng, matrix, { blockRows: 1, blockColumns: 1, ...layout });
  return fitEncoding(matrix, layout);
}

function clearBlocks(
  rng: Rng,
  { rows, columns, values }: Matrix,
  { blockRows, blockColumns }: { readonly blockRows: number; readonly blockColumns: number },
): void {
  const density = rng.pick([0, 0.1, 0.5, 1]);
  for (let row = 0; row < rows; row += blockRows) {
    for (let column = 0; column < columns; column += blockColumns) {
      if (rng.next() < density) continue;
      for (let r = row; r < Math.min(row + blockRows, rows); r++) {
        values.fill(0, r * columns + column, r * columns + Math.min(column + blockColumns, columns));
      }
    }
  }
}
