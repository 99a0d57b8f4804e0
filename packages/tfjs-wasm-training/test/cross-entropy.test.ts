/** @file Softmax cross-entropy against TensorFlow.js autodiff, and against a distribution worked out by hand. */

import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { softmaxCrossEntropy, useTraining } from '../src/index.js';
import { DATA_TOLERANCE, disagreements } from './compare.js';

const labelsOf = (values: readonly number[]) => tf.tensor1d([...values], 'int32');

describe('softmax cross-entropy', () => {
  beforeAll(() => useTraining());

  it('agrees with TensorFlow.js autodiff for any batch, classes and smoothing', () =>
    fc.assert(
      fc.asyncProperty(
        fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 2, max: 23 })),
        fc.constantFrom(0, 0.1, 0.5),
        fc.integer({ min: 1, max: 1e9 }),
        async ([batch, classes], labelSmoothing, seed) => {
          const labels = Array.from({ length: batch }, (_, i) => (seed + 7 * i) % classes);
          const op = (logits: Tensor2D) => softmaxCrossEntropy(logits, labelsOf(labels), { labelSmoothing });
          const inputs = [{ shape: [batch, classes], tolerance: DATA_TOLERANCE }];
          expect(await disagreements(op, inputs, { seed })).toEqual([]);
        },
      ),
      { numRuns: 25, seed: 7 },
    ));

  it('agrees with TensorFlow.js autodiff with a teacher of any weight and temperature', () =>
    fc.assert(
      fc.asyncProperty(
        fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 2, max: 23 })),
        fc.constantFrom(0, 0.1),
        fc.tuple(fc.constantFrom(1, 2, 4.5), fc.constantFrom(0, 0.3, 1)),
        fc.integer({ min: 1, max: 1e9 }),
        async ([batch, classes], labelSmoothing, [temperature, weight], seed) => {
          const labels = Array.from({ length: batch }, (_, i) => (seed + 7 * i) % classes);
          const op = (logits: Tensor2D, teacher: Tensor2D) =>
            softmaxCrossEntropy(logits, labelsOf(labels), {
              labelSmoothing,
              distillation: { teacher, temperature, weight },
            });
          // A divergence is a difference of values of size 1, times the square of the temperature.
          const tolerance = { ...DATA_TOLERANCE, smallestScale: temperature ** 2 };
          const inputs = [{ shape: [batch, classes], tolerance }, { shape: [batch, classes] }];
          expect(await disagreements(op, inputs, { seed, tolerance })).toEqual([]);
        },
      ),
      { numRuns: 25, seed: 7 },
    ));

  it('refuses a teacher of other classes', () => {
    const distillation = { teacher: tf.zeros([1, 3]) as Tensor2D };
    expect(() => softmaxCrossEntropy(tf.zeros([1, 2]), labelsOf([1]), { distillation })).toThrow(
      /E_SHAPE: logits are \[1,2\], the teacher's \[1,3\]/,
    );
  });

  it('is ln 2 for two equal logits', () => {
    const loss = softmaxCrossEntropy(tf.tensor2d([[3, 3]]), labelsOf([1]));
    expect(loss.dataSync()[0]).toBeCloseTo(Math.LN2, 6);
  });

  it('stays finite for logits far apart', () => {
    const loss = softmaxCrossEntropy(tf.tensor2d([[1000, -1000]]), labelsOf([1]));
    expect(loss.dataSync()[0]).toBe(2000);
  });

  it('does not hide a network that has diverged', () => {
    const loss = softmaxCrossEntropy(tf.tensor2d([[0, NaN, 1]]), labelsOf([0]));
    expect(loss.dataSync()[0]).toBeNaN();
  });

  it.each([[-1], [3]])('refuses label %i of 3 classes and keeps no tensor', (label) => {
    const [logits, labels] = [tf.zeros([2, 3]) as Tensor2D, labelsOf([0, label])];
    const before = { ...tf.memory() };
    expect(() => softmaxCrossEntropy(logits, labels)).toThrow(/E_LABEL: label 1 of the batch/);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
  });

  it('refuses labels that are not int32', () => {
    const labels = tf.tensor1d([0, 1]) as Tensor1D;
    expect(() => softmaxCrossEntropy(tf.zeros([2, 3]), labels)).toThrow(/E_SHAPE.*float32/);
  });
});
