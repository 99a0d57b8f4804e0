/** @file The rescaling rule against its definition in unbounded integers, through a linear layer of biases alone. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { linear } from '@tinyformer/test-kit/kernel-requests';
import { doubleRounding, runtimes } from './support/runtimes.js';

interface Rescaling {
  readonly acc: number;
  readonly multiplier: number;
  readonly shift: number;
}

const clampInt8 = (value: bigint): number => Number(value < -128n ? -128n : value > 127n ? 127n : value);

const single = ({ acc, multiplier, shift }: Rescaling): bigint =>
  (BigInt(acc) * BigInt(multiplier) + (1n << BigInt(shift - 1))) >> BigInt(shift);

/** gemmlowp's two steps as docs/quantization.md has them. */
function double({ acc, multiplier, shift }: Rescaling): bigint {
  const exponent = 31 - shift;
  const shifted = exponent > 0 ? BigInt(acc) << BigInt(exponent) : BigInt(acc);
  const saturated =
    shifted > 2n ** 31n - 1n ? 2n ** 31n - 1n : shifted < -(2n ** 31n) ? -(2n ** 31n) : shifted;
  const product = saturated * BigInt(multiplier);
  const high = (product + (product >= 0n ? 2n ** 30n : 1n - 2n ** 30n)) / 2n ** 31n;
  if (exponent >= 0) return high;
  const divisor = 2n ** BigInt(-exponent);
  const magnitude = ((high < 0n ? -high : high) + divisor / 2n) / divisor;
  return high < 0n ? -magnitude : magnitude;
}

/** Accumulators whose results lie around int8, and others. */
const rescaling: fc.Arbitrary<Rescaling> = fc
  .record({
    multiplier: fc.oneof(
      fc.integer({ min: 2 ** 30, max: 2 ** 31 - 1 }),
      fc.constantFrom(0, 2 ** 30, 2 ** 31 - 1),
    ),
    shift: fc.oneof(fc.integer({ min: 17, max: 62 }), fc.constantFrom(30, 31, 32, 33, 34)),
    halves: fc.integer({ min: -300, max: 300 }),
    wild: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  })
  .map(({ multiplier, shift, halves, wild }) => {
    const near = Math.round((halves / 2) * (2 ** shift / Math.max(multiplier, 2 ** 30))) + (wild % 2);
    return { acc: Math.abs(near) < 2 ** 31 ? near : wild, multiplier, shift };
  });

describe.each([
  ['single', runtimes, single],
  ['double', doubleRounding, double],
] as const)('%s rounding', (_, group, definition) => {
  it.each(group.map((runtime) => [runtime.name, runtime] as const))(
    'on %s is its definition',
    (_, runtime) => {
      fc.assert(
        fc.property(fc.array(rescaling, { minLength: 1, maxLength: 200 }), (cases) => {
          const request = linear([1, 1, cases.length], {
            input: new Int8Array(1),
            weights: new Int8Array(cases.length),
            params: {
              bias: Int32Array.from(cases, ({ acc }) => acc),
              multiplier: Int32Array.from(cases, ({ multiplier }) => multiplier),
              shift: Uint8Array.from(cases, ({ shift }) => shift),
            },
          });
          expect([...runtime.run(request)]).toEqual(cases.map((each) => clampInt8(definition(each))));
        }),
        { numRuns: 100, seed: 7 },
      );
    },
  );
});

it('the two rounding modes differ on -1/2', () => {
  const request = linear([1, 1, 1], {
    input: new Int8Array(1),
    weights: new Int8Array(1),
    params: { bias: Int32Array.of(-2), shift: Uint8Array.of(32) },
  });
  for (const runtime of runtimes) expect([...runtime.run(request)]).toEqual([0]);
  for (const runtime of doubleRounding) expect([...runtime.run(request)]).toEqual([-1]);
});
