/**
 * @file Which layers of a model are worth straight-line code on a board: those that its simulated core, with the board's
 * memory, runs in fewer cycles, the largest saving a byte first, while the flash lasts. Only layers for which there is such
 * code are run, each both ways; their cycles do not depend on values.
 */
import { createRng, elementCount, TinyFormerError, type Board } from '@tinyformer/core';
import { loadRuntime } from '@tinyformer/mcu-runtime-c';
import { siteOf, straightLineLayers, type CompiledModel } from '@tinyformer/sparse-engine';
import { findMachine } from '../machine/cortex-machine.js';
import type { BenchLayer } from './layer.js';
import { measureLayers, type MeasuredLayer } from './measure-layers.js';
import type { WayKind } from './own-programs.js';

/** Left for the kernels, the application and its vectors. */
const RESERVED_FLASH_BYTES = 64 * 1024;

export interface StraightLineChoice {
  readonly layer: string;
  /** An inference: by the higher estimate before and after. */
  readonly savedCycles: number;
  readonly codeBytes: number;
}

export interface StraightLineOptions {
  readonly board: Board;
  /** What the code may take; the board's flash less the constants and 64 KiB unless given. */
  readonly flashBytes?: number | undefined;
  readonly cacheDirectory?: string | undefined;
}

/**
 * The layers to hand to `writeProject` as `straightLine`, best first; empty where nothing is won.
 * @throws E_MACHINE_OUTPUT when straight-line code computes other values; what builds and runs throw
 */
export async function chooseStraightLine(
  model: CompiledModel,
  {
    board,
    flashBytes = board.flashBytes - model.flashBytes - RESERVED_FLASH_BYTES,
    cacheDirectory,
  }: StraightLineOptions,
): Promise<readonly StraightLineChoice[]> {
  const eligible = straightLineLayers(model);
  if (eligible.length === 0) return [];
  const layers = eligible.map(({ layer }) => benchLayer(model, layer));
  const measured = await measure(layers, { board, cacheDirectory });
  const won = eligible
    .map((one, index) => ({ ...one, savedCycles: savedCycles(measured[index]!) }))
    .filter((choice) => choice.savedCycles > 0)
    .sort((a, b) => b.savedCycles / b.codeBytes - a.savedCycles / a.codeBytes);
  let left = flashBytes;
  return won.filter(({ codeBytes }) => {
    if (codeBytes > left) return false;
    left -= codeBytes;
    return true;
  });
}

function benchLayer({ graph, encodings }: CompiledModel, name: string): BenchLayer {
  const index = graph.nodes.findIndex((node) => node.name === name);
  const node = graph.nodes[index]!;
  const site = siteOf(graph, node);
  const rng = createRng(1).fork(name);
  const inputs = site.inputs.map(({ shape }) =>
    Int8Array.from({ length: elementCount(shape) }, () => rng.below(256) - 128),
  );
  const candidates = [{ encoding: encodings[index]!, site }];
  return { name, op: node.op, shape: '', keptBlocks: null, candidates, inputs };
}

async function measure(
  layers: readonly BenchLayer[],
  { board, cacheDirectory }: Pick<StraightLineOptions, 'board' | 'cacheDirectory'>,
): Promise<MeasuredLayer[]> {
  const runtime = await loadRuntime('wasm');
  try {
    const machine = findMachine(board.core);
    return await measureLayers(layers, {
      ...{ machine, runtime, peer: null, board, kinds: ['specialised', 'generated'], cacheDirectory },
    });
  } finally {
    runtime.dispose();
  }
}

function savedCycles({ layer, ways }: MeasuredLayer): number {
  const wrong = ways.find(({ exact }) => !exact);
  if (wrong) {
    throw new TinyFormerError('E_MACHINE_OUTPUT', `straight-line code differs in ${layer.name}`, {
      hint: 'compile without it, and report this',
      details: { layer: layer.name, way: wrong.way.kind },
    });
  }
  const cyclesOf = (kind: WayKind) => ways.find(({ way }) => way.kind === kind)!.cyclesHigh;
  return cyclesOf('specialised') - cyclesOf('generated');
}
