/**
 * @file Blockwise run-length coding: a row has as many blocks of one row as it needs, and a byte before each says how far
 * it lies behind the one before. After TinyFormer (arXiv 2311.01759), whose blocks are coded by the run of zeros between.
 */
import type { EncodingFormat, Matrix, MatrixShape, RunLengthEncoding } from './encoding.js';
import { openRowBlocks, readRowBlock, writeRowBlock } from './row-block.js';
import {
  align4,
  bytesOf,
  createStream,
  HEADER_BYTES,
  readableColumns,
  require,
  supportsBlocks,
} from './stream.js';

const MAGIC = 'TL';
/** Columns from one block's first column to the next's, at most: a byte counts pairs. */
const MAX_STEP = 2 * 255;

export const runLengthFormat: EncodingFormat<'runlength'> = {
  describe: ({ blockColumns }) => `runlength 1x${blockColumns}`,
  supports: (shape, { blockColumns }) => supportsBlocks(shape, blockColumns),
  fit: (matrix, { blockColumns }) => ({
    kind: 'runlength',
    blockColumns,
    blocks: coverRows(matrix, blockColumns).reduce((sum, row) => sum + row.length, 0),
  }),
  bytes: streamBytes,
  storedWeights: (_, { blocks, blockColumns }) => blocks * blockColumns,
  encode,
  decode,
};

const stepsOffset = (rows: number): number => HEADER_BYTES + 2 * rows;
const valuesOffset = (rows: number, blocks: number): number => align4(stepsOffset(rows) + blocks);

function streamBytes({ rows }: MatrixShape, { blockColumns, blocks }: RunLengthEncoding): number {
  return valuesOffset(rows, blocks) + blocks * blockColumns;
}

interface Placed {
  readonly first: number;
  /** First column whose weights this block holds; none for a filler. */
  readonly from: number;
}

const coverRows = (matrix: Matrix, blockColumns: number): Placed[][] =>
  Array.from({ length: matrix.rows }, (_, row) => coverRow(matrix, { row, blockColumns }));

/**
 * The fewest blocks that hold a row: each begins at the first weight that none holds yet, off any grid. Runs that a byte
 * cannot count are broken by blocks of zeros.
 */
function coverRow(
  { columns, values }: Matrix,
  { row, blockColumns }: { readonly row: number; readonly blockColumns: number },
): Placed[] {
  const blocks: Placed[] = [];
  const last = readableColumns(columns) - blockColumns;
  let position = 0;
  for (let column = 0; column < columns; column++) {
    if (values[row * columns + column] === 0) continue;
    const first = Math.min(column - (column % 2), last);
    while (first - position > MAX_STEP) {
      position += MAX_STEP;
      blocks.push({ first: position, from: columns });
    }
    blocks.push({ first, from: column });
    position = first;
    column = first + blockColumns - 1;
  }
  return blocks;
}

function encode(matrix: Matrix, encoding: RunLengthEncoding): Int8Array {
  const { rows, columns } = matrix;
  const { blockColumns, blocks } = encoding;
  const header = { magic: MAGIC, blockColumns, count: blocks, rows, columns };
  const stream = createStream(streamBytes(matrix, encoding), header);
  let block = 0;
  coverRows(matrix, blockColumns).forEach((placed, row) => {
    stream.setUint16(HEADER_BYTES + 2 * row, placed.length, true);
    let position = 0;
    for (const { first, from } of placed) {
      stream.setUint8(stepsOffset(rows) + block, (first - position) / 2);
      const at = valuesOffset(rows, blocks) + block * blockColumns;
      writeRowBlock(stream, at, { matrix, row, first, from, blockColumns });
      position = first;
      block++;
    }
  });
  return bytesOf(stream);
}

function decode(bytes: Int8Array, shape: MatrixShape): Matrix {
  const opened = openRowBlocks(bytes, { magic: MAGIC, ...shape }, ({ count, ...header }) =>
    streamBytes(header, { kind: 'runlength', blockColumns: header.blockColumns, blocks: count }),
  );
  const { stream, matrix } = opened;
  const { rows, blockColumns, count: blocks } = opened.header;
  let block = 0;
  for (let row = 0; row < rows; row++) {
    const end = block + stream.getUint16(HEADER_BYTES + 2 * row, true);
    require(end <= blocks, 'counts more blocks than it has');
    for (let first = 0, isFirst = true; block < end; block++, isFirst = false) {
      const step = stream.getUint8(stepsOffset(rows) + block);
      require(isFirst || step > 0, 'has two blocks in one place');
      first += 2 * step;
      const at = valuesOffset(rows, blocks) + block * blockColumns;
      readRowBlock(stream, at, { matrix, row, first, blockColumns });
    }
  }
  require(block === blocks, 'has blocks that no row counts');
  return matrix;
}
