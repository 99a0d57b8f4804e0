/** @file Runs programs on a simulated Cortex-M, many in one run, and gives each one's result and what it executed. */
import { TinyFormerError, type MemorySystem } from '@tinyformer/core';
import type { CortexMachine } from '../machine/cortex-machine.js';
import type { RegionCounts } from '../machine/counts.js';
import { MAX_CONSTANT_BYTES, MAX_DATA_BYTES, MemoryImage, type PlacedProgram } from './memory-image.js';
import type { Program } from './program.js';
import { MAX_CALLS } from './run-kernels.js';
import { runWorkload } from './run-workload.js';

/** What one call executed: instructions are exact, cycles an estimate between two bounds (equal where there is one). */
export interface Cost {
  readonly instructions: number;
  readonly cycles: number;
  readonly cyclesHigh: number;
}

export interface CallResult extends Cost {
  /** What the function returned; 0 when all went well. */
  readonly status: number;
  /** Below the caller's stack pointer, as far as anything was written. */
  readonly stackBytes: number;
}

export interface ProgramResult {
  readonly output: Int8Array;
  readonly calls: readonly CallResult[];
}

export interface ProgramRunOptions {
  readonly machine: CortexMachine;
  /** Built by `buildLayerFirmware`. */
  readonly elf: string;
  readonly timeoutMs?: number;
  /** A board's: code and constants lie in its flash, tensors and stack in its SRAM. Without it, memory answers at once. */
  readonly memory?: MemorySystem | undefined;
  readonly cacheDirectory?: string | undefined;
  /** Called after each run of the machine, with the programs done so far. */
  readonly onDone?: (programs: number) => void;
}

/** So that several small runs show progress; a layer rarely has more than one MiB. */
const COMFORTABLE_CALLS = 100;

interface Batch {
  readonly image: MemoryImage;
  readonly placed: readonly PlacedProgram[];
}

function fits({ calls, constantBytes, dataBytes }: MemoryImage): boolean {
  return calls <= MAX_CALLS && constantBytes <= MAX_CONSTANT_BYTES && dataBytes <= MAX_DATA_BYTES;
}

/** As many programs a run as fit; a program that fits no run is refused. */
function* batches(programs: readonly Program[], dataAddress: number): Generator<Batch> {
  let pending = [...programs];
  while (pending.length > 0) {
    const image = new MemoryImage(dataAddress);
    const placed: PlacedProgram[] = [];
    for (const program of pending) {
      if (placed.length > 0 && !fitsWith(image, program)) break;
      placed.push(image.add(program));
    }
    if (!fits(image)) throw tooLarge(image);
    yield { image, placed };
    pending = pending.slice(placed.length);
  }
}

/** By a bound: constants that are there already count again. */
function fitsWith({ calls, constantBytes, dataBytes }: MemoryImage, program: Program): boolean {
  const alone = new MemoryImage(0);
  alone.add(program);
  return (
    fits({
      calls: calls + alone.calls,
      constantBytes: constantBytes + alone.constantBytes,
      dataBytes: dataBytes + alone.dataBytes,
    } as MemoryImage) && calls + alone.calls <= COMFORTABLE_CALLS
  );
}

function tooLarge({ constantBytes, dataBytes }: MemoryImage): TinyFormerError {
  return new TinyFormerError(
    'E_BATCH',
    `a layer with ${constantBytes} bytes of constants and ${dataBytes} of tensors does not fit the machine`,
    { hint: `at most ${MAX_CONSTANT_BYTES} and ${MAX_DATA_BYTES} bytes do` },
  );
}

const costOf = ({ instructions, cycles, cyclesHigh }: Cost): Cost => ({ instructions, cycles, cyclesHigh });

const RESULT_BYTES = 8;

function decode(
  { results, regions }: { results: Uint8Array; regions: readonly RegionCounts[] },
  { image, placed }: Batch,
): ProgramResult[] {
  const view = new DataView(results.buffer, results.byteOffset);
  const data = results.subarray(RESULT_BYTES * image.calls);
  const regionOf = new Map(regions.map((region) => [region.id, region]));
  const nothing: Cost = { instructions: 0, cycles: 0, cyclesHigh: 0 };
  const callAt = (index: number): CallResult => {
    const region = regionOf.get(1 + index);
    return {
      status: view.getInt32(RESULT_BYTES * index, true),
      stackBytes: view.getUint32(RESULT_BYTES * index + 4, true),
      ...(region === undefined ? nothing : costOf(region)),
    };
  };
  return placed.map(({ firstCall, calls, outputOffset, outputLength }) => ({
    output: Int8Array.from(new Int8Array(data.buffer, data.byteOffset + outputOffset, outputLength)),
    calls: Array.from({ length: calls }, (_, index) => callAt(firstCall + index)),
  }));
}

/** A refused call is a status, not an exception. @throws E_BATCH for a program that is too large; what `runFirmware` throws. */
export async function runPrograms(
  programs: readonly Program[],
  { machine, elf, timeoutMs = 300_000, memory, cacheDirectory, onDone }: ProgramRunOptions,
): Promise<ProgramResult[]> {
  const results: ProgramResult[] = [];
  for (const batch of batches(programs, machine.externalRamAddress)) {
    const { files, regions } = await runWorkload('the layers', {
      machine,
      elf,
      inputs: { 'layers.bin': batch.image.encode() },
      outputs: ['results.bin'],
      timeoutMs,
      memory,
      cacheDirectory,
    });
    results.push(...decode({ results: files['results.bin']!, regions }, batch));
    onDone?.(results.length);
  }
  return results;
}
