/**
 * @file What the streams of single-row encodings share: a header of 16 bytes, and blocks that begin at even columns, because
 * kernels read activations in pairs.
 */
import { InternalError } from '@tinyformer/core';
import type { MatrixShape } from './encoding.js';

export const HEADER_BYTES = 16;
const VERSION = 1;

/** What the C kernels walk: see FORMAT.md. */
const BLOCK_COLUMNS = [2, 4, 8, 16];
const MAX_COLUMNS = 65535;

export interface StreamHeader extends MatrixShape {
  /** Two characters. */
  readonly magic: string;
  /** 1 where there are no blocks. */
  readonly blockColumns: number;
  /** Blocks or weights, as the format says. */
  readonly count: number;
}

export const align4 = (bytes: number): number => Math.ceil(bytes / 4) * 4;

/** Columns that a kernel may read: up to one more than there are. */
export const readableColumns = (columns: number): number => columns + (columns % 2);

export function supportsBlocks(shape: MatrixShape, blockColumns: number): boolean {
  const { columns } = shape;
  return (
    BLOCK_COLUMNS.includes(blockColumns) && readableColumns(columns) >= blockColumns && supportsColumns(shape)
  );
}

export const supportsColumns = ({ columns, window }: MatrixShape): boolean =>
  columns <= MAX_COLUMNS && window === undefined;

/** A stream of zeros with its header. */
export function createStream(bytes: number, header: StreamHeader): DataView {
  const stream = new DataView(new ArrayBuffer(bytes));
  [...header.magic].forEach((character, at) => stream.setUint8(at, character.charCodeAt(0)));
  stream.setUint8(2, VERSION);
  stream.setUint8(3, header.blockColumns);
  stream.setUint32(4, header.count, true);
  stream.setUint32(8, header.rows, true);
  stream.setUint32(12, header.columns, true);
  return stream;
}

export const bytesOf = (stream: DataView): Int8Array =>
  new Int8Array(stream.buffer, stream.byteOffset, stream.byteLength);

/** @throws InternalError unless it begins with a header of this magic for a matrix of this shape. */
export function openStream(
  bytes: Int8Array,
  { magic, rows, columns }: MatrixShape & { readonly magic: string },
): { readonly stream: DataView; readonly header: StreamHeader } {
  const stream = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  require(bytes.length >= HEADER_BYTES, 'is shorter than its header');
  const found = String.fromCharCode(stream.getUint8(0), stream.getUint8(1));
  require(found === magic && stream.getUint8(2) === VERSION, `is not "${magic}" of version ${VERSION}`);
  const header: StreamHeader = {
    magic,
    blockColumns: stream.getUint8(3),
    count: stream.getUint32(4, true),
    rows: stream.getUint32(8, true),
    columns: stream.getUint32(12, true),
  };
  require(header.rows === rows && header.columns === columns, `is not one of ${rows} x ${columns} weights`);
  return { stream, header };
}

/** @throws InternalError that says what the stream is or does. */
export function require(condition: boolean, fault: string): asserts condition {
  if (!condition) throw new InternalError(`the weight stream ${fault}`);
}

/** Place k of a block's stored weights: the order in which one SXTB16 and one rotated by 8 widen pairs of columns. */
export function storedPlace(k: number, blockColumns: number): number {
  return blockColumns === 2 ? k : (k & ~3) | [0, 2, 1, 3][k & 3]!;
}
