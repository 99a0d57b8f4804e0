/** @file The random streams are xoshiro128**, and streams with a name do not disturb each other. */
import { describe, expect, it } from '@jest/globals';
import { createRng, restoreRng } from '../src/index.js';

const draws = (count: number, next: () => number): number[] => Array.from({ length: count }, next);

describe('createRng', () => {
  it('gives the numbers of the authors’ xoshiro128** from the state 1, 2, 3, 4', () => {
    const rng = restoreRng({ seed: 0, words: [1, 2, 3, 4] });
    // rotl(s1 * 5, 7) * 9 by hand for the first two, then the reference implementation in BigInt below.
    const reference = xoshiro128starstar([1n, 2n, 3n, 4n]);
    const expected = draws(1000, reference);
    expect(expected.slice(0, 2)).toEqual([11520, 0]);
    expect(draws(1000, () => rng.next() * 2 ** 32)).toEqual(expected);
  });

  it.each([-1, 0.5, 2 ** 32, NaN, Infinity])('refuses the seed %d', (seed) => {
    expect(() => createRng(seed)).toThrow(/^E_SEED: the seed is /);
  });

  it('repeats itself for a seed and differs for another', () => {
    const [a, b, c] = [createRng(7), createRng(7), createRng(8)];
    const first = draws(8, a.next);
    expect(draws(8, b.next)).toEqual(first);
    expect(draws(8, c.next)).not.toEqual(first);
  });

  it('forks by name, whatever was drawn before', () => {
    const [early, late] = [createRng(7), createRng(7)];
    draws(100, late.next);
    expect(draws(4, late.fork('batches').next)).toEqual(draws(4, early.fork('batches').next));
    expect(draws(4, early.fork('paths').next)).not.toEqual(draws(4, early.fork('batches').next));
  });

  it('does not advance the parent by forking', () => {
    const [a, b] = [createRng(7), createRng(7)];
    a.fork('x').next();
    expect(a.next()).toBe(b.next());
  });

  it('continues from a saved state as if it had not stopped, forks included', () => {
    const rng = createRng(3);
    draws(17, rng.next);
    const restored = restoreRng(JSON.parse(JSON.stringify(rng.save())) as ReturnType<typeof rng.save>);
    expect(draws(9, restored.next)).toEqual(draws(9, rng.next));
    expect(restored.fork('x').next()).toBe(rng.fork('x').next());
  });
});

describe('draws', () => {
  it('are uniform: each of ten bins is within five standard deviations', () => {
    const bins = new Array<number>(10).fill(0);
    const rng = createRng(1);
    for (let i = 0; i < 100_000; i++) bins[rng.below(10)]! += 1;
    for (const count of bins) expect(Math.abs(count - 10_000)).toBeLessThan(5 * Math.sqrt(9_000));
  });

  it('are normal: mean 0 and variance 1 within five standard errors', () => {
    const rng = createRng(2);
    const values = draws(100_000, rng.normal);
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    const variance = values.reduce((sum, x) => sum + x * x, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(1e5));
    expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / 1e5));
  });

  it('shuffle a copy without losing anything', () => {
    const items = Array.from({ length: 50 }, (_, i) => i);
    const shuffled = createRng(4).shuffle(items);
    expect(shuffled).not.toEqual(items);
    expect([...shuffled].sort((a, b) => a - b)).toEqual(items);
  });

  it('pick every item sooner or later', () => {
    const rng = createRng(5);
    expect(new Set(draws(200, () => rng.pick([1, 2, 3]))).size).toBe(3);
  });
});

/** Blackman and Vigna's xoshiro128starstar.c, word by word. */
function xoshiro128starstar(state: [bigint, bigint, bigint, bigint]): () => number {
  const s = [...state] as typeof state;
  const u32 = (x: bigint): bigint => x & 0xffffffffn;
  const rotl = (x: bigint, k: bigint): bigint => u32(u32(x << k) | (x >> (32n - k)));
  return () => {
    const result = u32(rotl(u32(s[1] * 5n), 7n) * 9n);
    const t = u32(s[1] << 9n);
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 11n);
    return Number(result);
  };
}
