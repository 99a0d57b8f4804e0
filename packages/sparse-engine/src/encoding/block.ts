/**
 * @file The block stream of FORMAT.md: row-balanced blocks, written and read. The decoder trusts nothing, because it is
 * what the encoder is checked against.
 */
import { InternalError, type BlockShape } from '@tinyformer/core';
import type { BlockEncoding, EncodingFormat, Matrix, MatrixShape } from './encoding.js';

const MAGIC = 0x4254;
const VERSION = 1;
const HEADER_BYTES = 16;

/** What the C kernels walk: see FORMAT.md. */
const BLOCK_ROWS = [1, 2, 4];
const BLOCK_COLUMNS = [2, 4, 8, 16];
const MAX_COLUMNS = 65535;

export const blockFormat: EncodingFormat<'block'> = {
  describe: ({ blockRows, blockColumns }) => `block ${blockRows}x${blockColumns}`,
  supports: ({ columns }, { blockRows, blockColumns }) =>
    BLOCK_ROWS.includes(blockRows) &&
    BLOCK_COLUMNS.includes(blockColumns) &&
    columns >= blockColumns &&
    columns <= MAX_COLUMNS,
  fit: blockEncodingOf,
  bytes: streamBytes,
  storedWeights: ({ rows, columns }, { blocksPerGroup, blockColumns }) =>
    rows * Math.min(columns, blocksPerGroup * blockColumns),
  encode: encodeBlocks,
  decode: decodeBlocks,
};

function streamBytes({ rows }: MatrixShape, encoding: BlockEncoding): number {
  const { blockRows, blockColumns, blocksPerGroup } = encoding;
  const blocks = Math.ceil(rows / blockRows) * blocksPerGroup;
  return valuesOffset(blocks) + blocks * blockRows * blockColumns;
}

/** Where the values begin: behind header and u16 offsets, at a multiple of four. */
function valuesOffset(blocks: number): number {
  return Math.ceil((HEADER_BYTES + 2 * blocks) / 4) * 4;
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
function blockEncodingOf(matrix: Matrix, block: BlockShape): BlockEncoding {
  const { blockRows, blockColumns } = block;
  const blocksPerGroup = findBlocks(matrix, block).reduce((most, kept) => Math.max(most, kept.length), 0);
  return { kind: 'block', blockRows, blockColumns, blocksPerGroup };
}

/** The stream of a matrix; groups with fewer blocks are filled up with blocks of zeros. */
function encodeBlocks(matrix: Matrix, encoding: BlockEncoding): Int8Array {
  const { rows, columns } = matrix;
  const { blockRows, blockColumns, blocksPerGroup } = encoding;
  const groups = findBlocks(matrix, encoding).map((kept) => fillUp(kept, { columns, encoding }));
  const bytes = new Int8Array(streamBytes(matrix, encoding));
  const out = new DataView(bytes.buffer);
  out.setUint16(0, MAGIC, true);
  out.setUint8(2, VERSION);
  out.setUint8(4, blockRows);
  out.setUint8(5, blockColumns);
  out.setUint16(6, blocksPerGroup, true);
  out.setUint32(8, rows, true);
  out.setUint32(12, columns, true);
  let at = valuesOffset(groups.length * blocksPerGroup);
  groups.forEach((cells, group) => {
    cells.forEach((cell, index) => {
      const first = Math.min(cell, columns - blockColumns);
      out.setUint16(HEADER_BYTES + 2 * (group * blocksPerGroup + index), first, true);
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

function decodeBlocks(stream: Int8Array, { rows, columns }: MatrixShape): Matrix {
  if (stream.length < HEADER_BYTES) throw new InternalError('a block stream is shorter than its header');
  const input = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  const magicHolds = input.getUint16(0, true) === MAGIC && input.getUint8(2) === VERSION;
  if (!magicHolds || input.getUint8(3) !== 0) throw new InternalError('this is no block stream of version 1');
  const encoding: BlockEncoding = {
    kind: 'block',
    blockRows: input.getUint8(4),
    blockColumns: input.getUint8(5),
    blocksPerGroup: input.getUint16(6, true),
  };
  const isOfShape = input.getUint32(8, true) === rows && input.getUint32(12, true) === columns;
  if (!isOfShape || stream.length !== streamBytes({ rows, columns }, encoding)) {
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
  const first = input.getUint16(HEADER_BYTES + 2 * block, true);
  if (first + blockColumns > columns) throw new InternalError(`block ${block} ends behind column ${columns}`);
  const firstRow = Math.floor(block / blocksPerGroup) * blockRows;
  const at = valuesOffset(blocks) + block * blockRows * blockColumns;
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
