/** @file The planner: what is alive together never overlaps, and no plan beats the lower bound. */
import { describe, expect, it } from '@jest/globals';
import { elementCount, findBoard, InternalError } from '@tinyformer/core';
import { compile, SparseEngine, type ArenaBuffer, type QuantizedNetwork } from '@tinyformer/sparse-engine';
import { arbitraryQuantizedNetwork, TINY_ARCHITECTURE, tinyQuantizedNetwork } from '@tinyformer/test-kit';
import { createRng } from '@tinyformer/core';
import fc from 'fast-check';
import { checkPlacement, placeBuffers } from '../src/memory/place-buffers.js';

const buffer = (name: string, bytes: number, [first, last]: readonly [number, number]): ArenaBuffer => ({
  names: [name],
  kind: 'tensor',
  bytes,
  first,
  last,
});

const arbitraryBuffers = fc.array(
  fc
    .record({
      bytes: fc.integer({ min: 1, max: 100 }),
      first: fc.nat(12),
      duration: fc.nat(6),
    })
    .map(({ bytes, first, duration }) => buffer('b', bytes, [first, first + duration])),
  { minLength: 1, maxLength: 25 },
);

describe('placing buffers', () => {
  it('never lets two overlap in space and time', () => {
    fc.assert(
      fc.property(arbitraryBuffers, (buffers) => {
        const { buffers: placed, arenaBytes } = placeBuffers(buffers, 0);
        for (const [index, a] of placed.entries()) {
          expect(a.offset % 8).toBe(0);
          expect(a.offset + a.bytes).toBeLessThanOrEqual(arenaBytes);
          for (const b of placed.slice(index + 1)) {
            const together = a.first <= b.last && b.first <= a.last;
            if (together) expect(a.offset + a.bytes <= b.offset || b.offset + b.bytes <= a.offset).toBe(true);
          }
        }
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  it('reuses the memory of what is dead', () => {
    const { arenaBytes } = placeBuffers(
      [buffer('a', 64, [0, 1]), buffer('b', 32, [1, 2]), buffer('c', 64, [2, 3])],
      96,
    );
    expect(arenaBytes).toBe(96);
  });

  it('is refused by the check when two live buffers share bytes', () => {
    const a = { ...buffer('a', 16, [0, 1]), offset: 0 };
    const b = { ...buffer('b', 16, [1, 2]), offset: 8 };
    expect(() => checkPlacement([a, b])).toThrow(InternalError);
    expect(() => checkPlacement([a, { ...b, first: 2 }])).not.toThrow();
  });
});

describe('the plan of a network', () => {
  it('has room for every tensor and at least its lower bound', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryQuantizedNetwork(), async (network: QuantizedNetwork) => {
        const { graph, plan } = await compile(network);
        expect(plan.lowerBoundBytes).toBeLessThanOrEqual(plan.arenaBytes);
        for (const { name, shape } of Object.values(graph.tensors)) {
          expect(plan.tensorOffsets[name]! + elementCount(shape)).toBeLessThanOrEqual(plan.arenaBytes);
        }
      }),
      { numRuns: 30, seed: 1 },
    );
  });

  it('adds and looks up in place, but never over the input', async () => {
    const network = tinyQuantizedNetwork(createRng(1), { architecture: TINY_ARCHITECTURE });
    const { plan } = await compile(network);
    const shared = plan.buffers.filter(({ names }) => names.length > 1).map(({ names }) => names.join(' '));
    expect(shared).toContain('stage2.block0.mlp1 stage2.block0.gelu');
    expect(plan.buffers.find(({ names }) => names.includes('input'))!.names).toEqual(['input']);
  });
});

describe('a board', () => {
  const network = tinyQuantizedNetwork(createRng(1), { architecture: TINY_ARCHITECTURE });
  const board = findBoard('stm32f746');

  it('that is too small in SRAM is refused with the layer, both sizes and a remedy', async () => {
    const small = { ...board, name: 'thimble', sramBytes: 512 };
    await expect(compile(network, { board: small })).rejects.toThrow(
      /^E_SRAM: layer \d+ \([\w.]+\) needs [\d.]+ KiB, thimble has 512 B\. Make .* smaller/,
    );
  });

  it('that is too small in flash is refused likewise', async () => {
    const engine = new SparseEngine({ board: { ...board, flashBytes: 1024 } });
    await expect(engine.compile(network)).rejects.toThrow(/^E_FLASH: .*stm32f746 has 1.0 KiB\. Prune more/);
  });

  it('that is large enough is accepted', async () => {
    await expect(compile(network, { board })).resolves.toMatchObject({ graph: { name: 'tiny' } });
  });
});
