/** @file The smallest encoding of a weight matrix wins; dense where block streams cannot hold it or gain nothing. */
import type { BlockShape } from '@tinyformer/core';
import { blockEncodingOf, encodeBlocks, type Matrix } from './block.js';
import { DENSE, encodedBytes, type BlockEncoding, type Encoding, type MatrixShape } from './encoding.js';

/** What the C kernels walk: see FORMAT.md. */
const BLOCK_ROWS = [1, 2, 4];
const BLOCK_COLUMNS = [2, 4, 8, 16];
const MAX_COLUMNS = 65535;

export function isBlockSupported({ columns }: MatrixShape, { blockRows, blockColumns }: BlockShape): boolean {
  const known = BLOCK_ROWS.includes(blockRows) && BLOCK_COLUMNS.includes(blockColumns);
  return known && columns >= blockColumns && columns <= MAX_COLUMNS;
}

/** Dense, or this block encoding if it is allowed and smaller. */
export function chooseEncoding(matrix: MatrixShape, candidate: BlockEncoding | null): Encoding {
  if (candidate === null || !isBlockSupported(matrix, candidate)) return DENSE;
  return encodedBytes(matrix, candidate) < encodedBytes(matrix, DENSE) ? candidate : DENSE;
}

/** The encoding of these weights, whose zeros are said to follow the given blocks (null: no pattern). */
export function chooseWeightEncoding(matrix: Matrix, sparsity: BlockShape | null): Encoding {
  if (sparsity === null || !isBlockSupported(matrix, sparsity)) return DENSE;
  return chooseEncoding(matrix, blockEncodingOf(matrix, sparsity));
}

export function encodeWeights(matrix: Matrix, encoding: Encoding): Int8Array {
  return encoding.kind === 'dense' ? matrix.values : encodeBlocks(matrix, encoding);
}
