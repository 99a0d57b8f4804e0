/** @file A random layout of one kind for a weight matrix, and weights whose zeros more or less follow it. */
import type { Rng } from '@tinyformer/core';
import { DENSE, type Encoding, type EncodingKind, type Matrix } from '../encoding/encoding.js';
import { fitEncoding, supportsLayout } from '../encoding/formats.js';
import { LAYOUTS } from '../encoding/requested-encoding.js';

/** Clears random blocks of the matrix and gives its encoding; dense where no block of the kind fits. */
export function sparsify(rng: Rng, matrix: Matrix, kind: EncodingKind): Encoding {
  if (kind === 'dense') return DENSE;
  const fitting = LAYOUTS.filter((layout) => layout.kind === kind && supportsLayout(matrix, layout));
  if (fitting.length === 0) return DENSE;
  const layout = rng.pick(fitting);
  clearBlocks(rng, matrix, { blockRows: 1, blockColumns: kind === 'taps' ? 4 : 1, ...layout });
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
