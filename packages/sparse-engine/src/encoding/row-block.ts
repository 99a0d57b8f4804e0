/** @file One block of one row in a stream: its weights in the order in which kernels widen them. */
import type { Matrix, MatrixShape } from './encoding.js';
import {
  openStream,
  readableColumns,
  require,
  storedPlace,
  supportsBlocks,
  type StreamHeader,
} from './stream.js';

export interface RowBlock {
  readonly matrix: Matrix;
  readonly row: number;
  /** First column of the block, even. */
  readonly first: number;
  readonly blockColumns: number;
}

/** Stores the weights from column `from` on; before it and behind the last column there are zeros. */
export function writeRowBlock(
  stream: DataView,
  at: number,
  { matrix, row, first, from, blockColumns }: RowBlock & { readonly from: number },
): void {
  const { columns, values } = matrix;
  for (let k = 0; k < blockColumns; k++) {
    const column = first + k;
    const isStored = column >= from && column < columns;
    if (isStored) stream.setInt8(at + storedPlace(k, blockColumns), values[row * columns + column]!);
  }
}

/** A stream of as many bytes as `bytesOf` says, and the matrix to read into. @throws InternalError when it is none. */
export function openRowBlocks(
  bytes: Int8Array,
  { magic, ...shape }: MatrixShape & { readonly magic: string },
  bytesOf: (header: StreamHeader) => number,
): { readonly stream: DataView; readonly header: StreamHeader; readonly matrix: Matrix } {
  const { stream, header } = openStream(bytes, { magic, ...shape });
  const { rows, columns, blockColumns } = header;
  require(supportsBlocks(header, blockColumns), 'has blocks that do not fit');
  require(bytes.length === bytesOf(header), 'contradicts its length');
  return { stream, header, matrix: { rows, columns, values: new Int8Array(rows * columns) } };
}

/** Adds the block to the matrix. @throws InternalError when it reaches over the edge. */
export function readRowBlock(
  stream: DataView,
  at: number,
  { matrix, row, first, blockColumns }: RowBlock,
): void {
  const { columns, values } = matrix;
  require(first + blockColumns <= readableColumns(columns), `has a block behind column ${columns}`);
  for (let k = 0; k < blockColumns; k++) {
    const weight = stream.getInt8(at + storedPlace(k, blockColumns));
    if (first + k < columns) values[row * columns + first + k]! += weight;
    else require(weight === 0, 'has a weight in a column that does not exist');
  }
}
