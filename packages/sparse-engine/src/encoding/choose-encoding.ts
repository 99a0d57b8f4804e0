/** @file Which encoding a layer's weights get: what the user asks for, else what is smaller and faster than dense. */
import { keptBlocksPerGroup, type BlockShape, type LayerSparsity } from '@tinyformer/core';
import {
  DENSE,
  type Encoding,
  type EncodingLayout,
  type LayoutOf,
  type Matrix,
  type MatrixShape,
  type WindowContext,
} from './encoding.js';
import { encodedBytes, fitEncoding, storedWeights, supportsLayout } from './formats.js';

/** Layouts for zeros that follow no known pattern; pairs take no more bytes than CSR does for single weights. */
const UNSTRUCTURED: readonly EncodingLayout[] = [
  ...[2, 4, 8, 16].map((blockColumns): EncodingLayout => ({ kind: 'runlength', blockColumns })),
];

/** A stream of unbalanced rows is faster than dense weights for certain below this share of their bytes. */
const UNSTRUCTURED_SHARE = 0.5;

const TAPS = { kind: 'taps' } as const satisfies EncodingLayout;

/**
 * The layout for zeros in blocks of this shape: rows in groups where kernels walk them, else row by row; null where none
 * does.
 */
function layoutOfPattern(
  shape: MatrixShape,
  { blockRows, blockColumns }: BlockShape,
): LayoutOf<'panel' | 'balanced'> | null {
  const panel = { kind: 'panel', blockRows, blockColumns, isDense: false } as const;
  if (supportsLayout(shape, panel)) return panel;
  const single = { kind: 'balanced', blockColumns } as const;
  return supportsLayout(shape, single) ? single : null;
}

/** The encoding of a matrix that is pruned by this pattern, before it has weights. */
export function encodingOfPattern(shape: MatrixShape, pattern: LayerSparsity): Encoding | null {
  const layout = layoutOfPattern(shape, pattern);
  const kept = keptBlocksPerGroup(shape.columns, pattern);
  if (layout === null) return null;
  if (layout.kind === 'balanced') return { ...layout, blocksPerRow: kept };
  return { ...layout, blocksPerGroup: kept, isFused: true, hasRowShifts: false };
}

/** All weights: packed for the panel kernels where they read them, else as they are. */
function denseLayout({ panel }: MatrixShape): LayoutOf<'panel' | 'dense'> {
  if (panel === undefined) return DENSE;
  return { kind: 'panel', blockRows: panel.positions < 4 ? 4 : 2, blockColumns: 4, isDense: true };
}

/** The dense encoding of a matrix that has no weights yet, the proofs of its panels taken for granted. */
function denseOutline(shape: MatrixShape): Encoding {
  const layout = denseLayout(shape);
  if (layout.kind === 'dense') return layout;
  const { runOffsets, quadsPerRun } = shape.panel!.tile;
  return { ...layout, blocksPerGroup: runOffsets.length * quadsPerRun, isFused: true, hasRowShifts: false };
}

const smaller = (shape: MatrixShape, a: Encoding, b: Encoding): Encoding =>
  encodedBytes(shape, b) < encodedBytes(shape, a) ? b : a;

/** Dense, or the candidate if it is smaller; for a matrix that has no weights yet. */
export function chooseEncoding(matrix: MatrixShape, candidate: Encoding | null): Encoding {
  const dense = denseOutline(matrix);
  return candidate === null ? dense : smaller(matrix, dense, candidate);
}

/** The encoding of these weights, whose zeros are said to follow the given blocks (null: no pattern). */
export function chooseWeightEncoding(matrix: Matrix, sparsity: BlockShape | null): Encoding {
  if (matrix.window !== undefined) return chooseTaps(matrix, matrix.window);
  if (sparsity === null) return chooseUnstructured(matrix);
  const dense = fitEncoding(matrix, denseLayout(matrix));
  const layout = layoutOfPattern(matrix, sparsity);
  return layout === null ? dense : smaller(matrix, dense, fitEncoding(matrix, layout));
}

function chooseTaps(matrix: Matrix, { fasterShare }: WindowContext): Encoding {
  if (!supportsLayout(matrix, TAPS)) return DENSE;
  const taps = fitEncoding(matrix, TAPS);
  const isFaster = storedWeights(matrix, taps) <= fasterShare * matrix.rows * matrix.columns;
  return isFaster ? smaller(matrix, DENSE, taps) : DENSE;
}

function chooseUnstructured(matrix: Matrix): Encoding {
  const dense = fitEncoding(matrix, denseLayout(matrix));
  const limit = UNSTRUCTURED_SHARE * matrix.rows * matrix.columns;
  return UNSTRUCTURED.filter((layout) => supportsLayout(matrix, layout))
    .map((layout) => fitEncoding(matrix, layout))
    .filter((encoding) => encodedBytes(matrix, encoding) < limit)
    .reduce<Encoding>((best, next) => smaller(matrix, best, next), dense);
}
