/** @file Optimizers, averages and gradient clipping on several engines. */

import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import type { NamedTensorMap, Variable } from '@tensorflow/tfjs-core';
import { adamW, clipGradientNorm, sgd, useTraining, weightAverage } from '../src/index.js';
import type { Optimizer } from '../src/index.js';
import { randomNormal } from './compare.js';

const ENGINES = ['wasm', 'auto', 'cpu'] as const;
const SIZE = 11;
const RATE = 0.01;

/** AdamW as its authors write it (algorithm 2, line 6 to 12), in double precision. */
function definition(steps: number, options: { decay: number; mask?: readonly number[] }): number[] {
  const weights = [...randomNormal(SIZE, 1)];
  const [first, second] = [new Float64Array(SIZE), new Float64Array(SIZE)];
  for (let t = 1; t <= steps; t++) {
    const gradient = randomNormal(SIZE, 10 + t);
    for (let i = 0; i < SIZE; i++) {
      const kept = options.mask?.[i] ?? 1;
      const g = gradient[i]! * kept;
      first[i] = 0.9 * first[i]! + 0.1 * g;
      second[i] = 0.999 * second[i]! + 0.001 * g * g;
      const direction = first[i]! / (1 - 0.9 ** t) / (Math.sqrt(second[i]! / (1 - 0.999 ** t)) + 1e-8);
      weights[i] = kept * (weights[i]! - RATE * (direction + options.decay * weights[i]!));
    }
  }
  return weights;
}

let made = 0;
const weightsVariable = (name = `weights-${made++}`): Variable => {
  const initial = tf.tensor1d(randomNormal(SIZE, 1));
  const variable = tf.variable(initial, true, name);
  initial.dispose();
  return variable;
};

function stepAll(
  optimizer: Optimizer,
  variable: Variable,
  options: { from: number; to: number; mask?: tf.Tensor },
) {
  const { from, to, mask } = options;
  for (let t = from; t <= to; t++) {
    const gradients: NamedTensorMap = { [variable.name]: tf.tensor1d(randomNormal(SIZE, 10 + t)) };
    optimizer.step([{ variable, decay: true, ...(mask && { mask }) }], gradients, RATE);
    tf.dispose(gradients);
  }
}

describe.each(ENGINES)('AdamW on %s', (engine) => {
  beforeAll(() => useTraining({ engine }));

  it('follows its definition', () => {
    const variable = weightsVariable();
    stepAll(adamW({ weightDecay: 0.1 }), variable, { from: 1, to: 20 });
    const expected = definition(20, { decay: 0.1 });
    // Twenty float32 steps; the first divides by 1 - 0.999, which costs ten bits of the second moment.
    variable.dataSync().forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
  });

  it('keeps masked weights at exactly 0 and the others unaffected', () => {
    const mask = Array.from({ length: SIZE }, (_, i) => (i % 3 === 0 ? 0 : 1));
    const variable = weightsVariable();
    stepAll(adamW({ weightDecay: 0.1 }), variable, { from: 1, to: 5, mask: tf.tensor1d(mask) });
    const expected = definition(5, { decay: 0.1, mask });
    variable.dataSync().forEach((value, i) => {
      if (mask[i] === 0) expect(Math.abs(value)).toBe(0);
      else expect(value).toBeCloseTo(expected[i]!, 5);
    });
  });

  it('resumes from a saved state with the same bits', async () => {
    const [whole, resumed] = [weightsVariable(), weightsVariable()];
    stepAll(adamW(), whole, { from: 1, to: 6 });
    const before = adamW();
    stepAll(before, resumed, { from: 1, to: 3 });
    const after = adamW();
    after.restore(before.save());
    expect(await before.saveAsync()).toEqual(before.save());
    stepAll(after, resumed, { from: 4, to: 6 });
    expect(resumed.dataSync()).toEqual(whole.dataSync());
  });

  it('leaves variables without a gradient alone', () => {
    const variable = weightsVariable();
    adamW().step([{ variable, decay: true }], {}, RATE);
    expect(variable.dataSync()).toEqual(randomNormal(SIZE, 1));
  });

  it('refuses the state of another network', () => {
    const variable = weightsVariable();
    const optimizer = adamW();
    const moments = { step: 1, first: new Float32Array(4), second: new Float32Array(4) };
    optimizer.restore({ [variable.name]: moments });
    expect(() => stepAll(optimizer, variable, { from: 1, to: 1 })).toThrow(/E_STATE.*11 elements/);
  });

  it('refuses a mask of another size', () => {
    const options = { from: 1, to: 1, mask: tf.ones([SIZE - 1]) };
    expect(() => stepAll(adamW(), weightsVariable(), options)).toThrow(/E_SHAPE.*mask \[10\]/);
  });

  it('frees its moments', () => {
    const variable = weightsVariable();
    const before = tf.memory().numTensors;
    const optimizer = adamW();
    stepAll(optimizer, variable, { from: 1, to: 2 });
    expect(tf.memory().numTensors).toBe(before + 2);
    optimizer.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe.each(ENGINES)('gradient clipping on %s', (engine) => {
  beforeAll(() => useTraining({ engine }));

  it('scales all gradients to the greatest norm and returns the norm before', () => {
    const gradients: NamedTensorMap = { a: tf.tensor1d([3, 0]), b: tf.tensor2d([[4]]) };
    const before = tf.memory().numTensors;
    expect(clipGradientNorm(gradients, 1)).toBeCloseTo(5, 6);
    expect([...gradients['a']!.dataSync(), ...gradients['b']!.dataSync()]).toEqual([
      Math.fround(0.6),
      0,
      Math.fround(0.8),
    ]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('leaves smaller gradients as they are', () => {
    const a = tf.tensor1d([0.3, 0.4]);
    const gradients: NamedTensorMap = { a };
    expect(clipGradientNorm(gradients, 1)).toBeCloseTo(0.5, 6);
    expect(gradients['a']).toBe(a);
  });
});

describe.each(ENGINES)('SGD with momentum on %s', (engine) => {
  beforeAll(() => useTraining({ engine }));

  it.each([false, true])('follows its definition (nesterov %s)', (nesterov) => {
    const variable = weightsVariable();
    stepAll(sgd({ momentum: 0.8, nesterov, weightDecay: 0.1 }), variable, { from: 1, to: 9 });
    const weights = [...randomNormal(SIZE, 1)];
    const velocity = new Float64Array(SIZE);
    for (let t = 1; t <= 9; t++) {
      randomNormal(SIZE, 10 + t).forEach((g, i) => {
        velocity[i] = 0.8 * velocity[i]! + g;
        const change = nesterov ? g + 0.8 * velocity[i]! : velocity[i]!;
        weights[i] = weights[i]! * (1 - RATE * 0.1) - RATE * change;
      });
    }
    variable.dataSync().forEach((value, i) => expect(value).toBeCloseTo(weights[i]!, 5));
  });

  it('resumes from a saved state with the same bits', async () => {
    const [whole, resumed] = [weightsVariable(), weightsVariable()];
    stepAll(sgd(), whole, { from: 1, to: 4 });
    const before = sgd();
    stepAll(before, resumed, { from: 1, to: 2 });
    const after = sgd();
    after.restore(before.save());
    expect(await before.saveAsync()).toEqual(before.save());
    stepAll(after, resumed, { from: 3, to: 4 });
    expect(resumed.dataSync()).toEqual(whole.dataSync());
  });

  it('has a state that AdamW refuses', () => {
    const variable = weightsVariable();
    const adam = adamW();
    adam.restore({ [variable.name]: { step: 1, first: new Float32Array(SIZE), second: new Float32Array() } });
    expect(() => stepAll(adam, variable, { from: 1, to: 1 })).toThrow(/E_STATE.*11 and 0/);
  });
});

describe.each(ENGINES)('the average of weights on %s', (engine) => {
  beforeAll(() => useTraining({ engine }));

  it('moves towards the weights, swaps with them, and frees what it holds', () => {
    const variable = tf.variable(tf.tensor1d([1, 2]), true, `averaged-${made++}`);
    const before = tf.memory().numTensors;
    const average = weightAverage({ decay: 0.75 });
    average.update([variable]);
    variable.assign(tf.tensor1d([5, 2]));
    average.update([variable]);
    average.swap();
    expect([...variable.dataSync()]).toEqual([2, 2]);
    average.swap();
    expect([...variable.dataSync()]).toEqual([5, 2]);
    average.dispose();
    expect(tf.memory().numTensors).toBe(before + 1); // the tensor that was assigned
    expect(() => weightAverage({ decay: 1 })).toThrow(/E_OPTION: decay is 1/);
  });
});
