/**
 * @file TensorFlow Lite's int8 kernels written down once more from its quantisation specification, in exact rational
 * arithmetic and straight from a call's parameters, against the C kernels in TFLite's rounding. Nothing is shared with the
 * references of the ops, so that both would have to err alike.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRng } from '@tinyformer/core';
import {
  loadRuntime,
  runtimeAvailability,
  type KernelRequest,
  type KernelRuntime,
} from '@tinyformer/mcu-runtime-c';
import { kernelCase } from '@tinyformer/sparse-engine/testing';
import fc from 'fast-check';

/** floor(a / b) for positive b. */
function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}

/** The integer nearest to a / b, halves upwards: what SaturatingRoundingDoublingHighMul gives where it need not saturate. */
const nearestUp = (a: bigint, b: bigint): bigint => floorDivide(2n * a + b, 2n * b);

/** The integer nearest to a / b, halves away from zero: RoundingDivideByPOT, and the mean of a pooling window. */
const nearestAway = (a: bigint, b: bigint): bigint =>
  a < 0n ? -floorDivide(-2n * a + b, 2n * b) : floorDivide(2n * a + b, 2n * b);

const INT32_MAX = 2n ** 31n - 1n;
const saturate = (value: bigint): bigint =>
  value > INT32_MAX ? INT32_MAX : value < -INT32_MAX - 1n ? -INT32_MAX - 1n : value;

/** MultiplyByQuantizedMultiplier for the exponent 31 - shift. */
function multiplyByQuantized(acc: bigint, multiplier: number, shift: number): bigint {
  const exponent = 31 - shift;
  const left = saturate(acc << BigInt(Math.max(0, exponent)));
  const high = nearestUp(left * BigInt(multiplier), 2n ** 31n);
  return nearestAway(high, 2n ** BigInt(Math.max(0, -exponent)));
}

type Numbers = Readonly<Record<string, number>>;
type Arrays = Readonly<Record<string, Int8Array | Int32Array | Uint8Array>>;

const numbersOf = ({ params }: KernelRequest): Numbers => params as unknown as Numbers;
const arraysOf = ({ params }: KernelRequest): Arrays => params as unknown as Arrays;

function clampTo({ output_min, output_max }: Numbers, value: bigint): number {
  return Math.max(output_min!, Math.min(output_max!, Number(value)));
}

/** Bias and products of output channel `o` to its int8 value. */
function finish(request: KernelRequest, o: number, products: number): number {
  const { bias, multiplier, shift } = arraysOf(request);
  const sum = BigInt(bias![o]!) + BigInt(products);
  const rescaled = multiplyByQuantized(sum, multiplier![o]!, shift![o]!);
  return clampTo(numbersOf(request), rescaled + BigInt(numbersOf(request)['output_zero_point']!));
}

function fullyConnected(request: KernelRequest): number[] {
  const { tokens, inputs, outputs, input_zero_point } = numbersOf(request);
  const { weights } = arraysOf(request);
  const [x] = request.inputs as [Int8Array];
  return Array.from({ length: tokens! * outputs! }, (_, index) => {
    const [token, o] = [Math.floor(index / outputs!), index % outputs!];
    let products = 0;
    for (let i = 0; i < inputs!; i++) {
      products += (x[token * inputs! + i]! - input_zero_point!) * weights![o * inputs! + i]!;
    }
    return finish(request, o, products);
  });
}

/** Calls back with the flat position in the image and in the window of every tap inside of the image. */
function eachTap(p: Numbers, position: number, visit: (pixel: number, tap: number) => void): void {
  const [oy, ox] = [Math.floor(position / p['output_width']!), position % p['output_width']!];
  for (let ky = 0; ky < p['kernel_height']!; ky++) {
    for (let kx = 0; kx < p['kernel_width']!; kx++) {
      const y = oy * p['stride_height']! - p['padding_top']! + ky;
      const x = ox * p['stride_width']! - p['padding_left']! + kx;
      const isInside = y >= 0 && y < p['input_height']! && x >= 0 && x < p['input_width']!;
      if (isInside) visit(y * p['input_width']! + x, ky * p['kernel_width']! + kx);
    }
  }
}

const positions = (p: Numbers): number => p['output_height']! * p['output_width']!;

function convolution(request: KernelRequest): number[] {
  const p = numbersOf(request);
  const [channels, outputs] = [p['input_channels']!, p['output_channels']!];
  const taps = p['kernel_height']! * p['kernel_width']!;
  const { weights } = arraysOf(request);
  const [x] = request.inputs as [Int8Array];
  return Array.from({ length: positions(p) * outputs }, (_, index) => {
    const o = index % outputs;
    let products = 0;
    eachTap(p, Math.floor(index / outputs), (pixel, tap) => {
      for (let c = 0; c < channels; c++) {
        const weight = weights![(o * taps + tap) * channels + c]!;
        products += (x[pixel * channels + c]! - p['input_zero_point']!) * weight;
      }
    });
    return finish(request, o, products);
  });
}

function depthwiseConvolution(request: KernelRequest): number[] {
  const p = numbersOf(request);
  const channels = p['channels']!;
  const { weights } = arraysOf(request);
  const [x] = request.inputs as [Int8Array];
  return Array.from({ length: positions(p) * channels }, (_, index) => {
    const c = index % channels;
    let products = 0;
    eachTap(p, Math.floor(index / channels), (pixel, tap) => {
      products += (x[pixel * channels + c]! - p['input_zero_point']!) * weights![tap * channels + c]!;
    });
    return finish(request, c, products);
  });
}

function add(request: KernelRequest): number[] {
  const p = numbersOf(request);
  const [a, b] = request.inputs as [Int8Array, Int8Array];
  const operand = (value: number, name: 'a' | 'b'): bigint => {
    const shifted = BigInt(value - p[`${name}_zero_point`]!) << 20n;
    return multiplyByQuantized(shifted, p[`${name}_multiplier`]!, p[`${name}_shift`]!);
  };
  return Array.from(a, (value, i) => {
    const sum = operand(value, 'a') + operand(b[i]!, 'b');
    const rescaled = multiplyByQuantized(sum, p['output_multiplier']!, p['output_shift']!);
    return clampTo(p, rescaled + BigInt(p['output_zero_point']!));
  });
}

function averagePool(request: KernelRequest): number[] {
  const p = numbersOf(request);
  const channels = p['channels']!;
  const [x] = request.inputs as [Int8Array];
  return Array.from({ length: positions(p) * channels }, (_, index) => {
    let [sum, count] = [0, 0];
    eachTap(p, Math.floor(index / channels), (pixel) => {
      sum += x[pixel * channels + (index % channels)]!;
      count += 1;
    });
    return clampTo(p, nearestAway(BigInt(sum), BigInt(count)));
  });
}

const SPECIFICATION: Readonly<Record<string, (request: KernelRequest) => number[]>> = {
  tfr_linear_dense_s8: fullyConnected,
  tfr_convolution_dense_s8: convolution,
  tfr_depthwise_dense_s8: depthwiseConvolution,
  tfr_add_s8: add,
  tfr_average_pool_s8: averagePool,
};

const available = runtimeAvailability();
const runtimes = (['wasm', 'native'] as const).filter((name) => available[name]);

describe.each(runtimes)('with double rounding, %s kernels', (name) => {
  let runtime: KernelRuntime;
  beforeAll(async () => {
    runtime = await loadRuntime(name, { rounding: 'double' });
  });
  afterAll(() => runtime.dispose());

  it.each(Object.keys(SPECIFICATION))('%s gives what the specification of TFLite gives', (kernel) => {
    fc.assert(
      fc.property(fc.integer({ min: 0 }), (seed) => {
        const { request } = kernelCase(createRng(seed), kernel, { rounding: 'double' });
        expect([...runtime.run(request)]).toEqual(SPECIFICATION[kernel]!(request));
      }),
      { numRuns: 60, seed: 4 },
    );
  });
});
