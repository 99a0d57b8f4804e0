/**
 * @file Runs kernel calls on a simulated Cortex-M, many in one run, from the same requests and through the same C
 * dispatcher as on WebAssembly and natively.
 */
import { TinyFormerError, type MemorySystem } from '@tinyformer/core';
import type { EncodedRequests, KernelRequest, KernelRuntime } from '@tinyformer/mcu-runtime-c';
import { buildKernelFirmware } from '../firmware/kernel-firmware.js';
import type { CortexMachine } from '../machine/cortex-machine.js';
import type { RegionCounts } from '../machine/counts.js';
import { runWorkload } from './run-workload.js';

export interface KernelResult {
  /** The C status; 0 when all went well. */
  readonly status: number;
  readonly output: Int8Array;
  /** Executed instructions, dispatch included (exact), and estimated cycles, from `cycles` to `cyclesHigh`. */
  readonly instructions: number;
  readonly cycles: number;
  readonly cyclesHigh: number;
}

export interface KernelBatch {
  readonly results: readonly KernelResult[];
  /** The heap as the calls left it, laid out as in `encodeRequests`. */
  readonly heap: Uint8Array;
}

export interface KernelRunOptions {
  readonly machine: CortexMachine;
  /** Says how a call is laid out and how it rounds; it computes nothing here. */
  readonly runtime: Pick<KernelRuntime, 'encodeRequests' | 'rounding'>;
  readonly timeoutMs?: number;
  /** A board's; the calls and all of their data lie in SRAM. */
  readonly memory?: MemorySystem | undefined;
  readonly cacheDirectory?: string | undefined;
}

/** Calls of one run: each needs a region of its own (TFB_REGIONS of `csrc/firmware/regions.h`, less region 0). */
export const MAX_CALLS = 1023;
/** HEAP_BYTES of `csrc/firmware/bench_kernels.c`. */
export const MAX_HEAP_BYTES = 15 * 1024 * 1024;

function encodeBatch({ heap, calls }: EncodedRequests): Uint8Array {
  const words = [
    calls.length,
    heap.length,
    ...calls.flatMap(({ kernel, wordsOffset }) => [kernel, wordsOffset]),
  ];
  const bytes = new Uint8Array(4 * words.length + heap.length);
  const view = new DataView(bytes.buffer);
  words.forEach((word, index) => view.setUint32(4 * index, word, true));
  bytes.set(heap, 4 * words.length);
  return bytes;
}

function decodeResults(
  { results, regions }: { results: Uint8Array; regions: readonly RegionCounts[] },
  calls: EncodedRequests['calls'],
): KernelBatch {
  const view = new DataView(results.buffer, results.byteOffset);
  const heap = results.subarray(4 * calls.length);
  const regionOf = new Map(regions.map((region) => [region.id, region]));
  return {
    heap,
    results: calls.map(({ outputOffset, outputLength }, index) => {
      const { instructions, cycles, cyclesHigh } = regionOf.get(1 + index)!;
      return {
        status: view.getInt32(4 * index, true),
        output: Int8Array.from(new Int8Array(heap.buffer, heap.byteOffset + outputOffset, outputLength)),
        instructions,
        cycles,
        cyclesHigh,
      };
    }),
  };
}

function checkSize({ heap, calls }: EncodedRequests): void {
  if (calls.length <= MAX_CALLS && heap.length <= MAX_HEAP_BYTES) return;
  throw new TinyFormerError(
    'E_BATCH',
    `${calls.length} kernel calls with ${heap.length} bytes do not fit one run (${MAX_CALLS} calls, ${MAX_HEAP_BYTES} bytes)`,
    { hint: 'run them in several batches', details: { calls: calls.length, bytes: heap.length } },
  );
}

/**
 * Runs the requests in order on one machine; a refused call is a status, not an exception.
 * @throws E_BATCH when they do not fit one run; what `runFirmware` and the build throw.
 */
export async function runKernels(
  requests: readonly KernelRequest[],
  options: KernelRunOptions,
): Promise<KernelBatch> {
  const { machine, runtime, cacheDirectory } = options;
  const elf = await buildKernelFirmware({ machine, rounding: runtime.rounding, cacheDirectory });
  return runKernelsOn(elf, requests, options);
}

/** The same with firmware that is built already. */
export async function runKernelsOn(
  elf: string,
  requests: readonly KernelRequest[],
  { machine, runtime, timeoutMs = 120_000, memory, cacheDirectory }: KernelRunOptions,
): Promise<KernelBatch> {
  const encoded = runtime.encodeRequests(requests);
  checkSize(encoded);
  const { files, regions } = await runWorkload('the kernels', {
    machine,
    elf,
    inputs: { 'calls.bin': encodeBatch(encoded) },
    outputs: ['results.bin'],
    timeoutMs,
    memory,
    cacheDirectory,
  });
  return decodeResults({ results: files['results.bin']!, regions }, encoded.calls);
}
