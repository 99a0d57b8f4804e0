/** @file Every op's reference on values small enough to check by hand. */
import { describe, expect, it } from '@jest/globals';
import { tensorData, type QuantParams, type Shape } from '@tinyformer/core';
import { OPS, type Attributes } from '@tinyformer/sparse-engine';
import fc from 'fast-check';
import { expOfNegative, reciprocalOfOnePlus } from '../src/ops/fixed-point.js';
import { gelu, lookupTable } from '../src/ops/gelu.js';

const UNIT: QuantParams = { scale: 1, zeroPoint: 0 };
const PROBABILITY: QuantParams = { scale: 1 / 256, zeroPoint: -128 };

interface Tensor {
  readonly shape: Shape;
  readonly values: readonly number[];
  readonly quant?: QuantParams;
}

interface Layer {
  readonly inputs: readonly Tensor[];
  readonly attributes?: Attributes;
  readonly quant?: QuantParams;
}

function run(op: string, { inputs, attributes = {}, quant = UNIT }: Layer): number[] {
  const definition = OPS[op]!;
  const tensors = inputs.map(({ shape, quant: own = UNIT }, i) => ({ name: `x${i}`, shape, quant: own }));
  const node = { name: op, op, inputs: tensors.map(({ name }) => name), output: 'y', attributes };
  const shape = definition.inferShape({ node, inputs: tensors, output: { name: 'y', shape: [], quant } });
  const output = new Int8Array(shape.reduce((product, extent) => product * extent, 1));
  const site = { node, inputs: tensors, output: { name: 'y', shape, quant } };
  expect(definition.findFault(site)).toBeNull();
  const values = inputs.map((input) => Int8Array.from(input.values));
  definition.reference(site, { inputs: values, output, rounding: 'single' });
  return [...output];
}

const weighted = (weights: readonly number[], shape: Shape, bias: readonly number[], scale = 1) => ({
  activation: 'none',
  weights: tensorData(Int8Array.from(weights), shape),
  weightScales: bias.map(() => scale),
  bias: tensorData(Int32Array.from(bias)),
});

describe('linear', () => {
  const attributes = { ...weighted([1, 2, 3, -4], [2, 2], [10, -1]), sparsity: null };

  it('multiplies every token by the weights and adds the bias', () => {
    const inputs = [{ shape: [1, 2, 2], values: [1, 2, 3, 4] }];
    expect(run('linear', { inputs, attributes })).toEqual([15, -6, 21, -8]);
  });

  it('subtracts the input zero point and adds the output zero point', () => {
    const inputs = [{ shape: [1, 1, 2], values: [4, 5], quant: { scale: 1, zeroPoint: 3 } }];
    expect(run('linear', { inputs, attributes, quant: { scale: 1, zeroPoint: 7 } })).toEqual([22, 1]);
  });

  it('rounds halves up when it rescales', () => {
    const inputs = [{ shape: [1, 1, 2], values: [-5, 0] }];
    expect(run('linear', { inputs, attributes, quant: { scale: 2, zeroPoint: 0 } })).toEqual([3, -8]);
  });

  it('clamps to int8, and to [0, 6] under ReLU6', () => {
    const inputs = [{ shape: [1, 1, 2], values: [100, 100] }];
    expect(run('linear', { inputs, attributes })).toEqual([127, -101]);
    expect(run('linear', { inputs, attributes: { ...attributes, activation: 'relu6' } })).toEqual([6, 0]);
  });
});

describe('convolution', () => {
  const attributes = {
    kernel: 3,
    stride: 1,
    ...weighted([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1], [0]),
    sparsity: null,
  };

  it('pads with nothing on all sides at stride 1', () => {
    const inputs = [{ shape: [2, 2, 1], values: [1, 0, 0, 2] }];
    expect(run('convolution', { inputs, attributes })).toEqual([5 + 18, 4 + 16, 2 + 12, 1 + 10]);
  });

  it('pads behind the last row and column first at stride 2', () => {
    const inputs = [{ shape: [2, 2, 1], values: [1, 0, 0, 2] }];
    expect(run('convolution', { inputs, attributes: { ...attributes, stride: 2 } })).toEqual([1 + 10]);
  });

  it('lets a padded position hold the zero point', () => {
    const inputs = [{ shape: [1, 1, 1], values: [12], quant: { scale: 1, zeroPoint: 10 } }];
    expect(run('convolution', { inputs, attributes })).toEqual([10]);
  });
});

describe('depthwise', () => {
  it('convolves every channel with its own window', () => {
    const weights = [1, 10, 2, 20, 3, 30, 4, 40];
    const attributes = { kernel: 2, stride: 1, ...weighted(weights, [2, 2, 2], [0, 5]) };
    const inputs = [{ shape: [1, 2, 2], values: [1, 1, 2, 3] }];
    expect(run('depthwise', { inputs, attributes })).toEqual([1 + 4, 10 + 60 + 5, 2, 30 + 5]);
  });
});

describe('lookup', () => {
  it('reads the table at x + 128', () => {
    const table = Int8Array.from({ length: 256 }, (_, index) => 127 - index);
    const attributes = { function: 'mirror', table: tensorData(table) };
    const inputs = [{ shape: [1, 1, 3], values: [-128, 0, 127] }];
    expect(run('lookup', { inputs, attributes })).toEqual([127, -1, -128]);
  });

  it.each([
    [0, 0],
    [1, 0.841344746],
    [-1, -0.158655254],
    [3, 2.99595031],
  ])('holds the exact GELU: %d gives %d', (x, y) => {
    expect(gelu(x)).toBeCloseTo(y, 6); // erf's approximation is good to 1.5e-7
  });

  it('tabulates between the scales of input and output', () => {
    const table = lookupTable((x) => x * x, { input: { scale: 0.5, zeroPoint: 2 }, output: UNIT }).data;
    expect([table[128 + 2], table[128 + 6], table[128 - 8]]).toEqual([0, 4, 25]);
  });
});

describe('add', () => {
  it('adds tensors of different scales', () => {
    const inputs = [
      { shape: [1, 1, 3], values: [10, -10, 127], quant: { scale: 0.5, zeroPoint: 0 } },
      { shape: [1, 1, 3], values: [3, 1, 127], quant: { scale: 2, zeroPoint: 1 } },
    ];
    expect(run('add', { inputs, quant: { scale: 1, zeroPoint: -1 } })).toEqual([8, -6, 127]);
  });
});

describe('averagePool', () => {
  it('rounds halves away from zero', () => {
    const inputs = [{ shape: [2, 1, 3], values: [1, -1, 5, 2, -2, 5] }];
    expect(run('globalAveragePool', { inputs })).toEqual([2, -2, 5]);
  });

  it('neither sums nor counts what lies outside of the image', () => {
    const inputs = [{ shape: [3, 3, 1], values: [1, 2, 3, 4, 5, 6, 7, 8, 10] }];
    expect(run('averagePool', { inputs, attributes: { kernel: 2, stride: 2 } })).toEqual([3, 5, 8, 10]);
  });
});

describe('softmax', () => {
  it('gives equal entries equal probabilities', () => {
    const inputs = [{ shape: [1, 1, 4], values: [7, 7, 7, 7] }];
    expect(run('softmax', { inputs, quant: PROBABILITY })).toEqual([-64, -64, -64, -64]);
  });

  it('gives one entry all of it, at most 255/256', () => {
    const inputs = [{ shape: [1, 1, 2], values: [127, -128] }];
    expect(run('softmax', { inputs, quant: PROBABILITY })).toEqual([127, -128]);
  });

  it('halves with every step of log 2', () => {
    const inputs = [{ shape: [1, 1, 3], values: [1, 0, 0], quant: { scale: Math.LN2, zeroPoint: 0 } }];
    expect(run('softmax', { inputs, quant: PROBABILITY })).toEqual([0, -64, -64]);
  });

  it.each(['softmax', 'softmaxTflite'])('as %s is at most one step away from the real function', (op) => {
    fc.assert(
      fc.property(
        fc.int8Array({ minLength: 1, maxLength: 200 }),
        fc.double({ min: 0.002, max: 0.5, noNaN: true }),
        (row, scale) => {
          const inputs = [{ shape: [1, 1, row.length], values: [...row], quant: { scale, zeroPoint: 0 } }];
          const exponentials = Array.from(row, (value) => Math.exp(value * scale));
          const sum = exponentials.reduce((a, b) => a + b);
          const distances = run(op, { inputs, quant: PROBABILITY }).map((value, j) =>
            Math.abs(value + 128 - Math.min(255, (256 * exponentials[j]!) / sum)),
          );
          expect(Math.max(...distances)).toBeLessThanOrEqual(1);
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });
});

describe('softmaxTflite', () => {
  it.each([0, -0.25, -1, -4])('has the exponential of %d', (x) => {
    expect(expOfNegative(x * 2 ** 26) / 2 ** 31).toBeCloseTo(Math.exp(x), 6);
  });

  it.each([0, 0.25, 0.75])('has 1 / (1 + %d)', (x) => {
    expect(reciprocalOfOnePlus(x * 2 ** 31) / 2 ** 31).toBeCloseTo(1 / (1 + x), 8);
  });

  it('gives probabilities of 0 beyond five integer bits', () => {
    const inputs = [{ shape: [1, 1, 2], values: [127, -128], quant: { scale: 0.5, zeroPoint: 0 } }];
    expect(run('softmaxTflite', { inputs, quant: PROBABILITY })).toEqual([127, -128]);
  });
});

describe('layerNorm', () => {
  const attributes = {
    gamma: tensorData(Int16Array.from([1, 1, 1, 1])),
    gammaScale: 1,
    beta: tensorData(Int32Array.from([0, 0, 1024, -1024])),
  };

  it('subtracts the mean, divides by the deviation, scales and shifts', () => {
    const inputs = [{ shape: [1, 1, 4], values: [10, -10, 10, -10] }];
    const quant = { scale: 1 / 16, zeroPoint: 0 };
    expect(run('layerNorm', { inputs, attributes, quant })).toEqual([16, -16, 32, -32]);
  });

  it('does not see the input zero point', () => {
    const values = [1, 2, 3, 100];
    const quant = { scale: 1 / 32, zeroPoint: 3 };
    const at = (zeroPoint: number) =>
      run('layerNorm', {
        inputs: [{ shape: [1, 1, 4], values, quant: { scale: 0.1, zeroPoint } }],
        attributes,
        quant,
      });
    expect(at(0)).toEqual(at(50));
  });

  it('gives the offset for a constant row', () => {
    const inputs = [{ shape: [1, 1, 4], values: [5, 5, 5, 5] }];
    expect(run('layerNorm', { inputs, attributes })).toEqual([0, 0, 1, -1]);
  });
});
