/** @file Random sizes, windows, values and factors, of which requests are made. */
import fc from 'fast-check';
import type { KernelParams } from './request.js';

export const size = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });
export const zeroPoint = fc.integer({ min: -128, max: 127 });
export const multiplier = fc.integer({ min: 2 ** 30, max: 2 ** 31 - 1 });
export const int8s = (length: number): fc.Arbitrary<Int8Array> =>
  fc.int8Array({ minLength: length, maxLength: length });

export const quantisation = (channels: number): fc.Arbitrary<KernelParams> =>
  fc.record({
    bias: fc.int32Array({ min: -50000, max: 50000, minLength: channels, maxLength: channels }),
    multiplier: fc
      .array(multiplier, { minLength: channels, maxLength: channels })
      .map((m) => Int32Array.from(m)),
    shift: fc.uint8Array({ min: 28, max: 46, minLength: channels, maxLength: channels }),
    input_zero_point: zeroPoint,
    output_zero_point: zeroPoint,
    output_min: fc.integer({ min: -128, max: 0 }),
    output_max: fc.integer({ min: 0, max: 127 }),
  });

export const taps = fc.constantFrom(1, 2, 3, 5);

export const windowShape = fc.record({
  input: fc.record({ height: size(7), width: size(7), channels: size(11) }),
  outputChannels: size(9),
  kernel: taps,
  kernelWidth: taps,
  stride: size(3),
  strideWidth: size(3),
});
