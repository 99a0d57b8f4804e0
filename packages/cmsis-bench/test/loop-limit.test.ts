/**
 * @file Kernels with a compiled-in shape for a board whose instruction cache is small: their loops fit it, whatever the
 * layer is, and they compute the same.
 */
import { describe, expect } from '@jest/globals';
import { createRng, elementCount, findBoard, type Board } from '@tinyformer/core';
import { loadRuntime, type Rounding } from '@tinyformer/mcu-runtime-c';
import { definitionOf, fitEncoding } from '@tinyformer/sparse-engine';
import { execFileSync } from 'node:child_process';
import type { BenchLayer } from '../src/benchmark/layer.js';
import { convolutionLayer, linearLayer } from '../src/benchmark/layer-makers.js';
import { ownWays, SpecialisedKernels, type Way } from '../src/benchmark/own-programs.js';
import { buildLayerFirmware } from '../src/firmware/layer-firmware.js';
import { findMachine } from '../src/machine/cortex-machine.js';
import { runPrograms } from '../src/workload/run-programs.js';
import { machineTest } from './support/snippets.js';

const LINE_BYTES = 32;
/** Flags of a panel's header. */
const [DENSE, ROW_SHIFTS] = [1, 4];
/** The smallest for which every form here has a loop that fits. */
const LIMIT = 1024;

/** Blocks of two rows against four positions, of four rows against one token. */
const layouts = (blockRows: number, isDense: boolean) =>
  [{ kind: 'panel', blockRows, blockColumns: 4, isDense }] as const;

const linear = (tokens: number, keptBlocks: number) =>
  linearLayer(createRng(keptBlocks), `linear${tokens}-${keptBlocks}`, {
    ...{
      tokens,
      inputs: 96,
      outputs: 7,
      keptBlocks,
      layouts: layouts(tokens === 1 ? 4 : 2, keptBlocks === 24),
    },
  }).draw();

const convolution = (channels: number, keptBlocks: number) =>
  convolutionLayer(createRng(keptBlocks), `convolution${channels}-${keptBlocks}`, {
    ...{ height: 6, width: 6, channels, outputs: 7, kernel: 3, stride: 1, keptBlocks },
    layouts: layouts(2, keptBlocks === (9 * channels) / 4),
  }).draw();

/** With one row far quieter than the others, so that every row has a shift of its own. */
function withQuietRow(layer: BenchLayer): BenchLayer {
  return {
    ...layer,
    name: `${layer.name}-quiet`,
    candidates: layer.candidates.map(({ encoding, site }) => {
      const scales = site.node.attributes['weightScales'] as readonly number[];
      const weightScales = scales.map((scale, row) => (row === 2 ? scale / 2 ** 17 : scale));
      const attributes = { ...site.node.attributes, weightScales };
      const quiet = { ...site, node: { ...site.node, attributes } };
      return { encoding: fitEncoding(definitionOf(quiet.node).weights(quiet)!, encoding), site: quiet };
    }),
  };
}

const LAYERS = [
  ...[linear(8, 19), linear(8, 24), linear(1, 24), convolution(8, 7)],
  ...[linear(8, 10), linear(1, 9), convolution(4, 9)].map(withQuietRow),
];

function boardWith(name: string, bytes: number): Board {
  const board = findBoard(name);
  const { memory } = board;
  return { ...board, memory: { ...memory, instructionCache: { ...memory.instructionCache, bytes } } };
}

interface Specialised {
  readonly way: Way;
  readonly layer: BenchLayer;
}

async function build(board: Board, rounding: Rounding) {
  const runtime = await loadRuntime('wasm', { rounding });
  const machine = findMachine(board.core);
  const specialised = new SpecialisedKernels(board);
  const ways = LAYERS.flatMap((layer) =>
    ownWays(layer, { runtime, specialised })
      .filter(({ kind }) => kind === 'specialised')
      .map((way): Specialised => ({ way, layer })),
  );
  const { elf } = await buildLayerFirmware({ machine, rounding, specialised: specialised.list, peer: null });
  runtime.dispose();
  return { machine, elf, ways };
}

/** Bytes of the cache lines of each function's smallest loop with a saturation, which ends a row pair. */
function loopBytes(elf: string): Map<string, number> {
  const text = execFileSync('arm-none-eabi-objdump', ['-d', '--no-show-raw-insn', elf], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return new Map(
    text.split(/\n(?=[0-9a-f]{8} <)/).flatMap((section) => {
      const name = /^[0-9a-f]{8} <(tfb_call_\w+)>:/m.exec(section)?.[1];
      const loops = name === undefined ? [] : loopsOf(section);
      return loops.length === 0 ? [] : [[name!, Math.min(...loops)] as const];
    }),
  );
}

function loopsOf(section: string): number[] {
  const code = [...section.matchAll(/^ +([0-9a-f]+):\t(\S+)\t?(.*)$/gm)].map(([, at, name, operands]) => ({
    ...{ at: parseInt(at!, 16), name: name!, target: parseInt(operands!, 16) },
  }));
  const saturations = code.filter(({ name }) => name === 'ssat').map(({ at }) => at);
  return code.flatMap(({ at, name, target }) => {
    const isLoop = /^bne(\.[nw])?$/.test(name) && target < at;
    if (!isLoop || !saturations.some((place) => place >= target && place < at)) return [];
    return [(Math.floor(at / LINE_BYTES) - Math.floor(target / LINE_BYTES) + 1) * LINE_BYTES];
  });
}

describe.each([
  ['stm32l4r5', 'single'],
  ['stm32f746', 'double'],
] as const)('Compiled-in shapes for the core of an %s, %s rounding', (name, rounding) => {
  machineTest('have loops that fit a small cache and compute the same', async () => {
    const { machine, elf, ways } = await build(boardWith(name, LIMIT), rounding);
    const flags = ways.map(({ way }) => (way.call.params['weights'] as Int8Array)[3]! & (ROW_SHIFTS | DENSE));
    expect(new Set(flags)).toEqual(new Set([0, ROW_SHIFTS, DENSE, ROW_SHIFTS | DENSE]));
    const bytes = loopBytes(elf);
    const found = ways.map(({ way, layer }) => ({ layer: layer.name, bytes: bytes.get(way.symbol) }));
    expect(found.filter((loop) => loop.bytes === undefined)).toEqual([]);
    expect(found.filter((loop) => loop.bytes! > LIMIT)).toEqual([]);
    const programs = ways.map(({ way }) => way.program);
    const results = await runPrograms(programs, { machine, elf });
    for (const [index, { way, layer }] of ways.entries()) {
      const { site } = way.candidate;
      const expected = new Int8Array(elementCount(site.output.shape));
      definitionOf(site.node).reference(site, { inputs: layer.inputs, output: expected, rounding });
      const { output } = results[index]!;
      expect({ layer: layer.name, output }).toEqual({ layer: layer.name, output: expected });
    }
  });
});

machineTest('A loop without a limit is longer than a small cache', async () => {
  const { elf } = await build(findBoard('stm32h743'), 'double');
  expect(Math.max(...loopBytes(elf).values())).toBeGreaterThan(LIMIT);
});
