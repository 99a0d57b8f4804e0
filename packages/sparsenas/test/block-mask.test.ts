import { describe, expect, it } from '@jest/globals';
import { keptBlocksPerGroup } from '@tinyformer/core';
import fc from 'fast-check';
import { applyMask, blockMask, nonZeroShare } from '../src/prune/block-mask.js';

const matrices = fc
  .record({
    rows: fc.integer({ min: 1, max: 9 }),
    blocks: fc.integer({ min: 1, max: 6 }),
    blockRows: fc.constantFrom(1, 2, 4),
    blockColumns: fc.constantFrom(2, 4),
    density: fc.double({ min: 0.01, max: 1, noNaN: true }),
  })
  .chain((shape) => {
    const columns = shape.blocks * shape.blockColumns;
    const size = shape.rows * columns;
    return fc.record({
      options: fc.constant({ ...shape, columns }),
      weights: fc
        .array(fc.float({ min: -4, max: 4, noNaN: true }), { minLength: size, maxLength: size })
        .map((values) => Float32Array.from(values)),
    });
  });

describe('a block mask', () => {
  it('keeps the strongest 2 x 4 block of two in every pair of rows', () => {
    // prettier-ignore
    const weights = Float32Array.of(
      1, 0, 0, 0,   0, 0, 0, 2,
      1, 0, 0, 0,   0, 0, 0, 0,
      3, 0, 0, 0,   0, 2, 0, 0,
      0, 0, 0, 0,   0, 0, 2, 0,
    );
    const mask = blockMask(weights, { rows: 4, columns: 8, blockRows: 2, blockColumns: 4, density: 0.5 });
    // prettier-ignore
    expect([...mask]).toEqual([
      0, 0, 0, 0,   1, 1, 1, 1, // 1 + 1 against 4
      0, 0, 0, 0,   1, 1, 1, 1,
      1, 1, 1, 1,   0, 0, 0, 0, // 9 against 4 + 4
      1, 1, 1, 1,   0, 0, 0, 0,
    ]);
  });

  it('prefers the block further left where two are equally strong', () => {
    const weights = Float32Array.of(1, 1, -1, 1, 1, -1);
    const mask = blockMask(weights, { rows: 1, columns: 6, blockRows: 1, blockColumns: 2, density: 1 / 3 });
    expect([...mask]).toEqual([1, 1, 0, 0, 0, 0]);
  });

  it('keeps the same number of whole blocks in every row group', () => {
    fc.assert(
      fc.property(matrices, ({ options, weights }) => {
        const mask = blockMask(weights, options);
        const kept = keptBlocksPerGroup(options.columns, options) * options.blockColumns;
        for (let row = 0; row < options.rows; row++) {
          const ones = mask.subarray(row * options.columns, (row + 1) * options.columns);
          expect(ones.reduce((sum, bit) => sum + bit, 0)).toBe(kept);
          const leader = row - (row % options.blockRows);
          expect(ones).toEqual(mask.subarray(leader * options.columns, (leader + 1) * options.columns));
        }
      }),
    );
  });

  it('never drops a block that is stronger than one it keeps in the same row group', () => {
    fc.assert(
      fc.property(matrices, ({ options, weights }) => {
        const { rows, columns, blocks, blockRows, blockColumns } = options;
        const mask = blockMask(weights, options);
        for (let first = 0; first < rows; first += blockRows) {
          const energies = Array.from({ length: blocks }, (_, block) => {
            let energy = 0;
            for (let row = first; row < Math.min(rows, first + blockRows); row++) {
              for (let c = 0; c < blockColumns; c++)
                energy += weights[row * columns + block * blockColumns + c]! ** 2;
            }
            return { energy, kept: mask[first * columns + block * blockColumns] === 1 };
          });
          const weakestKept = Math.min(...energies.filter(({ kept }) => kept).map(({ energy }) => energy));
          const strongestDropped = Math.max(
            0,
            ...energies.filter(({ kept }) => !kept).map(({ energy }) => energy),
          );
          expect(strongestDropped).toBeLessThanOrEqual(weakestKept);
        }
      }),
    );
  });

  it('leaves exactly zero where it is zero and the weight itself elsewhere', () => {
    const masked = applyMask(Float32Array.of(1, -2, -3, 4), Uint8Array.of(1, 0, 1, 0));
    expect([...masked]).toEqual([1, 0, -3, 0]);
    expect(masked.some((value) => Object.is(value, -0))).toBe(false);
    expect(nonZeroShare(masked)).toBe(0.5);
  });
});
