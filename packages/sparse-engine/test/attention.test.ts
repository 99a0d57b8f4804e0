/** @file Fused attention: its masks against a dense softmax with scores of minus infinity, and its distance from float. */
import { describe, expect, it } from '@jest/globals';
import { createRng, type QuantParams, type Rng } from '@tinyformer/core';
import { OPS, type Attributes } from '@tinyformer/sparse-engine';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Shape {
  readonly tokens: number;
  readonly heads: number;
  readonly headWidth: number;
}

interface Mask {
  readonly before: number;
  readonly after: number;
  readonly valid: number;
  /** Bit h: head h. */
  readonly prunedHeads: number;
}

interface Problem extends Shape, Mask {
  readonly inputs: readonly [Int8Array, Int8Array, Int8Array];
  readonly quants: readonly [QuantParams, QuantParams, QuantParams];
  readonly output: QuantParams;
}

const unmasked = (tokens: number): Mask => ({
  before: tokens,
  after: tokens,
  valid: tokens,
  prunedHeads: 0,
});

function siteOf({ tokens, heads, headWidth, quants, output, ...mask }: Problem) {
  const shape = [1, tokens, heads * headWidth];
  const inputs = quants.map((quant, i) => ({ name: `x${i}`, shape, quant }));
  const { before, after, valid, prunedHeads } = mask;
  const attributes: Attributes = { heads, before, after, valid, prunedHeads };
  const node = {
    name: 'a',
    op: 'attention',
    inputs: inputs.map(({ name }) => name),
    output: 'y',
    attributes,
  };
  return { node, inputs, output: { name: 'y', shape, quant: output } };
}

function run(problem: Problem): Int8Array {
  const site = siteOf(problem);
  const output = new Int8Array(problem.inputs[0].length);
  expect(OPS['attention']!.findFault(site)).toBeNull();
  OPS['attention']!.reference(site, { inputs: problem.inputs, output, rounding: 'single' });
  return output;
}

/** The real output over the output's scale, plus its zero point; hidden tokens have the score -Infinity. */
function inFloat(problem: Problem): Float64Array {
  const { tokens, heads, headWidth, inputs, quants, output, before, after, valid, prunedHeads } = problem;
  const width = heads * headWidth;
  const [q, k, v] = inputs.map((data, i) =>
    Float64Array.from(data, (x) => (x - quants[i]!.zeroPoint) * quants[i]!.scale),
  );
  const result = new Float64Array(tokens * width).fill(output.zeroPoint);
  for (let head = 0; head < heads; head++) {
    if ((prunedHeads >> head) & 1) continue;
    for (let i = 0; i < valid; i++) {
      const scores = Array.from({ length: tokens }, (_, j) => {
        if (j >= valid || j < i - before || j > i + after) return -Infinity;
        let sum = 0;
        for (let c = head * headWidth; c < (head + 1) * headWidth; c++)
          sum += q![i * width + c]! * k![j * width + c]!;
        return sum / Math.sqrt(headWidth);
      });
      const largest = Math.max(...scores);
      const weights = scores.map((score) => Math.exp(score - largest));
      const total = weights.reduce((a, b) => a + b);
      for (let c = head * headWidth; c < (head + 1) * headWidth; c++) {
        const mean = weights.reduce((sum, weight, j) => sum + weight * v![j * width + c]!, 0) / total;
        result[i * width + c] = mean / output.scale + output.zeroPoint;
      }
    }
  }
  return result;
}

const normal = (rng: Rng): number =>
  Math.sqrt(-2 * Math.log(1 - rng.next())) * Math.cos(2 * Math.PI * rng.next());

function bell(rng: Rng, length: number): Int8Array {
  return Int8Array.from({ length }, () => Math.max(-128, Math.min(127, Math.round(40 * normal(rng)))));
}

const VALUE_SCALE = 0.02;

/**
 * Queries and keys whose scores spread by `deviation`, and an output scale under which the largest output is just an int8:
 * the tightest that calibration could choose.
 */
function calibrated(
  rng: Rng,
  { deviation, ...shape }: Shape & { readonly deviation: number } & Partial<Mask>,
): Problem {
  const { tokens, heads, headWidth } = shape;
  const size = tokens * heads * headWidth;
  const inputs = [bell(rng, size), bell(rng, size), bell(rng, size)] as const;
  const scale = Math.sqrt(deviation) / 40;
  const quants = [
    { scale, zeroPoint: rng.below(41) - 20 },
    { scale, zeroPoint: rng.below(41) - 20 },
    { scale: VALUE_SCALE, zeroPoint: rng.below(41) - 20 },
  ] as const;
  const draft = { ...unmasked(tokens), ...shape, inputs, quants, output: { scale: 1, zeroPoint: 0 } };
  const largest = inFloat(draft).reduce((most, y) => Math.max(most, Math.abs(y)), 0);
  return { ...draft, output: { scale: largest / 127, zeroPoint: 0 } };
}

function distances(problem: Problem) {
  const expected = inFloat(problem);
  const errors = Array.from(run(problem), (y, i) =>
    Math.abs(y - Math.max(-128, Math.min(127, expected[i]!))),
  );
  return {
    largest: errors.reduce((a, b) => Math.max(a, b)),
    mean: errors.reduce((a, b) => a + b) / errors.length,
  };
}

describe('attention', () => {
  const unit = { scale: 1, zeroPoint: 0 };
  const one = { tokens: 2, heads: 2, headWidth: 1, ...unmasked(2), output: unit };

  it('weighs values by the exponentials of scores, head by head', () => {
    const quants = [{ scale: Math.LN2 / 32, zeroPoint: 1 }, { scale: 1 / 32, zeroPoint: 9 }, unit] as const;
    const inputs = [
      Int8Array.of(33, 65, 1, 65),
      Int8Array.of(0, 0, 32, 32),
      Int8Array.of(0, 0, 30, 40),
    ] as const;
    // scores over log 2: head 0 (0 1) (0 0), head 1 (0 2) (0 2)
    expect([...run({ ...one, quants, inputs })]).toEqual([20, 32, 15, 32]);
  });

  it('subtracts the zero point of the values and adds that of the output', () => {
    const quants = [unit, unit, { scale: 1, zeroPoint: 10 }] as const;
    const inputs = [new Int8Array(4), new Int8Array(4), Int8Array.of(20, 20, 20, 40)] as const;
    const output = { scale: 2, zeroPoint: -5 };
    expect([...run({ ...one, quants, inputs, output })]).toEqual([0, 5, 0, 5]);
  });

  it('of one token gives its values', () => {
    const inputs = [Int8Array.of(100, 50), Int8Array.of(-7, 90), Int8Array.of(-128, 127)] as const;
    expect([...run({ ...one, ...unmasked(1), tokens: 1, quants: [unit, unit, unit], inputs })]).toEqual([
      -128, 127,
    ]);
  });

  it('counts no masked pair and no pruned head as work', () => {
    const macs = (mask: Partial<Mask>) => {
      const shape = { tokens: 8, heads: 2, headWidth: 4 };
      const tensor = new Int8Array(64);
      const inputs = [tensor, tensor, tensor] as const;
      const quants = [unit, unit, unit] as const;
      return OPS['attention']!.macs(
        siteOf({ ...shape, ...unmasked(8), quants, output: unit, inputs, ...mask }),
      );
    };
    expect(macs({})).toBe(2 * 64 * 8);
    expect(macs({ after: 0 })).toBe(2 * 36 * 8);
    expect(macs({ before: 1, after: 1 })).toBe(2 * 22 * 8);
    expect(macs({ valid: 3 })).toBe(2 * 9 * 8);
    expect(macs({ prunedHeads: 2 })).toBe(2 * 64 * 4);
  });

  it.each([
    ['a head that is not there', { prunedHeads: 4 }, /prunes more than its 2 heads/],
    ['padding of every token', { valid: 0 }, /0 of its 2 tokens/],
    ['a window that leaves the token out', { after: -1 }, /window/],
    ['values far coarser than the output', { output: { scale: 1e-6, zeroPoint: 0 } }, /times the scale/],
  ])('refuses %s', (_, change, message) => {
    const tensor = new Int8Array(4);
    const problem = {
      ...one,
      quants: [unit, unit, unit],
      inputs: [tensor, tensor, tensor],
      ...change,
    } as Problem;
    expect(OPS['attention']!.findFault(siteOf(problem))).toMatch(message);
  });
});

describe('a mask', () => {
  const masks = fc
    .record({ tokens: fc.integer({ min: 1, max: 24 }), seed: fc.nat() })
    .chain(({ tokens, seed }) =>
      fc.record({
        seed: fc.constant(seed),
        tokens: fc.constant(tokens),
        before: fc.oneof(fc.constant(tokens), fc.nat(tokens)),
        after: fc.oneof(fc.constant(tokens), fc.constant(0), fc.nat(tokens)),
        valid: fc.oneof(fc.constant(tokens), fc.integer({ min: 1, max: tokens })),
        prunedHeads: fc.nat(7),
        headWidth: fc.integer({ min: 1, max: 9 }),
      }),
    );

  const output = { scale: VALUE_SCALE, zeroPoint: 3 };

  it('gives what scores of minus infinity give', () => {
    fc.assert(
      fc.property(masks, ({ seed, ...mask }) => {
        const problem = { ...calibrated(createRng(seed), { ...mask, heads: 3, deviation: 2 }), output };
        expect(distances(problem).largest).toBeLessThanOrEqual(2);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it('lets nothing behind it be seen', () => {
    fc.assert(
      fc.property(masks, ({ seed, ...mask }) => {
        const problem = { ...calibrated(createRng(seed), { ...mask, heads: 3, deviation: 2 }), output };
        const width = 3 * mask.headWidth;
        const [q, k, v] = problem.inputs.map((data) => data.slice()) as [Int8Array, Int8Array, Int8Array];
        for (const hidden of [k, v]) hidden.fill(99, mask.valid * width);
        const token = Math.min(mask.valid, 3 + mask.after);
        for (const hidden of [k, v]) hidden.fill(-99, token * width, mask.valid * width);
        const seen = (outputs: Int8Array) => outputs.slice(0, Math.min(mask.valid, 3) * width);
        expect(seen(run({ ...problem, inputs: [q, k, v] }))).toEqual(seen(run(problem)));
      }),
      { numRuns: 100, seed: 1 },
    );
  });
});

describe('the distance from float', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/quantization.md'), 'utf8');
  const documented = page.replaceAll(/ +/g, ' ');
  const deviations = [0.01, 0.3, 1, 2, 4, 8];

  it.each([
    { tokens: 64, heads: 4, headWidth: 16 },
    { tokens: 64, heads: 4, headWidth: 32 },
    { tokens: 16, heads: 3, headWidth: 8 },
    { tokens: 197, heads: 1, headWidth: 24 },
  ])('is at most 2 of the output for $tokens tokens of $headWidth channels, as documented', (shape) => {
    const found = deviations.map((deviation) => distances(calibrated(createRng(7), { ...shape, deviation })));
    for (const { largest, mean } of found) {
      expect(largest).toBeLessThanOrEqual(2);
      expect(mean).toBeLessThan(0.3); // rounding alone gives 0.25
    }
    const cells = found.map(({ largest, mean }) => `${largest.toFixed(2)} / ${mean.toFixed(2)}`);
    const { tokens, heads, headWidth } = shape;
    expect(documented).toContain(`| ${[`${heads} x ${tokens} x ${headWidth}`, ...cells].join(' | ')} |`);
  });
});
