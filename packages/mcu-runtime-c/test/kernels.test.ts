/** @file Each kernel on values small enough to check by hand, on every runtime. */
import { describe, expect, it } from '@jest/globals';
import { convolution, depthwise, linear } from '@tinyformer/test-kit/kernel-requests';
import { runtimes } from './support/runtimes.js';

const image = { height: 2, width: 2, channels: 1 };
const ones = (count: number): Int8Array => new Int8Array(count).fill(1);

describe.each(runtimes.map((runtime) => [runtime.name, runtime] as const))('kernels on %s', (_, runtime) => {
  it('multiplies tokens by dense weights, subtracting the zero point and adding the bias', () => {
    const request = linear([2, 2, 2], {
      input: Int8Array.of(3, 5, 1, 0),
      weights: Int8Array.of(1, 2, -3, 4),
      params: { input_zero_point: 1, bias: Int32Array.of(10, 0) },
    });
    // (2, 4) and (0, -1) against rows (1, 2) and (-3, 4)
    expect([...runtime.run(request)]).toEqual([20, 10, 8, -4]);
  });

  it('rescales each output channel by its own factor and clamps to the activation range', () => {
    const request = linear([1, 1, 3], {
      input: Int8Array.of(100),
      weights: Int8Array.of(1, 1, 1),
      params: {
        ...{ multiplier: Int32Array.of(2 ** 30, 2 ** 30, 2 ** 30), shift: Uint8Array.of(32, 31, 30) },
        ...{ output_zero_point: 5, output_min: 31, output_max: 90 },
      },
    });
    expect([...runtime.run(request)]).toEqual([31, 55, 90]);
  });

  it('computes five tokens as it computes them one by one', () => {
    const input = Int8Array.from({ length: 15 }, (_, i) => 9 * i - 60);
    const weights = Int8Array.of(1, -2, 3, 0, 5, -1, 7, 2, 2);
    const params = { shift: new Uint8Array(3).fill(33) };
    const together = runtime.run(linear([5, 3, 3], { input, weights, params }));
    const apart = [0, 1, 2, 3, 4].flatMap((t) => [
      ...runtime.run(linear([1, 3, 3], { input: input.slice(3 * t, 3 * t + 3), weights, params })),
    ]);
    expect([...together]).toEqual(apart);
  });

  it('convolves with SAME padding, padded positions contributing nothing', () => {
    const shape = { input: image, outputChannels: 1, kernel: 3, stride: 1 };
    const request = convolution(shape, {
      input: Int8Array.of(11, 12, 13, 14),
      weights: Int8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9),
      params: { input_zero_point: 10 },
    });
    // values 1 2 3 4; at the first position the window's taps 5 6 8 9 are inside
    expect([...runtime.run(request)]).toEqual([
      5 + 12 + 24 + 36,
      4 + 10 + 21 + 32,
      2 + 6 + 15 + 24,
      1 + 4 + 12 + 20,
    ]);
  });

  it('puts the surplus padding of a stride behind the last row and column', () => {
    const shape = { input: { height: 4, width: 4, channels: 1 }, outputChannels: 1, kernel: 3, stride: 2 };
    const input = Int8Array.from({ length: 16 }, (_, i) => i);
    const request = convolution(shape, { input, weights: Int8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0) });
    expect([...runtime.run(request)]).toEqual([0, 2, 8, 10]);
  });

  it('convolves each channel of a depthwise convolution by itself', () => {
    const input = { height: 1, width: 2, channels: 5 };
    const request = depthwise(
      { input, kernel: 1, stride: 1 },
      {
        input: Int8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
        weights: Int8Array.of(1, 2, 3, 4, -5),
        params: { input_zero_point: 1, bias: Int32Array.of(0, 0, 0, 0, 50) },
      },
    );
    expect([...runtime.run(request)]).toEqual([0, 2, 6, 12, 30, 5, 12, 21, 32, 5]);
  });

  it('sums the window of a depthwise convolution inside of the image', () => {
    const request = depthwise(
      { input: image, kernel: 3, stride: 1 },
      { input: Int8Array.of(1, 2, 3, 4), weights: ones(9) },
    );
    expect([...runtime.run(request)]).toEqual([10, 10, 10, 10]);
  });

  it('looks values up in a table', () => {
    const table = Int8Array.from({ length: 256 }, (_, i) => 127 - i);
    const request = {
      kernel: 'tfr_lookup_s8',
      params: { size: 3, table },
      inputs: [Int8Array.of(-128, 0, 127)],
      outputLength: 3,
    };
    expect([...runtime.run(request)]).toEqual([127, -1, -128]);
  });

  it('adds tensors of different scales', () => {
    // a has scale 1, b scale 1/2, the output scale 1: factors 1/2, 1/4 and 2^-19
    const request = {
      kernel: 'tfr_add_s8',
      params: {
        ...{ size: 3, a_zero_point: 0, b_zero_point: 10, output_zero_point: -1 },
        ...{ a_multiplier: 2 ** 30, a_shift: 31, b_multiplier: 2 ** 30, b_shift: 32 },
        ...{ output_multiplier: 2 ** 30, output_shift: 49, output_min: -128, output_max: 100 },
      },
      inputs: [Int8Array.of(10, 120, -128), Int8Array.of(14, 10, -128)],
      outputLength: 3,
    };
    expect([...runtime.run(request)]).toEqual([11, 100, -128]);
  });

  it('averages positions, halves away from zero', () => {
    const request = {
      kernel: 'tfr_average_pool_s8',
      params: {
        ...{ input_height: 2, input_width: 1, channels: 3, output_height: 1, output_width: 1 },
        ...{ kernel_height: 2, kernel_width: 1, stride_height: 2, stride_width: 1 },
        ...{ padding_top: 0, padding_left: 0, output_min: -128, output_max: 127 },
      },
      inputs: [Int8Array.of(1, -1, 5, 2, -2, 6)],
      outputLength: 3,
    };
    expect([...runtime.run(request)]).toEqual([2, -2, 6]);
  });

  it('weighs values by probabilities that halve with every point of the score, within each head', () => {
    const request = {
      kernel: 'tfr_attention_s8',
      params: {
        ...{
          tokens: 2,
          heads: 2,
          head_width: 1,
          valid_tokens: 2,
          window_before: 2,
          window_after: 2,
          pruned_heads: 0,
        },
        ...{ query_zero_point: 1, value_zero_point: 0, output_zero_point: 3, score_multiplier: 2 ** 30 },
        ...{
          table: Uint16Array.of(0, 64, 128, 256),
          table_size: 4,
          value_multiplier: 2 ** 30,
          value_shift: 30,
        },
      },
      inputs: [Int8Array.of(5, 1, 9, 0), Int8Array.of(0, 10, 1, 20), Int8Array.of(10, 20, 40, 80)],
      outputLength: 4,
    };
    // head 0: scores 0, 4/4 = 1 and 0, 8/4 = 2; head 1: queries 0 and -1, scores 0, 0 and -2, -5
    expect([...runtime.run(request)]).toEqual([3 + 30, 3 + 50, 3 + 34, 3 + 20]);
  });

  it('turns equal scores into equal probabilities and clips a certain one at 255/256', () => {
    const table = Uint16Array.from({ length: 256 }, (_, d) => Math.round(65535 * Math.exp(-d)));
    const request = {
      kernel: 'tfr_softmax_s8',
      params: { rows: 2, columns: 4, table },
      inputs: [Int8Array.of(7, 7, 7, 7, 100, -100, -100, -100)],
      outputLength: 8,
    };
    expect([...runtime.run(request)]).toEqual([-64, -64, -64, -64, 127, -128, -128, -128]);
  });

  it('normalises rows to mean 0 and deviation 1, then scales and moves them', () => {
    // x = -3, 3 has deviation 3, so z = -1, 1 (times 1024); gamma 1024, beta 1024 * 1024, factor 10 * 2^-20
    const request = {
      kernel: 'tfr_layer_norm_s8',
      params: {
        ...{ rows: 1, columns: 2, epsilon: 1, output_zero_point: 0 },
        ...{ gamma: Int16Array.of(1024, 1024), beta: Int32Array.of(2 ** 20, 2 ** 20) },
        ...{ multiplier: 10 * 2 ** 27, shift: 47 },
      },
      inputs: [Int8Array.of(-3, 3)],
      outputLength: 2,
    };
    expect([...runtime.run(request)]).toEqual([0, 20]);
  });
});
