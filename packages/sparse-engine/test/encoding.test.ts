/** @file Block streams: FORMAT.md's worked examples byte by byte, and what is encoded comes back. */
import { describe, expect, it } from '@jest/globals';
import { DEFAULT_BLOCK, InternalError } from '@tinyformer/core';
import {
  chooseWeightEncoding,
  decodeBlocks,
  encodeBlocks,
  encodedBytes,
  type Matrix,
} from '@tinyformer/sparse-engine';
import { arbitraryBlock } from '@tinyformer/test-kit';
import fc from 'fast-check';
import { blockEncodingOf } from '../src/encoding/block.js';
import { isBlockSupported } from '../src/encoding/choose-encoding.js';

const matrix = (rows: number, values: readonly number[]): Matrix => ({
  rows,
  columns: values.length / rows,
  values: Int8Array.from(values),
});

const hex = (bytes: Int8Array): string => Buffer.from(bytes).toString('hex').replace(/../g, '$& ').trim();

const arbitraryMatrix: fc.Arbitrary<Matrix> = fc
  .record({ rows: fc.integer({ min: 1, max: 9 }), columns: fc.integer({ min: 1, max: 40 }) })
  .chain(({ rows, columns }) => {
    const weight = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: -127, max: 127 }));
    const values = fc.array(weight, { minLength: rows * columns, maxLength: rows * columns });
    return values.map((list) => ({ rows, columns, values: Int8Array.from(list) }));
  });

describe('a block stream', () => {
  it('has the bytes of the first worked example', () => {
    const weights = matrix(4, [
      ...[0, 0, 0, 0, 1, -2, 3, 4],
      ...[0, 0, 0, 0, 5, 0, -7, 8],
      ...[9, 10, 11, 12, 0, 0, 0, 0],
      ...[-1, -2, -3, -4, 0, 0, 0, 0],
    ]);
    const stream = encodeBlocks(weights, blockEncodingOf(weights, DEFAULT_BLOCK));
    expect(hex(stream)).toBe(
      '54 42 01 00 02 04 01 00 04 00 00 00 08 00 00 00 04 00 00 00 ' +
        '01 fe 03 04 05 00 f9 08 09 0a 0b 0c ff fe fd fc',
    );
  });

  it('has the bytes of the second: padding and an incomplete last cell', () => {
    const weights = matrix(1, [0, 0, 0, 0, 7, -8]);
    const stream = encodeBlocks(weights, blockEncodingOf(weights, { blockRows: 1, blockColumns: 4 }));
    expect(hex(stream)).toBe('54 42 01 00 01 04 01 00 01 00 00 00 06 00 00 00 02 00 00 00 00 00 07 f8');
  });

  it('holds any matrix exactly, in the foretold number of bytes', () => {
    fc.assert(
      fc.property(arbitraryMatrix, arbitraryBlock(), (weights, block) => {
        fc.pre(isBlockSupported(weights, block));
        const encoding = blockEncodingOf(weights, block);
        const stream = encodeBlocks(weights, encoding);
        expect(stream.length).toBe(encodedBytes(weights, encoding));
        expect(decodeBlocks(stream)).toEqual(weights);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it('is refused by the decoder when it is cut short or is none', () => {
    const weights = matrix(2, [1, 2, 3, 4, 5, 6, 7, 8]);
    const stream = encodeBlocks(weights, blockEncodingOf(weights, DEFAULT_BLOCK));
    expect(() => decodeBlocks(stream.slice(0, -1))).toThrow(InternalError);
    expect(() => decodeBlocks(new Int8Array(32))).toThrow(InternalError);
  });
});

describe('the choice of an encoding', () => {
  const half = matrix(
    8,
    Array.from({ length: 8 * 64 }, (_, index) => (index % 64 < 32 ? 1 : 0)),
  );

  it('takes blocks when they are smaller', () => {
    expect(chooseWeightEncoding(half, DEFAULT_BLOCK)).toMatchObject({ kind: 'block', blocksPerGroup: 8 });
  });

  it('stays dense without a pattern, with an unknown one, and when nothing is saved', () => {
    const full = matrix(8, new Array<number>(8 * 64).fill(1));
    expect(chooseWeightEncoding(half, null).kind).toBe('dense');
    expect(chooseWeightEncoding(half, { blockRows: 3, blockColumns: 4 }).kind).toBe('dense');
    expect(chooseWeightEncoding(full, DEFAULT_BLOCK).kind).toBe('dense');
  });
});
