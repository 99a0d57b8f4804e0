/**
 * @file Seeded randomness, handed in as an argument and never global. xoshiro128** (Blackman and Vigna, 2018) seeded by
 * splitmix32 over a hash of seed and label, so that `fork` gives streams that do not depend on the order of draws elsewhere.
 */
import { TinyFormerError } from './errors.js';

export interface Rng {
  /** Uniform in [0, 1), 32 bits of it. */
  next(): number;
  /** Uniform integer in [0, limit). */
  below(limit: number): number;
  /** Standard normal (Box and Muller). */
  normal(): number;
  pick<T>(items: readonly T[]): T;
  /** A shuffled copy (Fisher and Yates). */
  shuffle<T>(items: readonly T[]): T[];
  /** An independent stream named by its purpose. The parent does not advance. */
  fork(label: string | number): Rng;
  /** The position in the stream, so that long work can resume; see {@link restoreRng}. */
  save(): RngState;
}

export interface RngState {
  readonly seed: number;
  readonly words: readonly [number, number, number, number];
}

/** @throws E_SEED when the seed is no whole number of 32 bits, as two such seeds could give one stream. */
export function createRng(seed: number): Rng {
  if (seed !== seed >>> 0) {
    throw new TinyFormerError('E_SEED', `the seed is ${seed}`, {
      hint: `seeds are whole numbers from 0 to ${2 ** 32 - 1}`,
      details: { seed },
    });
  }
  const mix = splitmix32(seed);
  return restoreRng({ seed, words: [mix(), mix(), mix(), mix()] });
}

export function restoreRng({ seed, words }: RngState): Rng {
  let [a, b, c, d] = words;
  const uint32 = (): number => {
    const scrambled = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotateLeft(d, 11);
    return scrambled;
  };
  const next = (): number => uint32() / 2 ** 32;
  const below = (limit: number): number => Math.floor(next() * limit);
  const rng: Rng = {
    next,
    below,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    pick: (items) => items[below(items.length)]!,
    shuffle: (items) => {
      const copy = [...items];
      for (let i = copy.length - 1; i > 0; i--) {
        const j = below(i + 1);
        [copy[i], copy[j]] = [copy[j]!, copy[i]!];
      }
      return copy;
    },
    fork: (label) => createRng(hash(`${seed}/${label}`)),
    save: () => ({ seed, words: [a, b, c, d] }),
  };
  return rng;
}

function rotateLeft(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}

function splitmix32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return z ^ (z >>> 15);
  };
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}
