/** @file What the panel encoder proves: that short forms of the arithmetic give what the long ones define, to the last bit. */
import { describe, expect, it } from '@jest/globals';
import { createRng, fixedPointFactor, requantize, type FixedPointFactor, type Rng } from '@tinyformer/core';
import fc from 'fast-check';
import { fusesRows, layerShift } from '../src/encoding/panel-proofs.js';
import { channelRescaling } from '../src/ops/arithmetic.js';

const node = { name: 'layer', op: 'linear', inputs: ['x'], output: 'y', attributes: {} };
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

/** Factors of a layer whose channels' scales differ by up to `spread`. */
function factorsOf(rng: Rng, spread: number): number[] {
  const middle = 2 ** (-10 - 4 * rng.next());
  return Array.from({ length: 64 }, () => middle * spread ** (rng.next() - 0.5));
}

/** SMMLA and a saturating shift, as the kernels have them. */
function shortForm(acc: number, { multiplier, shift }: FixedPointFactor, zeroPoint: number): number {
  const term = 2 ** (shift - 33) + zeroPoint * 2 ** (shift - 32);
  const high = Number((BigInt(acc) * BigInt(multiplier)) >> 32n);
  expect(Math.abs(high + term)).toBeLessThan(2 ** 31);
  return (high + term) >> (shift - 32);
}

describe('one shift a layer', () => {
  it('rescales every sum as the definition does', () => {
    const multiplier = fc.integer({ min: 0, max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(
        ...[int32, multiplier, fc.integer({ min: 33, max: 54 }), fc.integer({ min: -128, max: 127 })],
        (acc, m, shift, zeroPoint) => {
          const factor = { multiplier: m!, shift: shift! };
          const expected = zeroPoint! + requantize(acc!, factor, 'single');
          expect(shortForm(acc!, factor, zeroPoint!)).toBe(expected);
        },
      ),
      { numRuns: 2000, seed: 1 },
    );
  });

  it('is found for every layer whose factors the engine rounds', () => {
    const rng = createRng(5);
    for (let layer = 0; layer < 200; layer++) {
      const factors = channelRescaling({ node }, factorsOf(rng, 2 ** (12 * rng.next())));
      expect(layerShift(factors)).not.toBeNull();
    }
  });

  it('is found for hardly any layer with 31-bit multipliers of their own', () => {
    const rng = createRng(6);
    const layers = Array.from({ length: 200 }, () => factorsOf(rng, 16).map(fixedPointFactor));
    expect(layers.filter((factors) => layerShift(factors) !== null)).toHaveLength(0);
  });

  it('keeps the factors to within 2^-16 of themselves, and to 2^-30 where channels are alike', () => {
    const rng = createRng(7);
    for (const spread of [2, 2 ** 12]) {
      const factors = factorsOf(rng, spread);
      channelRescaling({ node }, factors).forEach(({ multiplier, shift }, channel) => {
        const error = Math.abs((multiplier * 2 ** -shift) / factors[channel]! - 1);
        expect(error).toBeLessThanOrEqual(2 ** -31 * spread * 2);
      });
    }
  });
});

describe('rows that are summed in pairs', () => {
  it('are found again from 256 * second + first modulo 2^32', () => {
    const second = fc.integer({ min: -(2 ** 23), max: 2 ** 23 - 1 });
    fc.assert(
      fc.property(int32, second, (first, own) => {
        const fused = (Math.imul(256, own) + first) | 0;
        expect((fused - first) >> 8).toBe(own);
      }),
      { numRuns: 1000, seed: 2 },
    );
  });

  it('are refused as soon as a second sum could leave 24 bits', () => {
    const columns = 259;
    const values = new Int8Array(2 * columns).fill(127);
    const context = (bias: number) => ({
      ...{ bias: Int32Array.of(0, bias), largestInput: 255, positions: 4, factors: [] },
      tile: { bytes: 0, quadPitch: 32, columnsPerRun: columns, quadsPerRun: 65, runOffsets: [0] },
    });
    const room = 2 ** 23 - 1 - columns * 127 * 255;
    expect(fusesRows({ rows: 2, columns, values }, context(room))).toBe(true);
    expect(fusesRows({ rows: 2, columns, values }, context(-room))).toBe(true);
    expect(fusesRows({ rows: 2, columns, values }, context(room + 1))).toBe(false);
  });
});
