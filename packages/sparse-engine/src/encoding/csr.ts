/** @file Compressed sparse rows, weight by weight: for zeros that follow no pattern. */
import type { CsrEncoding, EncodingFormat, Matrix, MatrixShape } from './encoding.js';
import { bytesOf, createStream, HEADER_BYTES, openStream, require, supportsColumns } from './stream.js';

const MAGIC = 'TC';

export const csrFormat: EncodingFormat<'csr'> = {
  describe: () => 'csr',
  supports: supportsColumns,
  fit: ({ values }) => ({
    kind: 'csr',
    nonZeros: values.reduce((sum, value) => sum + (value === 0 ? 0 : 1), 0),
  }),
  bytes: streamBytes,
  storedWeights: (_, { nonZeros }) => nonZeros,
  encode,
  decode,
};

const columnsOffset = (rows: number): number => HEADER_BYTES + 4 * (rows + 1);
const valuesOffset = (rows: number, nonZeros: number): number => columnsOffset(rows) + 2 * nonZeros;

function streamBytes({ rows }: MatrixShape, { nonZeros }: CsrEncoding): number {
  return valuesOffset(rows, nonZeros) + nonZeros;
}

function encode(matrix: Matrix, encoding: CsrEncoding): Int8Array {
  const { rows, columns, values } = matrix;
  const { nonZeros } = encoding;
  const header = { magic: MAGIC, blockColumns: 1, count: nonZeros, rows, columns };
  const stream = createStream(streamBytes(matrix, encoding), header);
  let index = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const weight = values[row * columns + column]!;
      if (weight === 0) continue;
      stream.setUint16(columnsOffset(rows) + 2 * index, column, true);
      stream.setInt8(valuesOffset(rows, nonZeros) + index, weight);
      index++;
    }
    stream.setUint32(HEADER_BYTES + 4 * (row + 1), index, true);
  }
  return bytesOf(stream);
}

function decode(bytes: Int8Array, shape: MatrixShape): Matrix {
  const { stream, header } = openStream(bytes, { magic: MAGIC, ...shape });
  const { rows, columns, count: nonZeros } = header;
  require(header.blockColumns === 1, 'has blocks');
  require(bytes.length === streamBytes(header, { kind: 'csr', nonZeros }), 'contradicts its length');
  const start = (row: number): number => stream.getUint32(HEADER_BYTES + 4 * row, true);
  require(start(0) === 0 && start(rows) === nonZeros, 'has row starts that do not fit');
  const matrix: Matrix = { rows, columns, values: new Int8Array(rows * columns) };
  for (let row = 0; row < rows; row++) {
    require(start(row) <= start(row + 1), 'has row starts that descend');
    let previous = -1;
    for (let index = start(row); index < start(row + 1); index++) {
      const column = stream.getUint16(columnsOffset(rows) + 2 * index, true);
      require(column > previous && column < columns, 'has columns out of order');
      matrix.values[row * columns + column] = stream.getInt8(valuesOffset(rows, nonZeros) + index);
      previous = column;
    }
  }
  return matrix;
}
