/** @file Blocks of one row, the same number in every row: no row pointers, no end marks. */
import { InternalError } from '@tinyformer/core';
import type { BalancedEncoding, EncodingFormat, Matrix, MatrixShape } from './encoding.js';
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

const MAGIC = 'TR';

export const balancedFormat: EncodingFormat<'balanced'> = {
  describe: ({ blockColumns }) => `balanced 1x${blockColumns}`,
  supports: (shape, { blockColumns }) => supportsBlocks(shape, blockColumns),
  fit: (matrix, { blockColumns }) => {
    const counts = rowsOf(matrix).map((row) => cellsOf(matrix, { row, blockColumns }).length);
    return { kind: 'balanced', blockColumns, blocksPerRow: counts.reduce((a, b) => Math.max(a, b), 0) };
  },
  bytes: streamBytes,
  storedWeights: ({ rows, columns }, { blocksPerRow, blockColumns }) =>
    rows * Math.min(columns, blocksPerRow * blockColumns),
  encode,
  decode,
};

const rowsOf = ({ rows }: MatrixShape): number[] => Array.from({ length: rows }, (_, row) => row);

const valuesOffset = (blocks: number): number => align4(HEADER_BYTES + 2 * blocks);

function streamBytes({ rows }: MatrixShape, { blockColumns, blocksPerRow }: BalancedEncoding): number {
  const blocks = rows * blocksPerRow;
  return valuesOffset(blocks) + blocks * blockColumns;
}

interface Row {
  readonly row: number;
  readonly blockColumns: number;
}

/** First columns of the grid cells that hold a weight other than 0. */
function cellsOf({ columns, values }: Matrix, { row, blockColumns }: Row): number[] {
  const cells: number[] = [];
  for (let cell = 0; cell < columns; cell += blockColumns) {
    const end = Math.min(cell + blockColumns, columns);
    const weights = values.subarray(row * columns + cell, row * columns + end);
    if (weights.some((weight) => weight !== 0)) cells.push(cell);
  }
  return cells;
}

/** Adds unused cells in ascending order until the row has its blocks. */
function fillUp(kept: readonly number[], columns: number, encoding: BalancedEncoding): number[] {
  const cells = new Set(kept);
  const { blockColumns, blocksPerRow } = encoding;
  for (let cell = 0; cells.size < blocksPerRow && cell < columns; cell += blockColumns) cells.add(cell);
  if (cells.size !== blocksPerRow) {
    throw new InternalError(`a row of ${kept.length} blocks does not fit ${blocksPerRow}`);
  }
  return [...cells].sort((a, b) => a - b);
}

function encode(matrix: Matrix, encoding: BalancedEncoding): Int8Array {
  const { rows, columns } = matrix;
  const { blockColumns, blocksPerRow } = encoding;
  const header = { magic: MAGIC, blockColumns, count: blocksPerRow, rows, columns };
  const stream = createStream(streamBytes(matrix, encoding), header);
  const values = valuesOffset(rows * blocksPerRow);
  const last = readableColumns(columns) - blockColumns;
  for (const row of rowsOf(matrix)) {
    fillUp(cellsOf(matrix, { row, blockColumns }), columns, encoding).forEach((cell, index) => {
      const block = row * blocksPerRow + index;
      // An incomplete last cell is stored shifted back, with zeros where the cell before it lies.
      const first = Math.min(cell, last);
      stream.setUint16(HEADER_BYTES + 2 * block, first, true);
      writeRowBlock(stream, values + block * blockColumns, { matrix, row, first, from: cell, blockColumns });
    });
  }
  return bytesOf(stream);
}

function decode(bytes: Int8Array, shape: MatrixShape): Matrix {
  const opened = openRowBlocks(bytes, { magic: MAGIC, ...shape }, ({ count, ...header }) =>
    streamBytes(header, { kind: 'balanced', blockColumns: header.blockColumns, blocksPerRow: count }),
  );
  const { stream, matrix } = opened;
  const { rows, blockColumns, count: blocksPerRow } = opened.header;
  const values = valuesOffset(rows * blocksPerRow);
  for (const row of rowsOf(matrix)) {
    let previous = -1;
    for (let block = row * blocksPerRow; block < (row + 1) * blocksPerRow; block++) {
      const first = stream.getUint16(HEADER_BYTES + 2 * block, true);
      require(first > previous && first % 2 === 0, 'has columns out of order');
      readRowBlock(stream, values + block * blockColumns, { matrix, row, first, blockColumns });
      previous = first;
    }
  }
  return matrix;
}
