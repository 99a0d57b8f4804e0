/** @file Requantisation against its definition in 64-bit (BigInt) arithmetic, over the full ranges. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  fixedPointFactor,
  MAX_SHIFT,
  MIN_SHIFT,
  requantize,
  TinyFormerError,
  type FixedPointFactor,
} from '../src/index.js';

const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;

const accumulators = fc.oneof(
  fc.integer({ min: INT32_MIN, max: INT32_MAX }),
  fc.integer({ min: -300, max: 300 }),
  fc.constantFrom(INT32_MIN, INT32_MIN + 1, INT32_MAX - 1, INT32_MAX),
);
const factors: fc.Arbitrary<FixedPointFactor> = fc.record({
  multiplier: fc.oneof(
    fc.integer({ min: 2 ** 30, max: INT32_MAX }),
    fc.constantFrom(2 ** 30, 2 ** 30 + 1, INT32_MAX),
  ),
  shift: fc.integer({ min: MIN_SHIFT, max: MAX_SHIFT }),
});

/** docs/quantization.md: (acc*m + 2^(s-1)) >> s, arithmetic shift. */
function singleByDefinition(acc: number, { multiplier, shift }: FixedPointFactor): bigint {
  const s = BigInt(shift);
  return (BigInt(acc) * BigInt(multiplier) + (1n << (s - 1n))) >> s;
}

/** gemmlowp's two steps, each written as its documentation says. */
function doubleByDefinition(acc: number, { multiplier, shift }: FixedPointFactor): bigint {
  const left = BigInt(Math.max(0, 31 - shift));
  const right = BigInt(Math.max(0, shift - 31));
  const saturate = (x: bigint): bigint =>
    x > BigInt(INT32_MAX) ? BigInt(INT32_MAX) : x < BigInt(INT32_MIN) ? BigInt(INT32_MIN) : x;
  const product = saturate(BigInt(acc) << left) * BigInt(multiplier);
  const nudge = product >= 0n ? 1n << 30n : 1n - (1n << 30n);
  const high = (product + nudge) / (1n << 31n);
  const half = right === 0n ? 0n : 1n << (right - 1n);
  const magnitude = high < 0n ? -high : high;
  const rounded = (magnitude + half) >> right; // nearest, halves away from zero
  return high < 0n ? -rounded : rounded;
}

describe('requantize', () => {
  it('equals (acc*m + 2^(s-1)) >> s for every accumulator and factor', () => {
    fc.assert(
      fc.property(
        accumulators,
        factors,
        (acc, factor) => BigInt(requantize(acc, factor)) === singleByDefinition(acc, factor),
      ),
      { numRuns: 10_000 },
    );
  });

  it('equals gemmlowp with double rounding', () => {
    fc.assert(
      fc.property(
        accumulators,
        factors,
        (acc, factor) => BigInt(requantize(acc, factor, 'double')) === doubleByDefinition(acc, factor),
      ),
      { numRuns: 10_000 },
    );
  });

  it('rounds halves up with one rounding, away from zero and twice with two', () => {
    const half = { multiplier: 2 ** 30, shift: 31 };
    const quarter = { multiplier: 2 ** 30, shift: 32 };
    expect([3, 1, -1, -3].map((acc) => requantize(acc, half))).toEqual([2, 1, 0, -1]);
    expect([5, 2, -2, -5].map((acc) => requantize(acc, quarter))).toEqual([1, 1, 0, -1]);
    // 5/4: 2.5 becomes 3, then 1.5 becomes 2.
    expect([5, 2, -2, -5].map((acc) => requantize(acc, quarter, 'double'))).toEqual([2, 1, -1, -1]);
  });

  // acc * m / 2^31, then / 2^(s - 31); s < 31: acc * 2^(31 - s) first. Columns: acc, m, s, single, double.
  it.each<[number, number, number, number, number]>([
    [7, 2 ** 30, 31, 4, 4], // 3.5; upwards
    [-7, 2 ** 30, 31, -3, -3], // -3.5; upwards by both: the high multiply rounds halves up
    [-7, 2 ** 30, 32, -2, -2], // -1.75; double: -3.5 -> -3, then -1.5 -> -2
    [-5, 2 ** 30, 32, -1, -1], // -1.25; double: -2.5 -> -2, then -1
    [-6, 2 ** 30, 32, -1, -2], // -1.5; double: -3, then away from zero
    [6, 2 ** 30, 32, 2, 2], // 1.5
    [9, 2 ** 30, 33, 1, 1], // 1.125; double: 4.5 -> 5, then 1.25
    [11, 2 ** 30, 33, 1, 2], // 1.375; double: 5.5 -> 6, then 1.5 -> 2
    [-11, 2 ** 30, 33, -1, -1], // -1.375; double: -5.5 -> -5, then -1.25
    [1000, 1431655765, 33, 167, 167], // 1000 / 6 less 2^-32 of it: 166.67
    [2 ** 31 - 1, 2 ** 31 - 1, 31, 2 ** 31 - 2, 2 ** 31 - 2], // 2^31 - 2 + 2^-31
    [-(2 ** 31), 2 ** 31 - 1, 31, -(2 ** 31) + 1, -(2 ** 31) + 1],
    [3, 2 ** 30, 29, 6, 6], // factor 2
    [-3, 1610612736, 30, -4, -4], // -4.5, upwards
    [2 ** 20, 2 ** 30, 19, 2 ** 31, 2 ** 30], // double: 2^32 saturates at 2^31 - 1 first, half of which rounds to 2^30
  ])('gives acc = %i, m = %i, s = %i as %i, by double rounding %i', (acc, multiplier, shift, one, two) => {
    expect(requantize(acc, { multiplier, shift })).toBe(one);
    expect(requantize(acc, { multiplier, shift }, 'double')).toBe(two);
  });

  it('gives 0, and never -0, for a factor too small to matter', () => {
    for (const acc of [INT32_MIN, -1, 0, 1, INT32_MAX]) {
      expect(requantize(acc, fixedPointFactor(2 ** -40))).toBe(0);
      expect(requantize(acc, fixedPointFactor(2 ** -40), 'double')).toBe(0);
    }
  });

  it('never gives -0', () => {
    fc.assert(
      fc.property(
        accumulators,
        factors,
        fc.constantFrom('single' as const, 'double' as const),
        (acc, factor, r) => expect(Object.is(requantize(acc, factor, r), -0)).toBe(false),
      ),
    );
  });
});

describe('fixedPointFactor', () => {
  it('is within half a unit of the multiplier, 2^-31 relative', () => {
    const real = fc.double({ min: 2 ** -32, max: 2 ** 14 - 2 ** -16, noNaN: true });
    fc.assert(
      fc.property(real, (factor) => {
        const { multiplier, shift } = fixedPointFactor(factor);
        expect(Math.abs((multiplier * 2 ** -shift) / factor - 1)).toBeLessThanOrEqual(2 ** -31);
        expect(multiplier).toBeGreaterThanOrEqual(2 ** 30);
        expect(multiplier).toBeLessThan(2 ** 31);
        expect(shift).toBeGreaterThanOrEqual(MIN_SHIFT);
        expect(shift).toBeLessThanOrEqual(MAX_SHIFT);
      }),
      { numRuns: 2_000 },
    );
  });

  // TFLite's QuantizeMultiplier gives the same multiplier and 31 - shift.
  it.each([
    [0.25, 1073741824, 32],
    [0.5 - 5e-9, 2147483627, 32],
    [0.5 - 1e-10, 1073741824, 31],
    [0.5, 1073741824, 31],
    [0.75, 1610612736, 31],
    [1 - 1e-9, 2147483646, 31],
    [1 + 1e-9, 1073741825, 30],
    [1.25, 1342177280, 30],
    [1.75, 1879048192, 30],
    [2, 1073741824, 29],
  ])('is that of TensorFlow Lite for %p', (factor, multiplier, shift) => {
    expect(fixedPointFactor(factor)).toEqual({ multiplier, shift });
  });

  it('represents powers of two exactly', () => {
    for (let exponent = -32; exponent < 14; exponent++) {
      const { multiplier, shift } = fixedPointFactor(2 ** exponent);
      expect(multiplier * 2 ** -shift).toBe(2 ** exponent);
    }
  });

  it('carries into the next power of two when rounding up', () => {
    expect(fixedPointFactor(1 - 2 ** -40)).toEqual(fixedPointFactor(1));
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 14, 2 ** 14 - 2 ** -20])(
    'refuses %p',
    (factor) => {
      expect(() => fixedPointFactor(factor)).toThrow(TinyFormerError);
      expect(() => fixedPointFactor(factor)).toThrow(/^E_QUANTIZATION/);
    },
  );
});
