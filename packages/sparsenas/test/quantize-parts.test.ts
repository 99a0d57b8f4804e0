import { describe, expect, it } from '@jest/globals';
import { dequantizeValue, quantizeValue } from '@tinyformer/core';
import fc from 'fast-check';
import { chooseRange, rangeQuant } from '../src/quantize/choose-scales.js';
import { foldNorm } from '../src/quantize/fold-norm.js';
import { EMPTY_HISTOGRAM, observe, percentileRange } from '../src/quantize/histogram.js';
import { inputQuant, quantizeImages } from '../src/quantize/input-quant.js';
import { quantizeNorm, quantizeWeights } from '../src/quantize/quantize-weights.js';

/** Two float32 roundings of values of magnitude about 10. */
const FLOAT32_TOLERANCE = 1e-5;

const reals = fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 1, maxLength: 200 });

describe('the scale of an activation', () => {
  it('represents zero exactly and every observed value within a step', () => {
    fc.assert(
      fc.property(reals, (values) => {
        const quant = rangeQuant({ min: Math.min(...values), max: Math.max(...values) });
        expect(dequantizeValue(quant.zeroPoint, quant)).toBe(0);
        for (const value of values) {
          const error = Math.abs(dequantizeValue(quantizeValue(value, quant), quant) - value);
          // the zero point is rounded too, which moves the ends of the range by up to half a step
          expect(error).toBeLessThanOrEqual(quant.scale * 1.0001);
        }
      }),
    );
  });

  it('is usable for a tensor that is always zero', () => {
    expect(rangeQuant({ min: 0, max: 0 }).scale).toBeGreaterThan(0);
  });

  it('is finer when a lonely outlier is clipped', () => {
    const values = Float32Array.from({ length: 1_000_000 }, (_, i) => Math.sin(i));
    const histogram = observe(observe(EMPTY_HISTOGRAM, values), Float32Array.of(8));
    expect(chooseRange(histogram, { rule: 'extremes' }).max).toBe(8);
    const clipped = chooseRange(histogram, { rule: 'least-error' });
    expect(clipped.max).toBeGreaterThan(0.9);
    expect(clipped.max).toBeLessThan(4);
    expect(chooseRange(histogram, { rule: 'percentile', tail: 0.001 }).max).toBeLessThan(1.01);
  });
});

describe('a histogram of a tensor', () => {
  it('does not depend on how the values were batched', () => {
    fc.assert(
      fc.property(reals, fc.nat(), (values, cut) => {
        const all = Float32Array.from(values);
        const at = cut % (all.length + 1);
        const whole = observe(EMPTY_HISTOGRAM, all);
        const parts = observe(observe(EMPTY_HISTOGRAM, all.subarray(0, at)), all.subarray(at));
        expect(parts).toEqual(whole);
        expect(whole.counts.reduce((sum, count) => sum + count, 0)).toBe(all.length);
      }),
      { numRuns: 25 }, // each compares 4096 bins twice
    );
  });

  it('knows the extremes exactly', () => {
    const histogram = observe(EMPTY_HISTOGRAM, Float32Array.of(-3, 0.5, 7));
    expect(percentileRange(histogram, 0)).toEqual({ min: -3, max: 7 });
  });
});

describe('folding BatchNorm', () => {
  it('gives the same outputs as normalising after the product', () => {
    const weights = Float32Array.of(1, -2, 0.5, 3);
    const norm = {
      gamma: Float32Array.of(2, -1),
      beta: Float32Array.of(0.25, 1),
      mean: Float32Array.of(0.5, -3),
      variance: Float32Array.of(4, 0.01),
      epsilon: 1e-5,
    };
    const folded = foldNorm(weights, norm, (index) => index >> 1);
    const x = [0.75, -1.5];
    for (const channel of [0, 1]) {
      const product = weights[2 * channel]! * x[0]! + weights[2 * channel + 1]! * x[1]!;
      const scale = norm.gamma[channel]! / Math.sqrt(norm.variance[channel]! + norm.epsilon);
      const expected = scale * (product - norm.mean[channel]!) + norm.beta[channel]!;
      const actual =
        folded.weights[2 * channel]! * x[0]! +
        folded.weights[2 * channel + 1]! * x[1]! +
        folded.bias[channel]!;
      expect(Math.abs(actual - expected)).toBeLessThan(FLOAT32_TOLERANCE * Math.max(1, Math.abs(expected)));
    }
  });
});

describe('integer weights', () => {
  it('are within half a step of the real ones, use the whole range and keep zeros', () => {
    const weights = Float32Array.of(0.5, 0, -0.25, 0, 3, 1);
    const result = quantizeWeights(
      { weights, bias: Float32Array.of(0.1, -2), shape: [2, 3], channelOf: (index) => Math.floor(index / 3) },
      0.02,
    );
    expect(result.weightScales).toEqual([0.5 / 127, 3 / 127]);
    expect([...result.weights.data]).toEqual([127, 0, -64, 0, 127, 42]);
    expect([...result.bias.data]).toEqual([
      Math.round(0.1 / (0.02 * (0.5 / 127))),
      -Math.round(2 / (0.02 * (3 / 127))),
    ]);
  });

  it('coarsen the scale of a channel whose bias would not fit 32 bits', () => {
    const { bias, weightScales } = quantizeWeights(
      { weights: Float32Array.of(1e-9), bias: Float32Array.of(5), shape: [1, 1], channelOf: () => 0 },
      0.01,
    );
    expect(bias.data[0]).toBe(2 ** 30);
    expect(bias.data[0]! * 0.01 * weightScales[0]!).toBeCloseTo(5, 6);
  });

  it('hold LayerNorm in 15 and 31 bits', () => {
    const { gamma, gammaScale, beta } = quantizeNorm(Float32Array.of(1, -0.5), Float32Array.of(0.25, -2));
    expect([...gamma.data]).toEqual([16383, -8192]);
    expect(gammaScale).toBe(1 / 16383);
    expect([...beta.data]).toEqual([0.25 * 1024 * 16383, -2 * 1024 * 16383]);
  });
});

describe('integer images', () => {
  it('are pixel - 128 and mean what the float network reads', () => {
    const normalisation = { pixelScale: 1 / 128, pixelOffset: 128 };
    const quant = inputQuant(normalisation);
    const images = Uint8Array.of(0, 1, 127, 128, 255);
    const integers = quantizeImages({ images });
    expect([...integers]).toEqual([-128, -127, -1, 0, 127]);
    integers.forEach((value, index) => {
      expect(dequantizeValue(value, quant)).toBe((images[index]! - 128) / 128);
    });
  });

  it('refuse an offset that no zero point can express', () => {
    expect(() => inputQuant({ pixelScale: 1 / 127.5, pixelOffset: 127.5 })).toThrow(/E_QUANTIZATION/);
  });
});
