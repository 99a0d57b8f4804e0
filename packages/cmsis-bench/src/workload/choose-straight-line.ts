/**
 * @file Which layers of a model are worth straight-line code on a board: those that its simulated core, with the board's
 * memory, runs in fewer cycles, the largest saving a byte first, while the flash lasts.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRng, elementCount, TinyFormerError, type Board } from '@tinyformer/core';
import { straightLineLayers, writeProject, type CompiledModel } from '@tinyformer/sparse-engine';
import { findMachine } from '../machine/cortex-machine.js';
import { verifyOnMachine, type MachineVerification } from './verify-on-machine.js';

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
 * @throws E_MACHINE_OUTPUT when straight-line code computes other values; what `verifyOnMachine` throws
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
  const names = eligible.map(({ layer }) => layer);
  const before = await measure(model, { board, straightLine: [], cacheDirectory });
  const after = await measure(model, { board, straightLine: names, cacheDirectory });
  const cyclesOf = ({ layers }: MachineVerification, name: string) =>
    layers.find((layer) => layer.name === name)!.cyclesHigh;
  const won = eligible
    .map(({ layer, codeBytes }) => ({
      layer,
      codeBytes,
      savedCycles: cyclesOf(before, layer) - cyclesOf(after, layer),
    }))
    .filter(({ savedCycles }) => savedCycles > 0)
    .sort((a, b) => b.savedCycles / b.codeBytes - a.savedCycles / a.codeBytes);
  let left = flashBytes;
  return won.filter(({ codeBytes }) => {
    if (codeBytes > left) return false;
    left -= codeBytes;
    return true;
  });
}

interface Measurement extends Omit<StraightLineOptions, 'flashBytes'> {
  readonly straightLine: readonly string[];
}

async function measure(
  model: CompiledModel,
  { board, straightLine, cacheDirectory }: Measurement,
): Promise<MachineVerification> {
  const directory = await mkdtemp(join(tmpdir(), 'tinyformer-'));
  try {
    const projectDirectory = join(directory, 'project');
    writeProject(model, projectDirectory, { straightLine });
    const machine = findMachine(board.core);
    const images = [randomImage(model)];
    const found = await verifyOnMachine({
      model,
      projectDirectory,
      machine,
      images,
      memory: board.memory,
      cacheDirectory,
    });
    if (found.exact) return found;
    throw new TinyFormerError(
      'E_MACHINE_OUTPUT',
      `straight-line code differs in ${found.firstMismatch!.layer}`,
      {
        hint: 'compile without it, and report this',
        details: { ...found.firstMismatch! },
      },
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Cycles of these layers do not depend on values. */
function randomImage({ graph }: CompiledModel): Int8Array {
  const rng = createRng(1);
  return Int8Array.from(
    { length: elementCount(graph.tensors[graph.input]!.shape) },
    () => rng.below(256) - 128,
  );
}
