/**
 * @file The block stream of FORMAT.md: row-balanced blocks, written and read. The decoder trusts nothing, because it is
 * what the encoder is checked against.
 */
import { InternalError, type BlockShape } from '@tinyformer/core';
import {
  BLOCK_HEADER_BYTES,
  blockValuesOffset,
  encodedBytes,
  type BlockEncoding,
  type MatrixShape,
} from './encoding.js';

const MAGIC = 0x4254;
const VERSION = 1;

export interface Matrix extends MatrixShape {
  /** Row-major [rows, columns]. */
  readonly values: Int8Array;
}

/** First columns of the blocks that hold a non-zero weight, one ascending list a row group. */
function findBlocks(matrix: Matrix, { blockRows, blockColumns }: BlockShape): number[][] {
  const { rows, columns, values } = matrix;
  const groups: number[][] = [];
  for (let firstRow = 0; firstRow < rows; firstRow += blockRows) {
    const lastRow = Math.min(firstRow + blockRows, rows);
    const kept: number[] = [];
    for (let column = 0; column < columns; column += blockColumns) {
      const end = Math.min(column + blockColumns, columns);
      const isKept = rangeOf(firstRow, lastRow).some((row) =>
        values.subarray(row * columns + column, row * columns + end).some((weight) => weight !== 0),
      );
      if (isKept) kept.push(column);
    }
    groups.push(kept);
  }
  return groups;
}

/** The block encoding that holds this matrix: every group stores as many blocks as the fullest one needs. */
export function blockEncodingOf(matrix: Matrix, block: BlockShape): BlockEncoding {
  const { blockRows, blockColumns } = block;
  const blocksPerGroup = findBlocks(matrix, block).reduce((most, kept) => Math.max(most, kept.length), 0);
  return { kind: 'block', blockRows, blockColumns, blocksPerGroup };
}

/** The stream of a matrix; groups with fewer blocks are filled up with blocks of zeros. */
export function encodeBlocks(matrix: Matrix, encoding: BlockEncoding): Int8Array {
  const { rows, columns } = matrix;
  const { blockRows, blockColumns, blocksPerGroup } = encoding;
  const groups = findBlocks(matrix, encoding).map((kept) => fillUp(kept, { columns, encoding }));
  const bytes = new Int8Array(encodedBytes(matrix, encoding));
  const out = new DataView(bytes.buffer);
  out.setUint16(0, MAGIC, true);
  out.setUint8(2, VERSION);
  out.setUint8(4, blockRows);
  out.setUint8(5, blockColumns);
  out.setUint16(6, blocksPerGroup, true);
  out.setUint32(8, rows, true);
  out.setUint32(12, columns, true);
  let at = blockValuesOffset(groups.length * blocksPerGroup);
  groups.forEach((cells, group) => {
    cells.forEach((cell, index) => {
      const first = Math.min(cell, columns - blockColumns);
      out.setUint16(BLOCK_HEADER_BYTES + 2 * (group * blocksPerGroup + index), first, true);
      copyBlock(matrix, { bytes, at, firstRow: group * blockRows, cell, first, encoding });
      at += blockRows * blockColumns;
    });
  });
  return bytes;
}

interface BlockPlace {
  readonly bytes: Int8Array;
  readonly at: number;
  readonly firstRow: number;
  /** First column of the grid cell, whose weights these are. */
  readonly cell: number;
  /** First column that the block stores; before `cell` only in an incomplete last cell. */
  readonly first: number;
  readonly encoding: BlockEncoding;
}

function copyBlock({ rows, columns, values }: Matrix, place: BlockPlace): void {
  const { bytes, at, firstRow, cell, first, encoding } = place;
  const { blockRows, blockColumns } = encoding;
  for (let r = 0; r < blockRows && firstRow + r < rows; r++) {
    for (let column = cell; column < first + blockColumns; column++) {
      bytes[at + r * blockColumns + column - first] = values[(firstRow + r) * columns + column]!;
    }
  }
}

/** Adds unused grid cells, in ascending order, until the group has its blocks. */
function fillUp(
  kept: readonly number[],
  { columns, encoding }: { readonly columns: number; readonly encoding: BlockEncoding },
): number[] {
  const cells = new Set(kept);
  for (let cell = 0; cells.size < encoding.blocksPerGroup && cell < columns; cell += encoding.blockColumns) {
    cells.add(cell);
  }
  if (cells.size !== encoding.blocksPerGroup) {
    throw new InternalError(`a group of ${kept.length} blocks does not fit ${encoding.blocksPerGroup}`);
  }
  return [...cells].sort((a, b) => a - b);
}

/** The matrix that a stream holds. @throws InternalError when the stream contradicts itself. */
export function decodeBlocks(stream: Int8Array): Matrix {
  const input = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  const magicHolds = input.getUint16(0, true) === MAGIC && input.getUint8(2) === VERSION;
  if (!magicHolds || input.getUint8(3) !== 0) throw new InternalError('this is no block stream of version 1');
  const encoding: BlockEncoding = {
    kind: 'block',
    blockRows: input.getUint8(4),
    blockColumns: input.getUint8(5),
    blocksPerGroup: input.getUint16(6, true),
  };
  const rows = input.getUint32(8, true);
  const columns = input.getUint32(12, true);
  if (stream.length !== encodedBytes({ rows, columns }, encoding)) {
    throw new InternalError(`a block stream of ${stream.length} bytes contradicts its header`);
  }
  const matrix: Matrix = { rows, columns, values: new Int8Array(rows * columns) };
  const blocks = Math.ceil(rows / encoding.blockRows) * encoding.blocksPerGroup;
  for (let block = 0; block < blocks; block++) addBlock(matrix, { input, block, blocks, encoding });
  return matrix;
}

interface StoredBlock {
  readonly input: DataView;
  readonly block: number;
  readonly blocks: number;
  readonly encoding: BlockEncoding;
}

function addBlock({ rows, columns, values }: Matrix, { input, block, blocks, encoding }: StoredBlock): void {
  const { blockRows, blockColumns, blocksPerGroup } = encoding;
  const first = input.getUint16(BLOCK_HEADER_BYTES + 2 * block, true);
  if (first + blockColumns > columns) throw new InternalError(`block ${block} ends behind column ${columns}`);
  const firstRow = Math.floor(block / blocksPerGroup) * blockRows;
  const at = blockValuesOffset(blocks) + block * blockRows * blockColumns;
  for (let i = 0; i < blockRows * blockColumns; i++) {
    const row = firstRow + Math.floor(i / blockColumns);
    const weight = input.getInt8(at + i);
    if (row < rows) values[row * columns + first + (i % blockColumns)]! += weight;
    else if (weight !== 0)
      throw new InternalError(`block ${block} has a weight in a row that does not exist`);
  }
}

function rangeOf(first: number, end: number): number[] {
  return Array.from({ length: end - first }, (_, index) => first + index);
}
