/** @file Measures layers on one core in one rounding mode: every way of ours, every way of CMSIS-NN, both in one firmware. */
import { elementCount, type Board } from '@tinyformer/core';
import type { KernelRuntime, Rounding } from '@tinyformer/mcu-runtime-c';
import { definitionOf, type Site } from '@tinyformer/sparse-engine';
import { codeBytesOf } from '../firmware/code-size.js';
import { buildLayerFirmware, type PeerLibrary } from '../firmware/layer-firmware.js';
import type { CortexMachine } from '../machine/cortex-machine.js';
import { runPrograms, type Cost, type ProgramResult } from '../workload/run-programs.js';
import type { BenchLayer } from './layer.js';
import { ownWays, SpecialisedKernels, type Way, type WayKind } from './own-programs.js';
import { peerWays, type PeerWay } from './peer-ways.js';

export interface MeasuredWay extends Cost {
  readonly way: Way;
  readonly stackBytes: number;
  readonly exact: boolean;
  readonly output: Int8Array;
  readonly codeBytes: () => Promise<number>;
}

export interface MeasuredPeer extends Cost {
  readonly kernel: string;
  /** Null where it computes another function than ours. */
  readonly exact: boolean | null;
}

export interface MeasuredLayer {
  readonly layer: BenchLayer;
  readonly ways: readonly MeasuredWay[];
  readonly peers: readonly MeasuredPeer[];
}

export interface MeasureOptions {
  readonly machine: CortexMachine;
  readonly runtime: KernelRuntime;
  readonly peer: PeerLibrary | null;
  /** Whose memory it runs with, and for whose caches specialised kernels are compiled; without, memory answers at once. */
  readonly board?: Board | undefined;
  /** Ways to run a layer; all unless given. */
  readonly kinds?: readonly WayKind[] | undefined;
  readonly cacheDirectory?: string | undefined;
  readonly onProgress?: (done: number, total: number, note: string) => void;
}

function reference(site: Site, inputs: readonly Int8Array[], rounding: Rounding): Int8Array {
  const output = new Int8Array(elementCount(site.output.shape));
  definitionOf(site.node).reference(site, { inputs, output, rounding });
  return output;
}

const equal = (a: Int8Array, b: Int8Array): boolean =>
  a.length === b.length && a.every((value, index) => value === b[index]);

function sumOf({
  calls,
}: ProgramResult): Cost & { readonly stackBytes: number; readonly succeeded: boolean } {
  const total = (key: keyof Cost) => calls.reduce((sum, call) => sum + call[key], 0);
  return {
    instructions: total('instructions'),
    cycles: total('cycles'),
    cyclesHigh: total('cyclesHigh'),
    stackBytes: Math.max(...calls.map(({ stackBytes }) => stackBytes)),
    succeeded: calls.every(({ status }) => status === 0),
  };
}

interface Plan {
  readonly layer: BenchLayer;
  readonly ways: readonly Way[];
  readonly peers: readonly PeerWay[];
}

type Judged = Omit<MeasuredWay, 'codeBytes'>;

function judgeWay(way: Way, result: ProgramResult, expected: Int8Array): Judged {
  const { succeeded, ...cost } = sumOf(result);
  return { way, ...cost, output: result.output, exact: succeeded && equal(result.output, expected) };
}

function judge({ layer, ways, peers }: Plan, results: readonly ProgramResult[], rounding: Rounding) {
  const expected = new Map<Site, Int8Array>();
  const expect = (site: Site): Int8Array => {
    const known = expected.get(site) ?? reference(site, layer.inputs, rounding);
    expected.set(site, known);
    return known;
  };
  return {
    layer,
    ways: ways.map((way, index) => judgeWay(way, results[index]!, expect(way.candidate.site))),
    peers: peers.map(({ kernel, site }, index) => {
      const result = results[ways.length + index]!;
      const { succeeded, instructions, cycles, cyclesHigh } = sumOf(result);
      return {
        kernel,
        instructions,
        cycles,
        cyclesHigh,
        exact: site && succeeded ? equal(result.output, expect(site)) : null,
      };
    }),
  };
}

/** So that code, with the runtime and a peer, stays below the constants in code memory (2 MiB). */
const MAX_GENERATED_BYTES = 1024 * 1024;

interface Chunk {
  readonly plans: readonly Plan[];
  readonly specialised: SpecialisedKernels;
}

/** Layers that share a firmware: as many as its code memory has room for. */
function* chunks(
  layers: readonly BenchLayer[],
  { runtime, peer, board, kinds }: MeasureOptions,
): Generator<Chunk> {
  let specialised = new SpecialisedKernels(board ?? null);
  let plans: Plan[] = [];
  for (const layer of layers) {
    const ways = ownWays(layer, { runtime, specialised }).filter(({ kind }) => kinds?.includes(kind) ?? true);
    plans.push({ layer, ways, peers: peer === null ? [] : peerWays(layer) });
    if (specialised.generatedBytes < MAX_GENERATED_BYTES) continue;
    yield { plans, specialised };
    specialised = new SpecialisedKernels(board ?? null);
    plans = [];
  }
  if (plans.length > 0) yield { plans, specialised };
}

async function measureChunk(
  { plans, specialised }: Chunk,
  { machine, runtime, peer, board, cacheDirectory, onProgress }: MeasureOptions,
): Promise<MeasuredLayer[]> {
  const { elf, objectsOf } = await buildLayerFirmware({
    machine,
    rounding: runtime.rounding,
    specialised: specialised.list,
    peer,
    cacheDirectory,
    onCompiled: (done, total) => onProgress?.(done, total, 'compiling'),
  });
  const programs = plans.flatMap(({ ways, peers }) => [...ways, ...peers].map(({ program }) => program));
  const results = await runPrograms(programs, {
    machine,
    elf,
    memory: board?.memory,
    cacheDirectory,
    onDone: (done) => onProgress?.(done, programs.length, 'running'),
  });
  let first = 0;
  return plans.map((plan) => {
    const count = plan.ways.length + plan.peers.length;
    first += count;
    const judged = judge(plan, results.slice(first - count, first), runtime.rounding);
    const ways = judged.ways.map((measured): MeasuredWay => {
      const { symbol } = measured.way;
      const options = { machine, objects: objectsOf(symbol), cacheDirectory };
      return { ...measured, codeBytes: () => codeBytesOf(symbol, options) };
    });
    return { ...judged, ways };
  });
}

export async function measureLayers(
  layers: readonly BenchLayer[],
  options: MeasureOptions,
): Promise<MeasuredLayer[]> {
  const measured: MeasuredLayer[] = [];
  for (const chunk of chunks(layers, options)) {
    const onProgress: MeasureOptions['onProgress'] = (done, total, note) => {
      const half = note === 'running' ? 1 : 0;
      const inChunk = (chunk.plans.length * (half + done / total)) / 2;
      options.onProgress?.(measured.length + inChunk, layers.length, note);
    };
    measured.push(...(await measureChunk(chunk, { ...options, onProgress })));
  }
  return measured;
}
