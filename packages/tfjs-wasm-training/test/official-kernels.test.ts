/** @file TensorFlow.js's own ops and layers train on the wasm backend, with the gradients that they have on cpu. */

import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { useTraining } from '../src/index.js';
import { DATA_TOLERANCE, SUM_TOLERANCE, disagreements } from './compare.js';

const RUNS = { numRuns: 15, seed: 11 };
const seed = fc.integer({ min: 1, max: 1e9 });
const between = (min: number, max: number) => fc.integer({ min, max });
const padding = fc.constantFrom('same' as const, 'valid' as const);
const strides = fc.tuple(between(1, 2), between(1, 3)) as fc.Arbitrary<[number, number]>;

describe('tf.conv2d and tf.depthwiseConv2d', () => {
  it('have the gradients of cpu, for any stride and padding', () =>
    fc.assert(
      fc.asyncProperty(
        fc.tuple(between(1, 3), between(5, 9), between(5, 9), between(1, 6), between(1, 7)),
        fc.tuple(between(1, 5), between(1, 5)),
        strides,
        padding,
        seed,
        async ([batch, height, width, channels, out], kernel, strides, padding, seed) => {
          const inputs = [
            { shape: [batch, height, width, channels], tolerance: DATA_TOLERANCE },
            { shape: [...kernel, channels, out], tolerance: SUM_TOLERANCE },
          ];
          const op = (x: Tensor4D, filter: Tensor4D) => tf.conv2d(x, filter, strides, padding);
          expect(await disagreements(op, inputs, { seed })).toEqual([]);
        },
      ),
      RUNS,
    ));

  it('depthwise with several outputs a channel, too', () =>
    fc.assert(
      fc.asyncProperty(
        fc.tuple(between(1, 3), between(5, 9), between(5, 9), between(1, 6)),
        fc.tuple(between(1, 5), between(1, 5), between(1, 3)),
        strides,
        padding,
        seed,
        async ([batch, height, width, channels], [kh, kw, multiplier], strides, padding, seed) => {
          const inputs = [
            { shape: [batch, height, width, channels], tolerance: DATA_TOLERANCE },
            { shape: [kh, kw, channels, multiplier], tolerance: SUM_TOLERANCE },
          ];
          const op = (x: Tensor4D, filter: Tensor4D) => tf.depthwiseConv2d(x, filter, strides, padding);
          expect(await disagreements(op, inputs, { seed })).toEqual([]);
        },
      ),
      RUNS,
    ));
});

/** Strides beyond sides of the filter: with one side alone the wasm backend's own kernels are wrong. */
const NARROW = [
  { image: [4, 4], kernel: [1, 1], strides: [2, 2] },
  { image: [1, 3], kernel: [1, 2], strides: [1, 3] },
  { image: [6, 6], kernel: [1, 5], strides: [2, 1] },
  { image: [5, 1], kernel: [2, 2], strides: [3, 3] },
] as const;

describe.each(NARROW)('a filter of $kernel on $image, stride $strides', ({ image, kernel, strides }) => {
  const inputs = [
    { shape: [2, ...image, 3], tolerance: DATA_TOLERANCE },
    { shape: [...kernel, 3, 4], tolerance: SUM_TOLERANCE },
  ];
  const options = { seed: 8 };

  it('has the values and gradients of cpu', async () => {
    const op = (x: Tensor4D, filter: Tensor4D) => tf.conv2d(x, filter, [...strides], 'same');
    expect(await disagreements(op, inputs, options)).toEqual([]);
  });

  it('too with bias and activation fused', async () => {
    const values = inputs.map(({ shape }) => ({ shape }));
    for (const activation of ['linear', 'relu', 'relu6', 'sigmoid', 'elu', 'leakyrelu'] as const) {
      const common = { strides: [...strides] as [number, number], pad: 'same' as const, activation };
      const convolution = (x: Tensor4D, filter: Tensor4D) =>
        tf.fused.conv2d({ x, filter, bias: tf.tensor1d([1, -1, 0, 2]), leakyreluAlpha: 0.3, ...common });
      const depthwise = (x: Tensor4D, filter: Tensor4D) =>
        tf.fused.depthwiseConv2d({ x, filter, bias: tf.range(0, 12), leakyreluAlpha: 0.3, ...common });
      for (const op of [convolution, depthwise]) {
        expect(await disagreements(op, values, options)).toEqual([]);
      }
    }
  });
});

describe('a filter of one pixel that is padded', () => {
  it('has the values and gradients of cpu', async () => {
    const options = { seed: 8, tolerance: DATA_TOLERANCE };
    const inputs = [
      { shape: [2, 3, 5, 4], tolerance: DATA_TOLERANCE },
      { shape: [1, 1, 4, 4], tolerance: SUM_TOLERANCE },
    ];
    for (const convolve of [tf.conv2d, tf.depthwiseConv2d]) {
      const op = (x: Tensor4D, filter: Tensor4D) => convolve(x, filter, 1, 2, 'NHWC', 1, 'floor');
      expect(await disagreements(op, inputs, options)).toEqual([]);
    }
  });
});

describe('dilated convolutions', () => {
  it('have the values of cpu', async () => {
    const values = [{ shape: [2, 9, 8, 3] }, { shape: [3, 2, 3, 2] }];
    const options = { seed: 8 };
    for (const convolve of [tf.conv2d, tf.depthwiseConv2d]) {
      const op = (x: Tensor4D, filter: Tensor4D) => convolve(x, filter, 1, 'same', 'NHWC', [2, 3]);
      expect(await disagreements(op, values, options)).toEqual([]);
    }
  });
});

describe('tf.add', () => {
  it('has the values and gradients of cpu, broadcast or not, short or long', async () => {
    const shapes = [
      [[65, 64], [65, 64]],
      [[65, 64], [64]],
      [[3, 5], [3, 5]],
    ]; // prettier-ignore
    for (const [a, b] of shapes) {
      const inputs = [a!, b!].map((shape) => ({ shape, tolerance: SUM_TOLERANCE }));
      expect(await disagreements((x: Tensor2D, y: Tensor) => tf.add(x, y), inputs, { seed: 5 })).toEqual([]);
    }
  });
});

describe('tf.matMul', () => {
  it('has the values and gradients of cpu, transposed, in batches and broadcast', () =>
    fc.assert(
      fc.asyncProperty(
        fc.tuple(between(1, 9), between(1, 9), between(1, 33)),
        fc.constantFrom(
          [[], []],
          [[3], [3]],
          [
            [2, 3],
            [2, 3],
          ],
          [[4], [1]],
        ),
        fc.tuple(fc.boolean(), fc.boolean()),
        seed,
        async ([m, k, n], [outerA, outerB], [transposeA, transposeB], seed) => {
          const inputs = [
            { shape: [...outerA!, ...(transposeA ? [k, m] : [m, k])], tolerance: DATA_TOLERANCE },
            { shape: [...outerB!, ...(transposeB ? [n, k] : [k, n])], tolerance: SUM_TOLERANCE },
          ];
          const op = (a: Tensor, b: Tensor) => tf.matMul(a, b, transposeA, transposeB);
          if (outerB?.[0] === 1) inputs.forEach((input) => Reflect.deleteProperty(input, 'tolerance'));
          expect(await disagreements(op, inputs, { seed })).toEqual([]);
        },
      ),
      RUNS,
    ));
});

describe('tf.gather', () => {
  it('adds up the gradients of rows that were taken several times', () =>
    fc.assert(
      fc.asyncProperty(
        fc.tuple(between(1, 9), between(1, 21)),
        fc.array(between(0, 8), { minLength: 1, maxLength: 12 }),
        seed,
        async ([rows, width], picks, seed) => {
          const indices = picks.map((pick) => pick % rows);
          const op = (x: Tensor2D) => tf.gather(x, tf.tensor1d(indices, 'int32'));
          const inputs = [{ shape: [rows, width], tolerance: DATA_TOLERANCE }];
          expect(await disagreements(op, inputs, { seed })).toEqual([]);
        },
      ),
      RUNS,
    ));
});

describe('tf.einsum', () => {
  it.each([
    ['ij,jk->ik', [3, 4], [4, 5]],
    ['ij,kj->ki', [3, 4], [5, 4]],
    ['bij,bjk->bik', [2, 3, 4], [2, 4, 5]],
    ['abc,cde->abde', [2, 3, 4], [4, 2, 3]],
    ['aecd,abcd->acbe', [2, 3, 2, 4], [2, 5, 2, 4]],
    ['ij,k->ijk', [3, 4], [5]],
    ['i,i->', [7], [7]],
  ])('%s has the values and gradients of sums of products', async (equation, left, right) => {
    const inputs = [left, right].map((shape) => ({ shape, tolerance: DATA_TOLERANCE }));
    const op = (a: Tensor, b: Tensor) => tf.einsum(equation, a, b);
    expect(await disagreements(op, inputs, { seed: 4 })).toEqual([]);
  });

  it('takes one operand, and three', async () => {
    const one = [{ shape: [2, 3, 4], tolerance: DATA_TOLERANCE }];
    const sumOut = (a: Tensor3D) => tf.einsum('ijk->ki', a);
    expect(await disagreements(sumOut, one, { seed: 4 })).toEqual([]);
    await useTraining({ engine: 'wasm' });
    const chain = tf.einsum(
      'i,ij,j->',
      tf.tensor1d([1, 2]),
      tf.tensor2d([
        [1, 2, 3],
        [4, 5, 6],
      ]),
      tf.tensor1d([1, 0, 2]),
    );
    const summed = tf.grad((a: Tensor) => tf.einsum('ij->i', a))(tf.ones([2, 3]), tf.tensor1d([5, 7]));
    expect([...summed.dataSync()]).toEqual([5, 5, 5, 7, 7, 7]);
    expect(chain.dataSync()[0]).toBe(1 * (1 + 6) + 2 * (4 + 12));
  });

  it('refuses an equation with an axis twice in a term', async () => {
    await useTraining({ engine: 'wasm' });
    expect(() => tf.einsum('ii->i', tf.ones([2, 2]) as Tensor2D)).toThrow(
      /E_OPTION: einsum's equation is ii->i/,
    );
  });
});

describe('model.fit of tf.layers', () => {
  beforeAll(() => useTraining());

  it('learns with convolutions, depthwise convolutions, normalisation, pooling and an embedding', async () => {
    const image = tf.input({ shape: [8, 8, 3] });
    const word = tf.input({ shape: [1], dtype: 'int32' });
    let x = tf.layers.conv2d({ filters: 8, kernelSize: 3, padding: 'same', activation: 'relu' }).apply(image);
    x = tf.layers.batchNormalization().apply(x);
    x = tf.layers.depthwiseConv2d({ kernelSize: 3, strides: 2, padding: 'same' }).apply(x);
    x = tf.layers
      .separableConv2d({ filters: 8, kernelSize: 3, padding: 'valid', activation: 'relu' })
      .apply(x);
    x = tf.layers.maxPooling2d({ poolSize: 2 }).apply(x);
    x = tf.layers.flatten().apply(x);
    const embedded = tf.layers
      .flatten()
      .apply(tf.layers.embedding({ inputDim: 4, outputDim: 5 }).apply(word));
    x = tf.layers.concatenate().apply([x, embedded] as tf.SymbolicTensor[]);
    const y = tf.layers.dense({ units: 2, activation: 'softmax' }).apply(x);
    const model = tf.model({ inputs: [image, word], outputs: y as tf.SymbolicTensor });
    model.compile({ optimizer: tf.train.adam(0.02), loss: 'sparseCategoricalCrossentropy' });
    const labels = tf.tensor1d([0, 1, 0, 1, 1, 0, 1, 0]) as Tensor1D;
    const images = tf.mul(
      tf.reshape(labels, [8, 1, 1, 1]),
      tf.randomUniform([8, 8, 8, 3], 0, 1, 'float32', 3),
    );
    const words = tf.tensor2d([0, 1, 2, 3, 0, 1, 2, 3], [8, 1], 'int32');
    const { history } = await model.fit([images, words], labels, { epochs: 12, batchSize: 4, verbose: 0 });
    const losses = history['loss'] as number[];
    expect(losses.at(-1)).toBeLessThan(0.3 * losses[0]!);
  });
});
