/** @file What is wrong with a call is said, with its code; nothing that can be passed ends the process. */

import { beforeAll, describe, expect, it } from '@jest/globals';
import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import {
  adamW,
  batchNorm,
  clipGradientNorm,
  conv2d,
  conv2dBatchNorm,
  dense,
  depthwiseConv2d,
  fakeQuantize,
  layerNorm,
  sgd,
  softmaxCrossEntropy,
  useTraining,
} from '../src/index.js';

type Quad = [number, number, number, number];
const zeros4 = (...shape: Quad): Tensor4D => tf.zeros(shape);
const gamma = () => tf.ones([3]) as Tensor1D;

describe('useTraining', () => {
  it('lists the engines where it is asked for another', async () => {
    await expect(useTraining({ engine: 'gpu' as never })).rejects.toThrow(
      'E_OPTION: engine is gpu. Choose one of auto, native, wasm-relaxed, wasm, cpu, webgpu, node-gpu',
    );
  });
});

describe.each(['wasm', 'auto'] as const)('with engine %s', (engine) => {
  beforeAll(() => useTraining({ engine }));

  it.each([
    ['no channels', [1, 5, 5, 0], [3, 3, 0, 4]],
    ['no output channels', [1, 5, 5, 3], [3, 3, 3, 0]],
    ['no rows', [1, 0, 5, 3], [3, 3, 3, 4]],
    ['a filter without rows', [1, 5, 5, 3], [0, 3, 3, 4]],
  ] as [string, Quad, Quad][])('a convolution refuses %s, in TensorFlow.js too', (_, image, kernel) => {
    const [x, filter] = [zeros4(...image), zeros4(...kernel)];
    expect(() => conv2d(x, filter)).toThrow(/E_SHAPE: an image of/);
    expect(() => tf.conv2d(x, filter, 1, 'same')).toThrow(/E_SHAPE: an image of/);
  });

  it('a convolution has stride 1 and padding same unless told, and refuses other padding', () => {
    const [x, filter] = [tf.ones([1, 3, 3, 1]) as Tensor4D, tf.ones([3, 3, 1, 1]) as Tensor4D];
    expect([...conv2d(x, filter).dataSync()]).toEqual([4, 6, 4, 6, 9, 6, 4, 6, 4]);
    const depthwise = depthwiseConv2d(x, tf.reshape(filter, [3, 3, 1]));
    expect([...depthwise.dataSync()]).toEqual([4, 6, 4, 6, 9, 6, 4, 6, 4]);
    expect(() => conv2d(x, filter, { padding: 'SAME' as never })).toThrow('E_OPTION: padding is SAME');
  });

  it('an empty batch gives empty results, and gradients of weights that are 0', () => {
    const [dx, dfilter] = tf.grads((x, filter) => conv2d(x as Tensor4D, filter as Tensor4D))([
      zeros4(0, 5, 5, 3),
      tf.ones([3, 3, 3, 2]),
    ]);
    expect(dx!.shape).toEqual([0, 5, 5, 3]);
    expect(new Set(dfilter!.dataSync())).toEqual(new Set([0]));
  });

  it('a dense layer takes a bias that is absent, and refuses one or weights of another rank', () => {
    expect([...dense(tf.ones([1, 2]), tf.ones([2, 3])).dataSync()]).toEqual([2, 2, 2]);
    expect(() => dense(tf.ones([1, 2]), tf.ones([2, 3, 4]) as never)).toThrow('E_SHAPE: x is [1,2]');
    expect(() => dense(tf.ones([1, 2]), tf.ones([2, 3]), tf.ones([3, 1]) as never)).toThrow('E_SHAPE');
    expect(() => dense(tf.zeros([1, 0]), tf.zeros([0, 3]))).toThrow('E_SHAPE');
  });

  it('the sum over no products is 0', () => {
    expect([...tf.matMul(tf.zeros([2, 0]), tf.zeros([0, 2])).dataSync()]).toEqual([0, 0, 0, 0]);
  });

  it('numbers out of their range are named', () => {
    const x = tf.ones([2, 2, 2, 3]) as Tensor4D;
    const labels = tf.tensor1d([0, 1], 'int32');
    const logits = tf.zeros([2, 3]) as tf.Tensor2D;
    const calls: Record<string, () => unknown> = {
      'epsilon is -1': () => batchNorm(x, gamma(), gamma(), { epsilon: -1 }),
      'epsilon is Infinity': () => layerNorm(x, gamma(), gamma(), { epsilon: Infinity }),
      'epsilon is NaN': () => conv2dBatchNorm(x, tf.ones([1, 1, 3, 3]), gamma(), gamma(), { epsilon: NaN }),
      'labelSmoothing is 2': () => softmaxCrossEntropy(logits, labels, { labelSmoothing: 2 }),
      'temperature is 0': () =>
        softmaxCrossEntropy(logits, labels, { distillation: { teacher: logits, temperature: 0 } }),
      'zeroPoint is 300': () => fakeQuantize(x, { scales: tf.ones([1]), zeroPoint: 300 }),
      'beta1 is 2': () => adamW({ beta1: 2 }),
      'weightDecay is NaN': () => sgd({ weightDecay: NaN }),
      'maxNorm is -1': () => clipGradientNorm({}, -1),
      'learningRate is undefined': () => sgd().step([], {}, undefined as never),
    };
    for (const [message, call] of Object.entries(calls)) expect(call).toThrow(`E_OPTION: ${message}`);
    expect(() => fakeQuantize(tf.zeros([3, 0]), { scales: tf.zeros([0]) })).toThrow('E_SHAPE');
  });

  it('an optimizer refuses bare variables and gradients of another shape, and changes nothing', () => {
    const variable = tf.variable(tf.ones([2, 2]));
    const gradients = { [variable.name]: tf.ones([2, 2]) };
    expect(() => sgd().step([variable as never], gradients, 0.1)).toThrow('E_OPTION: a variable to train');
    const flat = { [variable.name]: tf.ones([4]) };
    expect(() => sgd().step([{ variable, decay: true }], flat, 0.1)).toThrow('E_SHAPE');
    expect([...variable.dataSync()]).toEqual([1, 1, 1, 1]);
  });

  it('stays disposed of while TensorFlow.js runs kernels by itself', async () => {
    const trainingEngine = await useTraining({ engine });
    trainingEngine.dispose();
    const a = tf.matMul(tf.ones([2, 2]), tf.ones([2, 2]));
    expect([...a.dataSync()]).toEqual([2, 2, 2, 2]);
    expect(() => conv2d(zeros4(1, 2, 2, 1), zeros4(1, 1, 1, 1))).toThrow('E_DISPOSED');
    await useTraining({ engine });
  });

  it('its stand-in for TensorFlow.js is replaced when it is disposed of by its user', async () => {
    const first = await useTraining();
    first.dispose();
    tf.matMul(tf.ones([2, 2]), tf.ones([2, 2]));
    (await useTraining()).dispose();
    expect([...tf.matMul(tf.ones([1, 3]), tf.ones([3, 1])).dataSync()]).toEqual([3]);
    await useTraining({ engine });
  });
});
