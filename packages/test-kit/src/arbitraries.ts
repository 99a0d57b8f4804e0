/** @file fast-check arbitraries: architectures and whole quantised networks, drawn from a seed and shrunk by it. */
import { createRng, type Architecture, type BlockShape } from '@tinyformer/core';
import fc from 'fast-check';
import { tinyArchitecture } from './tiny-architecture.js';
import { tinyQuantizedNetwork, type TinyQuantizedNetwork } from './tiny-network.js';

const seed = fc.integer({ min: 0, max: 2 ** 31 - 1 });

export function arbitraryArchitecture(): fc.Arbitrary<Architecture> {
  return seed.map((value) => tinyArchitecture(createRng(value)));
}

export function arbitraryBlock(): fc.Arbitrary<BlockShape> {
  return fc.record({ blockRows: fc.constantFrom(1, 2, 4), blockColumns: fc.constantFrom(2, 4, 8, 16) });
}

export function arbitraryQuantizedNetwork(): fc.Arbitrary<TinyQuantizedNetwork> {
  const density = fc.constantFrom(0.1, 0.25, 0.5, 1);
  return fc
    .record({ seed, density, block: arbitraryBlock() })
    .map(({ seed: value, ...options }) => tinyQuantizedNetwork(createRng(value), options));
}
