/** @file Which encoding a layer's weights get: what the user asks for, else what is smaller and faster than dense. */
import { keptBlocksPerGroup, type BlockShape, type LayerSparsity } from '@tinyformer/core';
import {
  DENSE,
  type Encoding,
  type EncodingLayout,
  type LayoutOf,
  type Matrix,
  type MatrixShape,
} from './encoding.js';
import { encodedBytes, fitEncoding, supportsLayout } from './formats.js';

/** Layouts for zeros that follow no known pattern; pairs take no more bytes than CSR does for single weights. */
const UNSTRUCTURED: readonly EncodingLayout[] = [
  ...[2, 4, 8, 16].map((blockColumns): EncodingLayout => ({ kind: 'runlength', blockColumns })),
];

/** A stream of unbalanced rows is faster than dense weights for certain below this share of their bytes. */
const UNSTRUCTURED_SHARE = 0.5;

/**
 * The layout for zeros in blocks of this shape: rows in groups where kernels walk them, else row by row; null where none
 * does.
 */
function layoutOfPattern(
  shape: MatrixShape,
  { blockRows, blockColumns }: BlockShape,
): LayoutOf<'block' | 'balanced'> | null {
  const grouped = { kind: 'block', blockRows, blockColumns } as const;
  if (blockRows > 1 && supportsLayout(shape, grouped)) return grouped;
  const single = { kind: 'balanced', blockColumns } as const;
  return supportsLayout(shape, single) ? single : null;
}

/** The encoding of a matrix that is pruned by this pattern, before it has weights. */
export function encodingOfPattern(shape: MatrixShape, pattern: LayerSparsity): Encoding | null {
  const layout = layoutOfPattern(shape, pattern);
  const kept = keptBlocksPerGroup(shape.columns, pattern);
  if (layout === null) return null;
  return layout.kind === 'block' ? { ...layout, blocksPerGroup: kept } : { ...layout, blocksPerRow: kept };
}

/** Dense, or the candidate if it is smaller. */
export function chooseEncoding(matrix: MatrixShape, candidate: Encoding | null): Encoding {
  if (candidate === null) return DENSE;
  return encodedBytes(matrix, candidate) < encodedBytes(matrix, DENSE) ? candidate : DENSE;
}

/** The encoding of these weights, whose zeros are said to follow the given blocks (null: no pattern). */
export function chooseWeightEncoding(matrix: Matrix, sparsity: BlockShape | null): Encoding {
  if (sparsity === null) return chooseUnstructured(matrix);
  const layout = layoutOfPattern(matrix, sparsity);
  return chooseEncoding(matrix, layout === null ? null : fitEncoding(matrix, layout));
}

function chooseUnstructured(matrix: Matrix): Encoding {
  const limit = UNSTRUCTURED_SHARE * encodedBytes(matrix, DENSE);
  return UNSTRUCTURED.filter((layout) => supportsLayout(matrix, layout))
    .map((layout) => fitEncoding(matrix, layout))
    .filter((encoding) => encodedBytes(matrix, encoding) < limit)
    .reduce<Encoding>(
      (best, next) => (encodedBytes(matrix, next) < encodedBytes(matrix, best) ? next : best),
      DENSE,
    );
}
