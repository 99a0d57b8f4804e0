/** @file Every op against TensorFlow.js's own autodiff on cpu, over random shapes. */

import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import {
  attention,
  batchNorm,
  batchNormInference,
  conv2d,
  dense,
  depthwiseConv2d,
  fakeQuantize,
  gelu,
  globalAveragePool,
  hardSwish,
  layerNorm,
  maskedWeights,
  relu6,
} from '../src/index.js';
import { DATA_TOLERANCE, SCORE_TOLERANCE, SUM_TOLERANCE, disagreements } from './compare.js';
import type { Tolerance } from './compare.js';

const RUNS = { numRuns: 25, seed: 7 };
const seed = fc.integer({ min: 1, max: 1e9 });
const between = (min: number, max: number) => fc.integer({ min, max });

describe('every engine agrees with TensorFlow.js autodiff', () => {
  it('on convolutions of any size, channel count, kernel and stride', () =>
    fc.assert(
      fc.asyncProperty(
        fc.tuple(between(1, 3), between(1, 11), between(1, 11), between(1, 13), between(1, 19)),
        fc.constantFrom([1, 1], [3, 3], [5, 5], [2, 3], [7, 1]),
        between(1, 3),
        seed,
        async ([batch, height, width, channels, out], [kh, kw], stride, seed) => {
          const inputs = [
            { shape: [batch, height, width, channels], tolerance: DATA_TOLERANCE },
            { shape: [kh!, kw!, channels, out], tolerance: SUM_TOLERANCE },
          ];
          const op = (x: Tensor4D, filter: Tensor4D) => conv2d(x, filter, { stride });
          expect(await disagreements(op, inputs, { seed })).toEqual([]);
        },
      ),
      RUNS,
    ));

  it('on convolutions in groups, without padding', () =>
    fc.assert(
      fc.asyncProperty(
        fc.tuple(between(1, 3), between(3, 9), between(3, 9)),
        fc.tuple(between(1, 4), between(1, 5), between(1, 6)),
        fc.constantFrom([1, 1], [3, 3], [2, 3]),
        between(1, 2),
        seed,
        async ([batch, height, width], [groups, groupIn, groupOut], [kh, kw], stride, seed) => {
          const inputs = [
            { shape: [batch, height, width, groups * groupIn], tolerance: DATA_TOLERANCE },
            { shape: [kh!, kw!, groupIn, groups * groupOut], tolerance: SUM_TOLERANCE },
          ];
          const op = (x: Tensor4D, filter: Tensor4D) =>
            conv2d(x, filter, { stride, groups, padding: 'valid' });
          expect(await disagreements(op, inputs, { seed })).toEqual([]);
        },
      ),
      RUNS,
    ));

  it('on depthwise convolutions of any size, channel count, kernel and stride', () =>
    fc.assert(
      fc.asyncProperty(
        fc.tuple(between(1, 3), between(1, 11), between(1, 11), between(1, 13)),
        fc.constantFrom([1, 1], [3, 3], [5, 5], [2, 3], [7, 7], [1, 4]),
        between(1, 3),
        seed,
        async ([batch, height, width, channels], [kh, kw], stride, seed) => {
          const inputs = [
            { shape: [batch, height, width, channels], tolerance: DATA_TOLERANCE },
            { shape: [kh!, kw!, channels], tolerance: SUM_TOLERANCE },
          ];
          const op = (x: Tensor4D, filter: Tensor3D) => depthwiseConv2d(x, filter, { stride });
          expect(await disagreements(op, inputs, { seed })).toEqual([]);
        },
      ),
      RUNS,
    ));

  // Statistics of fewer values than these make the variance, and with it the gradient, arbitrarily small.
  const normShape = fc.tuple(between(1, 4), between(3, 9), between(3, 9), between(1, 21));
  const activation = fc.constantFrom(...(['none', 'relu', 'relu6', 'gelu', 'hardSwish'] as const));

  it('on batch normalisation in training', () =>
    fc.assert(
      fc.asyncProperty(normShape, activation, between(-3, 3), seed, async (shape, activation, mean, seed) => {
        const inputs = [
          { shape, mean, tolerance: DATA_TOLERANCE },
          { shape: [shape[3]], mean: 2, tolerance: SUM_TOLERANCE },
          { shape: [shape[3]], mean: 1, tolerance: SUM_TOLERANCE },
        ];
        const op = (x: Tensor4D, gamma: Tensor1D, beta: Tensor1D) =>
          batchNorm(x, gamma, beta, { activation }).y;
        expect(await disagreements(op, inputs, { seed })).toEqual([]);
      }),
      RUNS,
    ));

  it('on the statistics that batch normalisation returns', () =>
    fc.assert(
      fc.asyncProperty(normShape, between(-30, 30), seed, async (shape, mean, seed) => {
        const inputs = [{ shape, mean }, { shape: [shape[3]] }, { shape: [shape[3]] }];
        for (const name of ['mean', 'variance'] as const) {
          const op = (x: Tensor4D, gamma: Tensor1D, beta: Tensor1D) => batchNorm(x, gamma, beta)[name];
          expect(await disagreements(op, inputs, { seed })).toEqual([]);
        }
      }),
      { ...RUNS, numRuns: 10 },
    ));

  it('on batch normalisation in inference', () =>
    fc.assert(
      fc.asyncProperty(normShape, activation, seed, async (shape, activation, seed) => {
        const inputs = [
          { shape, tolerance: DATA_TOLERANCE },
          { shape: [shape[3]], mean: 2, tolerance: SUM_TOLERANCE },
          { shape: [shape[3]], mean: 1, tolerance: SUM_TOLERANCE },
          { shape: [shape[3]] },
          { shape: [shape[3]], mean: 6 },
        ];
        const op = (x: Tensor4D, ...p: [Tensor1D, Tensor1D, Tensor1D, Tensor1D]) =>
          batchNormInference(x, ...p, { activation });
        expect(await disagreements(op, inputs, { seed })).toEqual([]);
      }),
      RUNS,
    ));

  it('on layer normalisation over any rank', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(between(1, 7), { maxLength: 3 }),
        between(8, 40), // as above: few values may nearly be alike, and rounding the mean then counts
        seed,
        async (rows, c, seed) => {
          const inputs = [
            { shape: [...rows, c], tolerance: DATA_TOLERANCE },
            { shape: [c], mean: 1, tolerance: SUM_TOLERANCE },
            { shape: [c], tolerance: SUM_TOLERANCE },
          ];
          const op = (x: Tensor, gamma: Tensor1D, beta: Tensor1D) => layerNorm(x, gamma, beta);
          expect(await disagreements(op, inputs, { seed })).toEqual([]);
        },
      ),
      RUNS,
    ));

  it('on dense layers with and without bias and activation', () =>
    fc.assert(
      fc.asyncProperty(
        fc.tuple(between(1, 70), between(1, 33), between(1, 33)),
        activation,
        fc.boolean(),
        seed,
        async ([rows, features, out], activation, biased, seed) => {
          const inputs = [
            { shape: [rows, features], tolerance: DATA_TOLERANCE },
            { shape: [features, out], tolerance: SUM_TOLERANCE },
            ...(biased ? [{ shape: [out], tolerance: SUM_TOLERANCE }] : []),
          ];
          const op = (x: Tensor2D, weights: Tensor2D, bias?: Tensor1D) =>
            dense(x, weights, bias ?? null, { activation });
          expect(await disagreements(op, inputs, { seed })).toEqual([]);
        },
      ),
      RUNS,
    ));

  it.each(Object.entries({ gelu, hardSwish, relu6 }))('on %s', (_, op) =>
    fc.assert(
      fc.asyncProperty(between(1, 50), between(-4, 6), seed, async (size, mean, seed) => {
        // The reference computes GELU's small values left of 0 as a difference of values of size 1.
        const tolerance = { ...DATA_TOLERANCE, smallestScale: 1 };
        const inputs = [{ shape: [size], mean, tolerance }];
        expect(await disagreements((x: Tensor) => op(x), inputs, { seed, tolerance })).toEqual([]);
      }),
      RUNS,
    ),
  );

  it('on masked weights', async () => {
    const mask = [1, 0, 0, 1, 1, 0];
    const op = (x: Tensor) => maskedWeights(x, tf.tensor2d(mask, [2, 3]));
    expect(await disagreements(op, [{ shape: [2, 3], tolerance: DATA_TOLERANCE }], { seed: 3 })).toEqual([]);
    expect(() => maskedWeights(tf.ones([2, 3]), tf.ones([3]))).toThrow(/E_SHAPE: weights are \[2,3\]/);
  });

  it('on fake quantisation, by channel or not, clamped or not', () =>
    fc.assert(
      fc.asyncProperty(
        fc.tuple(between(1, 9), between(1, 9)),
        fc.boolean(),
        fc.constantFrom([-128, 127], [-8, 7], [0, 255]),
        seed,
        async ([rows, channels], perChannel, range, seed) => {
          // Powers of two, so that no quotient falls on the border between two integers in one engine only.
          const scales = Array.from({ length: perChannel ? channels : 1 }, (_, c) => 2 ** -(3 + (c % 3)));
          const inputs = [{ shape: [rows, channels], tolerance: DATA_TOLERANCE }];
          const [low, high] = range as [number, number];
          const op = (x: Tensor) =>
            fakeQuantize(x, { scales: tf.tensor1d(scales), zeroPoint: low + 3, range: [low, high] });
          expect(await disagreements(op, inputs, { seed })).toEqual([]);
        },
      ),
      RUNS,
    ));

  it('on attention with any number of tokens, heads and channels', () =>
    fc.assert(
      fc.asyncProperty(
        fc.tuple(between(1, 3), between(2, 20), between(1, 4), between(1, 9)),
        seed,
        async ([batch, tokens, heads, dim], seed) => {
          const input = (tolerance: Tolerance) => ({ shape: [batch, tokens, heads * dim], tolerance });
          const inputs = [SCORE_TOLERANCE, SCORE_TOLERANCE, DATA_TOLERANCE].map(input);
          const op = (q: Tensor3D, k: Tensor3D, v: Tensor3D) => attention(q, k, v, { heads });
          expect(await disagreements(op, inputs, { seed })).toEqual([]);
        },
      ),
      RUNS,
    ));

  it('on global average pooling', () =>
    fc.assert(
      fc.asyncProperty(normShape, seed, async (shape, seed) => {
        const inputs = [{ shape, tolerance: DATA_TOLERANCE }];
        expect(await disagreements((x: Tensor4D) => globalAveragePool(x), inputs, { seed })).toEqual([]);
      }),
      RUNS,
    ));
});
