/**
 * @file Depthwise weights [taps of the window, channels] whose zeros four neighbouring channels share: a bit a tap says
 * whether their four weights are stored. Four channels are the word of pixels that a kernel loads.
 */
import type { EncodingFormat, Matrix, MatrixShape, TapsEncoding } from './encoding.js';
import { align4, bytesOf, createStream, HEADER_BYTES, openStream, require } from './stream.js';

const MAGIC = 'TD';
/** Channels that share a mask. */
const GROUP = 4;
/** So that the sum of a channel's taps fits 16 bits. */
const MAX_TAPS = 255;

export const tapsFormat: EncodingFormat<'taps'> = {
  describe: () => 'taps',
  supports,
  fit: (matrix) => ({ kind: 'taps', blocks: keptTaps(matrix).reduce((sum, { length }) => sum + length, 0) }),
  bytes: streamBytes,
  storedWeights: ({ rows, columns }, { blocks }) => Math.min(rows * columns, blocks * GROUP),
  encode,
  decode,
};

function supports({ window, rows, columns }: MatrixShape): boolean {
  return window !== undefined && columns >= GROUP && rows <= MAX_TAPS;
}

const maskBytes = (rows: number): number => Math.ceil(rows / 8);
const groupCount = (columns: number): number => Math.ceil(columns / GROUP);
const valuesOffset = ({ rows, columns }: MatrixShape): number =>
  align4(HEADER_BYTES + groupCount(columns) * maskBytes(rows));

function streamBytes(shape: MatrixShape, { blocks }: TapsEncoding): number {
  return valuesOffset(shape) + blocks * GROUP;
}

/** First channel of each group; a last one that would reach over the edge lies over channels of the one before. */
const firstChannels = (columns: number): number[] =>
  Array.from({ length: groupCount(columns) }, (_, group) => Math.min(group * GROUP, columns - GROUP));

const weightsAt = ({ columns, values }: Matrix, tap: number, channel: number): Int8Array =>
  values.subarray(tap * columns + channel, tap * columns + channel + GROUP);

/** The taps of each group with a weight other than 0. */
function keptTaps(matrix: Matrix): number[][] {
  const taps = Array.from({ length: matrix.rows }, (_, tap) => tap);
  return firstChannels(matrix.columns).map((channel) =>
    taps.filter((tap) => weightsAt(matrix, tap, channel).some((weight) => weight !== 0)),
  );
}

function encode(matrix: Matrix, encoding: TapsEncoding): Int8Array {
  const { rows, columns } = matrix;
  const header = { magic: MAGIC, blockColumns: GROUP, count: encoding.blocks, rows, columns };
  const bytes = bytesOf(createStream(streamBytes(matrix, encoding), header));
  const channels = firstChannels(columns);
  let value = valuesOffset(matrix);
  keptTaps(matrix).forEach((taps, group) => {
    for (const tap of taps) {
      bytes[HEADER_BYTES + group * maskBytes(rows) + (tap >> 3)]! |= 1 << (tap & 7);
      bytes.set(weightsAt(matrix, tap, channels[group]!), value);
      value += GROUP;
    }
  });
  return bytes;
}

function decode(bytes: Int8Array, shape: MatrixShape): Matrix {
  const { stream, header } = openStream(bytes, { magic: MAGIC, ...shape });
  const { rows, columns, count: blocks } = header;
  require(header.blockColumns === GROUP &&
    supports({ ...shape, rows, columns }), 'has groups that do not fit');
  require(bytes.length === streamBytes(header, { kind: 'taps', blocks }), 'contradicts its length');
  const masks = masksOf(stream, header);
  require(masks.flat().length === blocks, 'has other blocks than its header says');
  const matrix: Matrix = { ...shape, rows, columns, values: new Int8Array(rows * columns) };
  const channels = firstChannels(columns);
  let value = valuesOffset(header);
  masks.forEach((taps, group) => {
    const overlap = group * GROUP - channels[group]!;
    const kept = new Set(taps);
    for (let tap = 0; tap < rows; tap++) {
      const place = weightsAt(matrix, tap, channels[group]!);
      const weights = kept.has(tap) ? bytes.subarray(value, value + GROUP) : new Int8Array(GROUP);
      const isSame = place.subarray(0, overlap).every((weight, index) => weight === weights[index]);
      require(isSame, 'says two things of one channel');
      place.set(weights);
      value += kept.has(tap) ? GROUP : 0;
    }
  });
  return matrix;
}

/** The kept taps of each group. */
function masksOf(stream: DataView, { rows, columns }: MatrixShape): number[][] {
  const bits = Array.from({ length: 8 * maskBytes(rows) }, (_, bit) => bit);
  return firstChannels(columns).map((_, group) => {
    const at = HEADER_BYTES + group * maskBytes(rows);
    const kept = bits.filter((bit) => (stream.getUint8(at + (bit >> 3)) >> (bit & 7)) & 1);
    require(kept.every((tap) => tap < rows), 'keeps taps outside of the window');
    return kept;
  });
}
