/**
 * @file Block magnitude masks. Every group of `blockRows` rows keeps the same number of blocks, those with the largest sum of
 * squares (equal sums: the block further left), so that every row group of a layer does the same work on the device.
 */
import {
  InternalError,
  keptBlocksPerGroup,
  type BlockShape,
  type LayerSparsity,
  type TypedArray,
} from '@tinyformer/core';

/** The matrix that a mask covers; for a KxK convolution the columns are K*K*I with the input channels innermost. */
export interface MatrixShape {
  readonly rows: number;
  readonly columns: number;
}

/**
 * The mask of the blocks to keep: 1 where a weight stays, 0 where it goes; [rows, columns], row-major.
 * `columns` is a multiple of `blockColumns`; a last row group may have fewer rows.
 */
export function blockMask(weights: Float32Array, options: MatrixShape & LayerSparsity): Uint8Array {
  const { rows, columns, blockRows, blockColumns } = options;
  if (weights.length !== rows * columns || columns % blockColumns !== 0) {
    throw new InternalError(
      `${weights.length} weights as ${rows} x ${columns} in blocks of ${blockColumns} columns`,
    );
  }
  const kept = keptBlocksPerGroup(columns, options);
  const mask = new Uint8Array(rows * columns);
  for (let firstRow = 0; firstRow < rows; firstRow += blockRows) {
    const endRow = Math.min(rows, firstRow + blockRows);
    const energies = blockEnergies(weights.subarray(firstRow * columns, endRow * columns), {
      columns,
      blockColumns,
    });
    for (const block of largest(energies, kept)) {
      for (let row = firstRow; row < endRow; row++) {
        const start = row * columns + block * blockColumns;
        mask.fill(1, start, start + blockColumns);
      }
    }
  }
  return mask;
}

/** Sum of squares of every block of one row group. */
function blockEnergies(
  group: Float32Array,
  { columns, blockColumns }: Pick<BlockShape, 'blockColumns'> & { readonly columns: number },
): Float64Array {
  const energies = new Float64Array(columns / blockColumns);
  group.forEach((weight, index) => {
    energies[Math.floor((index % columns) / blockColumns)]! += weight * weight;
  });
  return energies;
}

function largest(energies: Float64Array, count: number): number[] {
  return [...energies.keys()].sort((a, b) => energies[b]! - energies[a]! || a - b).slice(0, count);
}

/** The weights with every masked one exactly +0. */
export function applyMask(weights: Float32Array, mask: Uint8Array): Float32Array {
  return weights.map((weight, index) => (mask[index] === 1 ? weight : 0));
}

/** The share of non-zero elements. */
export function nonZeroShare(weights: TypedArray): number {
  let nonZero = 0;
  for (const weight of weights) if (weight !== 0) nonZero++;
  return nonZero / weights.length;
}
