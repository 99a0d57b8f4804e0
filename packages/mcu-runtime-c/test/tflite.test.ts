/**
 * @file With double rounding the kernels are TensorFlow Lite's: addition, average pooling and depthwise convolution against
 * the formulas of its int8 quantisation specification and of gemmlowp, written once more here in whole numbers of any size.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadRuntime, runtimeAvailability, type KernelRuntime } from '@tinyformer/mcu-runtime-c';
import fc from 'fast-check';
import { addRequest, averagePoolRequest, depthwiseRequest } from '@tinyformer/test-kit/kernel-requests';

type Params = Readonly<Record<string, number>>;

const clamp = (value: number, { output_min, output_max }: Params) =>
  Math.min(output_max!, Math.max(output_min!, value)) + 0; // no -0

/** gemmlowp: the high 32 bits of twice the product, rounded to nearest. */
function doublingHighMultiply(a: bigint, b: bigint): bigint {
  const product = a * b;
  const nudge = product >= 0n ? 1n << 30n : 1n - (1n << 30n);
  return (product + nudge) / (1n << 31n);
}

/** gemmlowp: divided by a power of two, rounded to nearest, halves away from zero. */
function divideByPowerOfTwo(value: bigint, exponent: bigint): bigint {
  const mask = (1n << exponent) - 1n;
  const threshold = (mask >> 1n) + (value < 0n ? 1n : 0n);
  return (value >> exponent) + ((value & mask) > threshold ? 1n : 0n);
}

/** TensorFlow Lite's MultiplyByQuantizedMultiplier; the factor is multiplier * 2^-shift. */
function multiplied(value: number, multiplier: number, shift: number): number {
  const left = shift < 31 ? 31n - BigInt(shift) : 0n;
  const shifted = BigInt(value) << left;
  const limited = shifted > 2n ** 31n - 1n ? 2n ** 31n - 1n : shifted < -(2n ** 31n) ? -(2n ** 31n) : shifted;
  const high = doublingHighMultiply(limited, BigInt(multiplier));
  return Number(divideByPowerOfTwo(high, shift > 31 ? BigInt(shift) - 31n : 0n));
}

function added(p: Params, a: number, b: number): number {
  const left = multiplied((a - p['a_zero_point']!) * 2 ** 20, p['a_multiplier']!, p['a_shift']!);
  const right = multiplied((b - p['b_zero_point']!) * 2 ** 20, p['b_multiplier']!, p['b_shift']!);
  const sum = multiplied(left + right, p['output_multiplier']!, p['output_shift']!);
  return clamp(sum + p['output_zero_point']!, p);
}

/** Calls back with every tap of every output: output, input (or null outside) and tap as flat positions. */
function eachTap(p: Params, visit: (output: number, input: number | null, tap: number) => void): void {
  for (let output = 0; output < p['output_height']! * p['output_width']!; output++) {
    const top = Math.floor(output / p['output_width']!) * p['stride_height']! - p['padding_top']!;
    const left = (output % p['output_width']!) * p['stride_width']! - p['padding_left']!;
    for (let tap = 0; tap < p['kernel_height']! * p['kernel_width']!; tap++) {
      const y = top + Math.floor(tap / p['kernel_width']!);
      const x = left + (tap % p['kernel_width']!);
      const isInside = y >= 0 && y < p['input_height']! && x >= 0 && x < p['input_width']!;
      visit(output, isInside ? y * p['input_width']! + x : null, tap);
    }
  }
}

function pooled(p: Params, x: Int8Array, c: number): number[] {
  const sums: { sum: number; count: number }[] = [];
  eachTap(p, (output, input) => {
    const total = (sums[output] ??= { sum: 0, count: 0 });
    if (input === null) return;
    total.sum += x[input * p['channels']! + c]!;
    total.count += 1;
  });
  return sums.map(({ sum, count }) => {
    const half = Math.floor(count / 2);
    return clamp(Math.trunc((sum > 0 ? sum + half : sum - half) / count), p);
  });
}

const names = (['wasm', 'native'] as const).filter((name) => runtimeAvailability()[name]);

describe.each(names)('with double rounding on %s', (name) => {
  let runtime: KernelRuntime;
  beforeAll(async () => {
    runtime = await loadRuntime(name, { rounding: 'double' });
  });
  afterAll(() => runtime.dispose());

  it('addition is TensorFlow Lite’s', () => {
    fc.assert(
      fc.property(addRequest, (request) => {
        const p = request.params as Params;
        const [a, b] = request.inputs as [Int8Array, Int8Array];
        expect([...runtime.run(request)]).toEqual(Array.from(a, (value, i) => added(p, value, b[i]!)));
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('average pooling is TensorFlow Lite’s', () => {
    fc.assert(
      fc.property(averagePoolRequest, (request) => {
        const p = request.params as Params;
        const output = runtime.run(request);
        const channels = p['channels']!;
        for (let c = 0; c < channels; c++) {
          const channel = [...output].filter((_, at) => at % channels === c);
          expect(channel).toEqual(pooled(p, request.inputs[0]!, c));
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('depthwise convolution is TensorFlow Lite’s', () => {
    fc.assert(
      fc.property(depthwiseRequest, (request) => {
        const p = request.params as Params;
        const { weights, bias, multiplier, shift } = request.params as unknown as Record<string, Int32Array>;
        const channels = p['channels']!;
        const expected = Array.from(runtime.run(request), (_, at) => bias![at % channels]!);
        eachTap(p, (output, input, tap) => {
          for (let c = 0; c < channels && input !== null; c++) {
            const value = request.inputs[0]![input * channels + c]! - p['input_zero_point']!;
            expected[output * channels + c]! += value * weights![tap * channels + c]!;
          }
        });
        const rescaled = expected.map((sum, at) => {
          const c = at % channels;
          return clamp(multiplied(sum, multiplier![c]!, shift![c]!) + p['output_zero_point']!, p);
        });
        expect([...runtime.run(request)]).toEqual(rescaled);
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});
