/** @file Weight streams: FORMAT.md's worked examples byte by byte, what is encoded comes back, what is damaged does not. */
import { describe, expect, it } from '@jest/globals';
import { InternalError } from '@tinyformer/core';
import {
  decodeWeights,
  encodedBytes,
  encodeWeights,
  ENCODING_KINDS,
  fitEncoding,
  supportsLayout,
  LAYOUTS,
  type EncodingKind,
  type EncodingLayout,
  type Matrix,
} from '@tinyformer/sparse-engine';
import fc from 'fast-check';

const matrix = (rows: number, values: readonly number[]): Matrix => ({
  rows,
  columns: values.length / rows,
  values: Int8Array.from(values),
});

const hex = (bytes: Int8Array): string => Buffer.from(bytes).toString('hex').replace(/../g, '$& ').trim();
const streamOf = (weights: Matrix, layout: EncodingLayout): Int8Array =>
  encodeWeights(weights, fitEncoding(weights, layout));
const decoded = (stream: Int8Array, shape: Matrix, { kind }: EncodingLayout): Matrix =>
  decodeWeights(stream, { ...shape, kind });

/** The matrix as a linear layer of four tokens has it. */
function inLayer(weights: Matrix): Matrix {
  const { rows, columns } = weights;
  const quadsPerRun = Math.ceil(columns / 4);
  const tile = {
    bytes: 32 * quadsPerRun,
    quadPitch: 32,
    columnsPerRun: columns,
    quadsPerRun,
    runOffsets: [0],
  };
  const bias = Int32Array.from({ length: rows }, (_, row) => 1000 * row - 2500);
  const factors = Array.from({ length: rows }, (_, row) => ({ multiplier: 2 ** 30 + 512 * row, shift: 40 }));
  return { ...weights, panel: { tile, positions: 4, bias, factors, largestInput: 255 } };
}

/** The matrix as the layer has it that its kernels are for: of a linear layer, or the taps of a depthwise one. */
const ownedBy = (kind: EncodingKind, { rows, columns, values }: Matrix): Matrix =>
  kind === 'taps'
    ? { rows, columns, values, window: { fasterShare: 1 } }
    : inLayer({ rows, columns, values });

const layoutsOf = (kind: EncodingKind): readonly EncodingLayout[] =>
  LAYOUTS.filter((layout) => layout.kind === kind);

/** Some rows wider than the longest step of a run-length stream, most of them narrow. */
const columnCount = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 40 }) },
  fc.integer({ min: 500, max: 1600 }),
);
const arbitraryMatrix: fc.Arbitrary<Matrix> = fc
  .record({
    rows: fc.integer({ min: 1, max: 9 }),
    columns: columnCount,
    zeros: fc.constantFrom(0, 1, 3, 30, 1000),
  })
  .chain(({ rows, columns, zeros }) => {
    const weight = fc.oneof(
      { weight: zeros, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: -127, max: 127 }) },
    );
    const values = fc.array(weight, { minLength: rows * columns, maxLength: rows * columns });
    return values.map((list) => ({ rows, columns, values: Int8Array.from(list) }));
  });

describe.each(ENCODING_KINDS)('a stream of kind %s', (kind) => {
  const layout = fc.constantFrom(...layoutsOf(kind));

  it('holds any matrix exactly, in the foretold number of bytes', () => {
    fc.assert(
      fc.property(arbitraryMatrix, layout, (bare, chosen) => {
        const weights = ownedBy(kind, bare);
        fc.pre(supportsLayout(weights, chosen));
        const encoding = fitEncoding(weights, chosen);
        const stream = encodeWeights(weights, encoding);
        expect(stream.length).toBe(encodedBytes(weights, encoding));
        expect(decoded(stream, weights, chosen).values).toEqual(weights.values);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it('is refused by the decoder when it is cut short', () => {
    const weights = ownedBy(kind, matrix(2, [1, 2, 0, 4, 5, 6, 7, 8]));
    const chosen = layoutsOf(kind).find((each) => supportsLayout(weights, each))!;
    const stream = streamOf(weights, chosen);
    expect(() => decoded(stream.slice(0, -1), weights, chosen)).toThrow(InternalError);
  });
});

describe.each(ENCODING_KINDS.filter((kind) => kind !== 'dense'))('a damaged stream of kind %s', (kind) => {
  const weights = ownedBy(
    kind,
    matrix(
      3,
      Array.from({ length: 3 * 24 }, (_, index) => (index % 5 === 0 ? 1 + (index % 7) : 0)),
    ),
  );
  const chosen = layoutsOf(kind)[0]!;

  it('is refused, or is another matrix of the same size', () => {
    const stream = streamOf(weights, chosen);
    const damage = fc.record({ at: fc.nat(stream.length - 1), value: fc.integer({ min: -128, max: 127 }) });
    fc.assert(
      fc.property(damage, ({ at, value }) => {
        const damaged = stream.slice();
        damaged[at] = value;
        try {
          const { rows, columns, values } = decoded(damaged, weights, chosen);
          expect(values).toHaveLength(rows * columns);
        } catch (error) {
          expect(error).toBeInstanceOf(InternalError);
        }
      }),
      { numRuns: 500, seed: 2 },
    );
  });

  it('is none when it is all zeros', () => {
    expect(() => decoded(new Int8Array(64), weights, chosen)).toThrow(InternalError);
  });
});

describe('the worked examples of FORMAT.md', () => {
  const ragged = matrix(2, [0, 0, 0, 0, 0, 7, -8, 0, 0, 0, 0, 1, 0, 2]);

  it('balanced: an incomplete last cell that begins at an even column', () => {
    expect(hex(streamOf(ragged, { kind: 'balanced', blockColumns: 4 }))).toBe(
      '54 52 01 04 01 00 00 00 02 00 00 00 07 00 00 00 04 00 04 00 00 f8 07 00 01 02 00 00',
    );
  });

  it('runlength: blocks that begin where the weights do', () => {
    expect(hex(streamOf(ragged, { kind: 'runlength', blockColumns: 4 }))).toBe(
      '54 4c 01 04 02 00 00 00 02 00 00 00 07 00 00 00 01 00 01 00 02 02 00 00 00 f8 07 00 01 02 00 00',
    );
  });

  it('taps: a last group that lies over the one before', () => {
    const taps = matrix(9, [
      ...[1, 2, 3, 4, 5, 6],
      ...new Array<number>(18).fill(0),
      ...[0, 0, -1, 0, 0, 0],
      ...new Array<number>(18).fill(0),
      ...[0, 0, 0, 0, 7, 0],
    ]);
    expect(hex(streamOf({ ...taps, window: { fasterShare: 1 } }, { kind: 'taps' }))).toBe(
      '54 44 01 04 05 00 00 00 09 00 00 00 06 00 00 00 11 00 11 01 01 02 03 04 00 00 ff 00 03 04 05 06 ff 00 00 00 00 00 07 00',
    );
  });

  it('csr: every weight with its column', () => {
    expect(hex(streamOf(ragged, { kind: 'csr' }))).toBe(
      '54 43 01 01 04 00 00 00 02 00 00 00 07 00 00 00 00 00 00 00 02 00 00 00 04 00 00 00 05 00 06 00 04 00 06 00 07 f8 01 02',
    );
  });
});

describe('a taps stream', () => {
  const bare = matrix(2, [1, 2, 3, 4, 5, 0, 0, 0, 0, 9]);
  const taps: Matrix = { ...bare, window: { fasterShare: 1 } };

  it('is refused where two groups contradict each other in the channels that both hold', () => {
    const stream = streamOf(taps, { kind: 'taps' });
    expect(decoded(stream, taps, { kind: 'taps' }).values).toEqual(taps.values);
    stream[stream.length - 8]! += 1;
    expect(() => decoded(stream, taps, { kind: 'taps' })).toThrow(/two things of one channel/);
  });

  it('is for depthwise weights of four channels and more', () => {
    expect(supportsLayout(taps, { kind: 'taps' })).toBe(true);
    expect(supportsLayout(bare, { kind: 'taps' })).toBe(false);
    expect(supportsLayout({ ...taps, columns: 3 }, { kind: 'taps' })).toBe(false);
    expect(supportsLayout({ ...taps, rows: 256 }, { kind: 'taps' })).toBe(false);
    expect(supportsLayout(taps, { kind: 'csr' })).toBe(false);
  });
});
