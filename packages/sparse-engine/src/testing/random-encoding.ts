/** @file A random layout of one kind for a weight matrix, and weights whose zeros more or less follow it. */
import type { Rng } from '@tinyformer/core';
import type { Encoding, EncodingKind, EncodingLayout, Matrix } from '../encoding/encoding.js';
import { fitEncoding, supportsLayout } from '../encoding/formats.js';
import { DENSE } from '../encoding/encoding.js';

const WIDTHS = [2, 4, 8, 16];

const LAYOUTS: Readonly<Record<EncodingKind, readonly EncodingLayout[]>> = {
  dense: [DENSE],
  block: [1, 2, 4].flatMap((blockRows) =>
    WIDTHS.map((blockColumns): EncodingLayout => ({ kind: 'block', blockRows, blockColumns })),
  ),
  panel: [
    { kind: 'panel', blockRows: 2, blockColumns: 4, isDense: true },
    { kind: 'panel', blockRows: 4, blockColumns: 4, isDense: true },
    ...[[2, 4] as const, [4, 4] as const, [2, 8] as const].map(
      ([blockRows, blockColumns]): EncodingLayout => ({
        kind: 'panel',
        blockRows,
        blockColumns,
        isDense: false,
      }),
    ),
  ],
  balanced: WIDTHS.map((blockColumns) => ({ kind: 'balanced', blockColumns })),
  runlength: WIDTHS.map((blockColumns) => ({ kind: 'runlength', blockColumns })),
  csr: [{ kind: 'csr' }],
};

/** Clears random blocks of the matrix and gives its encoding; dense where no block of the kind fits. */
export function sparsify(rng: Rng, matrix: Matrix, kind: EncodingKind): Encoding {
  if (kind === 'dense') return DENSE;
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
