/** @file int8 values of real numbers, and back. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dequantizeValue, quantizeValue } from '../src/index.js';

describe('quantizeValue', () => {
  it('rounds halves away from zero and saturates', () => {
    const unit = { scale: 1, zeroPoint: 0 };
    expect([0.5, -0.5, 1.49, -1.5, 127.4, 128, 1e9, -128.4, -1e9].map((x) => quantizeValue(x, unit))).toEqual(
      [1, -1, 1, -2, 127, 127, 127, -128, -128],
    );
  });

  it('adds the zero point after rounding and never gives -0', () => {
    expect(quantizeValue(-0.25, { scale: 0.5, zeroPoint: 3 })).toBe(2);
    expect(Object.is(quantizeValue(-0.1, { scale: 1, zeroPoint: 0 }), 0)).toBe(true);
  });

  it('returns every int8 value that it gave', () => {
    const params = fc.record({
      scale: fc.double({ min: 1e-6, max: 1e3, noNaN: true }),
      zeroPoint: fc.integer({ min: -128, max: 127 }),
    });
    fc.assert(
      fc.property(params, fc.integer({ min: -128, max: 127 }), (quant, q) => {
        expect(quantizeValue(dequantizeValue(q, quant), quant)).toBe(q);
      }),
    );
  });

  it('is off by half a step at most where it does not saturate', () => {
    fc.assert(
      fc.property(fc.double({ min: -6, max: 6, noNaN: true }), (real) => {
        const quant = { scale: 0.05, zeroPoint: 4 };
        expect(Math.abs(dequantizeValue(quantizeValue(real, quant), quant) - real)).toBeLessThanOrEqual(
          0.025 + 1e-12,
        );
      }),
    );
  });
});
