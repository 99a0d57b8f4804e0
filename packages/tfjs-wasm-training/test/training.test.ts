/** @file Whole training steps: memory, repeatability, elastic slices, and use in the wrong order. */

import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import type { NamedTensorMap, Scalar, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import { NETWORKS, Network } from '../src/benchmark/networks.js';
import { adamW, conv2d, sgd, softmaxCrossEntropy, useTraining } from '../src/index.js';
import {
  HEAP_ENGINES,
  DATA_TOLERANCE,
  SUM_TOLERANCE,
  disagreements,
  randomTensor,
  relativeDifference,
} from './compare.js';
import { createTrainerA, trainNetworkA } from './train-network.js';

describe('before useTraining', () => {
  it('says what to call first', async () => {
    await tf.setBackend('cpu');
    expect(() => conv2d(tf.zeros([1, 2, 2, 3]), tf.zeros([1, 1, 3, 4]), { stride: 1 })).toThrow(
      'E_NOT_STARTED: no training engine is in use. Await useTraining() first',
    );
  });
});

describe('training network A', () => {
  beforeAll(() => useTraining());

  it('keeps tensors, data buffers and resident memory constant over 100 steps', () => {
    const counts: string[] = [];
    const resident: number[] = [];
    const before = tf.memory().numTensors;
    const afterStep = () => {
      counts.push(`${tf.memory().numTensors} ${tf.memory().numDataBuffers} ${tf.memory().numBytes}`);
      resident.push(process.memoryUsage().rss);
    };
    trainNetworkA(100, { batch: 8, afterStep });
    expect(new Set(counts.slice(1)).size).toBe(1);
    expect(tf.memory().numTensors).toBe(before);
    // Node's own heap comes and goes by some megabytes; a step of this network touches more than 60.
    expect(Math.max(...resident.slice(50)) - resident[49]!).toBeLessThan(48 * 2 ** 20);
  });

  it('learns', () => {
    const { losses } = trainNetworkA(12);
    expect(losses.at(-1)).toBeLessThan(0.8 * losses[0]!);
  });
});

describe('two networks in one process', () => {
  beforeAll(() => useTraining());

  it('train in turn to the bits that each has alone', () => {
    const seeds = [1, 2] as const;
    const alone = seeds.map((seed) => {
      const trainer = createTrainerA({ seed });
      for (let i = 0; i < 6; i++) trainer.step();
      const weights = trainer.weights();
      trainer.dispose();
      return weights;
    });
    const trainers = seeds.map((seed) => createTrainerA({ seed }));
    for (let i = 0; i < 6; i++) trainers.forEach((trainer) => trainer.step());
    expect(trainers.map((trainer) => trainer.weights())).toEqual(alone);
    expect(alone[0]).not.toEqual(alone[1]);
    trainers.forEach((trainer) => trainer.dispose());
  });
});

describe('one step of network A', () => {
  it('has the loss and the gradients of TensorFlow.js autodiff', async () => {
    let runs = 0;
    const run = () => {
      const network = new Network(NETWORKS.A, `step-${runs++}`);
      const images = randomTensor([2, 32, 32, 3], 5) as Tensor4D;
      const loss = () => softmaxCrossEntropy(network.forward(images), tf.tensor1d([1, 4], 'int32')) as Scalar;
      tf.tidy(() => void loss());
      for (const [i, variable] of [...network.variables.values()].entries()) {
        if (variable.rank > 1) variable.assign(tf.mul(randomTensor(variable.shape, 100 + i), 0.2));
      }
      const { value, grads } = tf.variableGrads(loss);
      const gradients = [...network.variables].map(([name, variable]) => ({
        name,
        values: grads[variable.name]!.dataSync<'float32'>(),
      }));
      return { loss: value.dataSync<'float32'>(), gradients };
    };
    await useTraining({ engine: 'cpu' });
    const reference = run();
    for (const engine of HEAP_ENGINES) {
      await useTraining(engine);
      const result = run();
      expect(relativeDifference(result.loss, reference.loss)).toBeLessThan(1e-6);
      // Twenty layers pass rounding on from one to the next, so the bound is ten times that of one op.
      for (const [i, { name, values }] of result.gradients.entries()) {
        const difference = relativeDifference(values, reference.gradients[i]!.values, 1e-2);
        expect({ name, small: difference < 1e-4 }).toEqual({ name, small: true });
      }
    }
  });
});

describe('ops on slices of variables', () => {
  it('give the gradients of the slices, zero elsewhere', async () => {
    const inputs = [
      { shape: [1, 5, 7, 3], tolerance: DATA_TOLERANCE },
      { shape: [5, 5, 8, 11], tolerance: SUM_TOLERANCE },
    ];
    const op = (x: Tensor4D, filter: Tensor4D) =>
      conv2d(x, tf.slice(filter, [1, 1, 0, 0], [3, 3, 3, 7]), { stride: 2 });
    expect(await disagreements(op, inputs, { seed: 3 })).toEqual([]);
  });
});

describe('the wasm engine', () => {
  beforeAll(() => useTraining({ engine: 'wasm' }));

  it('starts once', async () => {
    const filter = tf.tensor4d([1], [1, 1, 1, 1]);
    await useTraining({ engine: 'wasm' });
    expect(conv2d(tf.tensor4d([5], [1, 1, 1, 1]), filter, { stride: 1 }).dataSync()[0]).toBe(5);
  });

  it('runs forward outside of gradients and inside of tidy without leaving tensors', () => {
    const before = tf.memory().numTensors;
    tf.tidy(() => void conv2d(tf.ones([2, 3, 3, 3]), tf.ones([3, 3, 3, 2]), { stride: 1 }));
    expect(tf.memory().numTensors).toBe(before);
  });

  it('accepts tensors that were made on another backend', async () => {
    await tf.setBackend('cpu');
    const x = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
    await useTraining({ engine: 'wasm' });
    expect([...conv2d(x, tf.tensor4d([2], [1, 1, 1, 1]), { stride: 1 }).dataSync()]).toEqual([2, 4, 6, 8]);
  });

  it('keeps clones apart from a variable that the optimizer updates in place', () => {
    const variable = tf.variable(tf.tensor1d([1, 2]), true, 'cloned') as Variable;
    const clone = tf.clone(variable);
    const gradients: NamedTensorMap = { cloned: tf.tensor1d([1, 1]) };
    adamW().step([{ variable, decay: false }], gradients, 0.5);
    expect([...clone.dataSync()]).toEqual([1, 2]);
    expect(variable.dataSync()[0]).toBeCloseTo(0.5, 5);
  });

  it('lets the ops of TensorFlow.js see what the optimizer updated in place', () => {
    const x = tf.ones([1, 2, 2, 1]) as Tensor4D;
    const filter = tf.variable(tf.ones([1, 1, 1, 1]) as Tensor4D, true, 'seen');
    const results = () => [
      tf.conv2d(x, filter as Tensor4D, 1, 'same').dataSync()[0],
      tf.fused.matMul({ a: tf.ones([1, 1]), b: tf.reshape(filter, [1, 1]) }).dataSync()[0],
    ];
    expect(results()).toEqual([1, 1]);
    sgd({ momentum: 0 }).step([{ variable: filter, decay: false }], { seen: tf.ones([1, 1, 1, 1]) }, 0.5);
    expect(results()).toEqual([0.5, 0.5]);
  });

  it('says that another backend was set since', async () => {
    await tf.setBackend('cpu');
    expect(() => conv2d(tf.zeros([1, 1, 1, 1]), tf.zeros([1, 1, 1, 1]), { stride: 1 })).toThrow(
      /E_ENGINE: the training engine is wasm, but TensorFlow.js is set to cpu/,
    );
    await useTraining({ engine: 'wasm' });
  });

  it('refuses a filter of other channels and a stride below 1', () => {
    const x = tf.zeros([1, 4, 4, 3]) as Tensor4D;
    expect(() => conv2d(x, tf.zeros([3, 3, 4, 8]), { stride: 1 })).toThrow(/E_SHAPE: x \[1,4,4,3\]/);
    expect(() => conv2d(x, tf.zeros([3, 3, 3]) as never, { stride: 1 })).toThrow(/E_SHAPE/);
    expect(() => conv2d(x, tf.zeros([3, 3, 3, 8]), { stride: 0 })).toThrow(/E_OPTION: stride is 0/);
  });

  it('refuses tensors that are not float32', () => {
    const x = tf.zeros([1, 4, 4, 3], 'int32') as Tensor4D;
    expect(() => conv2d(x, tf.zeros([3, 3, 3, 8]), { stride: 1 })).toThrow(/E_DTYPE: x is int32/);
  });
});
