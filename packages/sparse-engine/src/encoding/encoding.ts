/**
 * @file How the bytes of a weight matrix [rows, columns] are laid out. An encoding is described without its bytes, so that
 * sizes are known before weights exist; the formats are those of the C runtime's FORMAT.md.
 */
import type { BlockShape } from '@tinyformer/core';

export interface DenseEncoding {
  readonly kind: 'dense';
}

/** Row groups of `blockRows` rows share one pattern of `blocksPerGroup` blocks of `blockColumns` columns. */
export interface BlockEncoding extends BlockShape {
  readonly kind: 'block';
  readonly blocksPerGroup: number;
}

export type Encoding = DenseEncoding | BlockEncoding;
export type EncodingKind = Encoding['kind'];

export const DENSE: DenseEncoding = { kind: 'dense' };

export interface MatrixShape {
  readonly rows: number;
  readonly columns: number;
}

export const BLOCK_HEADER_BYTES = 16;

/** Exact size in bytes of a matrix in this encoding. */
export function encodedBytes({ rows, columns }: MatrixShape, encoding: Encoding): number {
  if (encoding.kind === 'dense') return rows * columns;
  const { blockRows, blockColumns, blocksPerGroup } = encoding;
  const blocks = Math.ceil(rows / blockRows) * blocksPerGroup;
  return blockValuesOffset(blocks) + blocks * blockRows * blockColumns;
}

/** Where the values begin in a block stream: behind header and u16 offsets, at a multiple of four. */
export function blockValuesOffset(blocks: number): number {
  return Math.ceil((BLOCK_HEADER_BYTES + 2 * blocks) / 4) * 4;
}

/** `dense`, `block 2x4` */
export function describeEncoding(encoding: Encoding): string {
  return encoding.kind === 'dense' ? 'dense' : `block ${encoding.blockRows}x${encoding.blockColumns}`;
}
