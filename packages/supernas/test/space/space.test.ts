import { describe, expect, it } from '@jest/globals';
import { createRng, type Rng } from '@tinyformer/core';
import {
  containsArchitecture,
  countArchitectures,
  crossArchitectures,
  cutSpaces,
  largestArchitecture,
  mutateArchitecture,
  parseSearchSpace,
  presets,
  sampleArchitecture,
  smallestArchitecture,
  type SearchSpace,
} from '@tinyformer/supernas';
import fc from 'fast-check';
import { TINY_SPACE } from '../tiny.js';

const SMALL_SPACE: SearchSpace = {
  ...TINY_SPACE,
  stem: { channels: [4, 8], kernel: [3], stride: [1] },
  stages: [
    { kind: 'convolution', channels: [4], stride: [1, 2], depth: [1, 2], kernel: [3, 5], expansion: [2] },
    { kind: 'transformer', width: [8], stride: [1], depth: [1, 3], heads: [1, 2], mlpRatio: [1] },
  ],
};

/** Walks the whole tree of decisions: each run follows a script and extends it by first choices. */
function allArchitectures(space: SearchSpace): Set<string> {
  const found = new Set<string>();
  let script: number[] | undefined = [];
  while (script) {
    const taken: { choice: number; of: number }[] = [];
    const given: number[] = script;
    const pick = <T>(items: readonly T[]): T => {
      const choice = given[taken.length] ?? 0;
      taken.push({ choice, of: items.length });
      return items[choice]!;
    };
    found.add(JSON.stringify(sampleArchitecture(space, { ...createRng(0), pick } as Rng)));
    while (taken.length > 0 && taken.at(-1)!.choice + 1 === taken.at(-1)!.of) taken.pop();
    script = taken.length === 0 ? undefined : taken.map(({ choice }) => choice);
    if (script) script[script.length - 1]! += 1;
  }
  return found;
}

describe('counting', () => {
  it('equals brute force', () => {
    expect(countArchitectures(SMALL_SPACE)).toBe(BigInt(allArchitectures(SMALL_SPACE).size));
    expect(countArchitectures(SMALL_SPACE)).toBe(2n * (2n * (2n + 4n)) * (2n + 8n));
  });

  it('exceeds what a double can hold without losing a path', () => {
    const stage = TINY_SPACE.stages[0]!;
    const deep = { ...TINY_SPACE, stages: Array.from({ length: 16 }, () => ({ ...stage, depth: [32] })) };
    expect(countArchitectures(deep)).toBe(8n * (4n * 4n ** 32n) ** 16n);
  });
});

describe('sampling and varying', () => {
  it('stays within the space', () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(TINY_SPACE, presets.shapes, presets.cifar10), (seed, space) => {
        const rng = createRng(seed);
        const [a, b] = [sampleArchitecture(space, rng), sampleArchitecture(space, rng)];
        const children = [mutateArchitecture(space, a, rng), crossArchitectures(a, b, rng)];
        expect([a, b, ...children].every((path) => containsArchitecture(space, path))).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('gives the same path for the same seed', () => {
    const draw = (seed: number) => sampleArchitecture(presets.cifar10, createRng(seed));
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it('reaches every path of a small space', () => {
    const rng = createRng(1);
    const drawn = new Set(
      Array.from({ length: 4000 }, () => JSON.stringify(sampleArchitecture(SMALL_SPACE, rng))),
    );
    expect(drawn).toEqual(allArchitectures(SMALL_SPACE));
  });

  it('mutates a little: most decisions are inherited, some change', () => {
    const rng = createRng(1);
    const parent = sampleArchitecture(presets.cifar10, rng);
    const children = Array.from({ length: 200 }, () => mutateArchitecture(presets.cifar10, parent, rng));
    const sameStem = children.filter(({ stem }) => stem.channels === parent.stem.channels).length;
    expect(sameStem).toBeGreaterThan(150);
    expect(sameStem).toBeLessThan(200);
  });

  it('crosses stages of both parents', () => {
    const [a, b] = [smallestArchitecture(TINY_SPACE), largestArchitecture(TINY_SPACE)];
    const rng = createRng(2);
    const children = Array.from({ length: 50 }, () => crossArchitectures(a, b, rng));
    expect(children.some(({ stages }) => stages[0] === a.stages[0] && stages[1] === b.stages[1])).toBe(true);
    expect(children.some(({ stages }) => stages[0] === b.stages[0] && stages[1] === a.stages[1])).toBe(true);
  });
});

describe('membership', () => {
  it('knows the extremes of the space and refuses what lies outside', () => {
    const largest = largestArchitecture(TINY_SPACE);
    expect(containsArchitecture(TINY_SPACE, largest)).toBe(true);
    expect(containsArchitecture(TINY_SPACE, smallestArchitecture(TINY_SPACE))).toBe(true);
    expect(containsArchitecture(TINY_SPACE, { ...largest, classes: 9 })).toBe(false);
    expect(containsArchitecture(TINY_SPACE, { ...largest, stages: largest.stages.slice(1) })).toBe(false);
    expect(containsArchitecture(TINY_SPACE, { ...largest, stem: { ...largest.stem, channels: 6 } })).toBe(
      false,
    );
  });
});

describe('parts of a space', () => {
  it('are distinct, contained and seeded', () => {
    const parts = cutSpaces(presets.shapes, 4, createRng(1));
    expect(new Set(parts.map((part) => JSON.stringify({ ...part, name: '' }))).size).toBe(4);
    for (const part of parts) {
      expect(containsArchitecture(presets.shapes, largestArchitecture(part))).toBe(true);
      expect(containsArchitecture(presets.shapes, smallestArchitecture(part))).toBe(true);
      expect(countArchitectures(part)).toBeLessThan(countArchitectures(presets.shapes));
    }
    expect(cutSpaces(presets.shapes, 4, createRng(1))).toEqual(parts);
  });

  it('are refused where there are not enough of them', () => {
    const single = {
      ...SMALL_SPACE,
      stages: [{ ...SMALL_SPACE.stages[0]!, stride: [1] as const, depth: [1] }],
    };
    expect(() => cutSpaces(single, 40, createRng(1))).toThrow('E_SPACE');
  });
});

describe('reading a space', () => {
  it('accepts its own JSON form', () => {
    expect(parseSearchSpace(JSON.parse(JSON.stringify(presets.cifar10)))).toEqual(presets.cifar10);
  });

  const stage = TINY_SPACE.stages[1]!;
  it.each([
    ['an empty list of choices', { ...TINY_SPACE, stem: { ...TINY_SPACE.stem, channels: [] } }],
    ['a choice listed twice', { ...TINY_SPACE, stem: { ...TINY_SPACE.stem, channels: [4, 4] } }],
    ['channels that are no multiple of 4', { ...TINY_SPACE, stem: { ...TINY_SPACE.stem, channels: [6] } }],
    ['heads that do not divide a width', { ...TINY_SPACE, stages: [{ ...stage, heads: [3] }] }],
    ['an unknown stage', { ...TINY_SPACE, stages: [{ ...stage, kind: 'recurrent' }] }],
    ['an unknown field', { ...TINY_SPACE, colour: 'red' }],
    ['no stages', { ...TINY_SPACE, stages: [] }],
    ['nothing', null],
  ])('refuses %s', (_, value) => {
    expect(() => parseSearchSpace(value)).toThrow('E_SPACE');
  });
});
