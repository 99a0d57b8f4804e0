/** @file The ops that fuse several layers against TensorFlow.js's own autodiff on cpu, over random shapes. */

import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { conv2dBatchNorm, dense, depthwiseConv2dBatchNorm, selfAttention } from '../src/index.js';
import { DATA_TOLERANCE, SCORE_TOLERANCE, SUM_TOLERANCE, disagreements } from './compare.js';

const RUNS = { numRuns: 20, seed: 11 };
const seed = fc.integer({ min: 1, max: 1e9 });
const between = (min: number, max: number) => fc.integer({ min, max });
const activation = fc.constantFrom(...(['none', 'relu', 'relu6', 'gelu', 'hardSwish'] as const));

/** Gradients of an input are taken at once where it was computed, and by themselves where it was given. */
const derived = <T extends tf.Tensor>(x: T, isDerived: boolean): T => (isDerived ? tf.neg(x) : x);

const out = (extent: number, stride: number) => Math.ceil(extent / stride);
// Statistics of few values make the variance, and with it the gradient, arbitrarily small.
const images = fc.tuple(between(2, 4), between(5, 9), between(5, 9));
// A weight that is alone in its channel has no gradient: the normalisation undoes its scale, and what is left is noise.
const windows = [
  [3, 3],
  [2, 3],
  [5, 5],
] as const;
const kernels = fc.constantFrom([1, 1] as const, ...windows);
const channel = (count: number, mean: number) => ({ shape: [count], mean, tolerance: SUM_TOLERANCE });

describe('every engine agrees with TensorFlow.js autodiff', () => {
  it('on convolutions with their batch normalisation, activation and residual', () =>
    fc.assert(
      fc.asyncProperty(
        fc.tuple(images, kernels, between(1, 2)),
        fc.tuple(between(1, 3), between(2, 5), between(1, 9)),
        fc.tuple(activation, fc.boolean(), fc.boolean()),
        seed,
        async (
          [[batch, height, width], [kh, kw], stride],
          [groups, groupIn, groupOut],
          [activation, isDerived, adds],
          seed,
        ) => {
          const channels = groups * groupOut;
          const y = [batch, out(height, stride), out(width, stride), channels];
          const inputs = [
            { shape: [batch, height, width, groups * groupIn], tolerance: DATA_TOLERANCE },
            { shape: [kh, kw, groupIn, channels], tolerance: SUM_TOLERANCE },
            ...[channel(channels, 2), channel(channels, 1)],
            ...(adds ? [{ shape: y, tolerance: DATA_TOLERANCE }] : []),
          ];
          const op = (
            x: Tensor4D,
            filter: Tensor4D,
            gamma: Tensor1D,
            beta: Tensor1D,
            residual?: Tensor4D,
          ) => {
            const options = { stride, groups, activation, ...(residual && { residual }) };
            return conv2dBatchNorm(derived(x, isDerived), filter, gamma, beta, options).y;
          };
          expect(await disagreements(op, inputs, { seed })).toEqual([]);
        },
      ),
      RUNS,
    ));

  it('on depthwise convolutions with their batch normalisation, activation and residual', () =>
    fc.assert(
      fc.asyncProperty(
        fc.tuple(images, fc.constantFrom(...windows), between(1, 3), between(1, 21)),
        fc.tuple(activation, fc.boolean(), fc.boolean()),
        seed,
        async ([[batch, height, width], [kh, kw], stride, channels], [activation, isDerived, adds], seed) => {
          const y = [batch, out(height, stride), out(width, stride), channels];
          const inputs = [
            { shape: [batch, height, width, channels], tolerance: DATA_TOLERANCE },
            { shape: [kh, kw, channels], tolerance: SUM_TOLERANCE },
            ...[channel(channels, 2), channel(channels, 1)],
            ...(adds ? [{ shape: y, tolerance: DATA_TOLERANCE }] : []),
          ];
          const op = (
            x: Tensor4D,
            filter: Tensor3D,
            gamma: Tensor1D,
            beta: Tensor1D,
            residual?: Tensor4D,
          ) => {
            const options = { stride, activation, ...(residual && { residual }) };
            return depthwiseConv2dBatchNorm(derived(x, isDerived), filter, gamma, beta, options).y;
          };
          expect(await disagreements(op, inputs, { seed })).toEqual([]);
        },
      ),
      RUNS,
    ));

  it('on dense layers of any rank with a residual', () =>
    fc.assert(
      fc.asyncProperty(
        fc.tuple(fc.array(between(1, 7), { minLength: 1, maxLength: 3 }), between(1, 33), between(1, 33)),
        fc.tuple(activation, fc.boolean()),
        seed,
        async ([rows, features, out], [activation, isDerived], seed) => {
          const inputs = [
            { shape: [...rows, features], tolerance: DATA_TOLERANCE },
            { shape: [features, out], tolerance: SUM_TOLERANCE },
            { shape: [out], tolerance: SUM_TOLERANCE },
            { shape: [...rows, out], tolerance: DATA_TOLERANCE },
          ];
          const op = (x: tf.Tensor, weights: Tensor2D, bias: Tensor1D, residual: tf.Tensor) =>
            dense(derived(x, isDerived), weights, bias, { activation, residual });
          expect(await disagreements(op, inputs, { seed })).toEqual([]);
        },
      ),
      RUNS,
    ));

  it('on self-attention with its projections', () =>
    fc.assert(
      fc.asyncProperty(
        fc.tuple(between(1, 3), between(2, 20), between(1, 4), between(1, 9)),
        seed,
        async ([batch, tokens, heads, dim], seed) => {
          const width = heads * dim;
          const projection = [
            { shape: [width, width], tolerance: SUM_TOLERANCE },
            { shape: [width], tolerance: SUM_TOLERANCE },
          ];
          const inputs = [
            { shape: [batch, tokens, width], tolerance: SCORE_TOLERANCE },
            ...[projection, projection, projection].flat(),
          ];
          const op = (x: Tensor3D, ...p: (Tensor1D | Tensor2D)[]) => {
            const [q, k, v] = [0, 2, 4].map((i) => ({
              weights: tf.mul(p[i] as Tensor2D, width ** -0.5) as Tensor2D,
              bias: p[i + 1] as Tensor1D,
            }));
            return selfAttention(x, { q: q!, k: k!, v: v! }, { heads });
          };
          expect(await disagreements(op, inputs, { seed })).toEqual([]);
        },
      ),
      RUNS,
    ));
});
