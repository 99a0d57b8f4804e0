/** @file Random requests of average pooling: any window, and windows whose sums lie at halves of their count. */
import fc from 'fast-check';
import type { KernelRequest } from './request.js';
import { averagePool } from './requests.js';
import { int8s, size, windowShape } from './values.js';

const int8 = fc.integer({ min: -128, max: 127 });

const clamp = fc.constantFrom(
  { output_min: -128, output_max: 127 },
  { output_min: -100, output_max: 100 },
  { output_min: -128, output_max: 90 },
);

const anyWindow = fc.record({ shape: windowShape, params: clamp }).chain(({ shape, params }) => {
  const { height, width, channels } = shape.input;
  return int8s(height * width * channels).map((input) => averagePool(shape, { input, params }));
});

/** `count` values of int8 that add up to the sum nearest to `target`. */
function valuesOfSum(target: number, count: number): number[] {
  const sum = Math.min(Math.max(target, -128 * count), 127 * count);
  const low = Math.floor(sum / count);
  return Array.from({ length: count }, (_, i) => low + (i < sum - low * count ? 1 : 0));
}

/** One window over a whole row. Sums of channels are means and a half of the count, and one more or less. */
const halves = fc
  .record({
    count: size(256),
    channels: fc.array(fc.record({ mean: int8, off: fc.integer({ min: -1, max: 1 }) }), {
      minLength: 1,
      maxLength: 9,
    }),
    params: clamp,
  })
  .map(({ count, channels, params }): KernelRequest => {
    const columns = channels.map(({ mean, off }) =>
      valuesOfSum(mean * count + Math.floor(count / 2) + off, count),
    );
    const input = Int8Array.from({ length: count * columns.length }, (_, i) => {
      return columns[i % columns.length]![Math.floor(i / columns.length)]!;
    });
    const image = { height: 1, width: count, channels: columns.length };
    return averagePool({ input: image, kernel: 1, kernelWidth: count, stride: count }, { input, params });
  });

export const averagePoolRequest = fc.oneof(
  { arbitrary: anyWindow, weight: 3 },
  { arbitrary: halves, weight: 2 },
);
