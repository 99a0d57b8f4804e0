/** @file The kernels as WebAssembly, in SIMD or relaxed SIMD, with a pool of worker threads on the shared heap. */

import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { Address, HeapMemory, KernelRunner } from '../heap.js';
import { withMemoryShared } from './memory-flags.js';

const STACK_BYTES = 65536;

type Exports = Readonly<Record<string, (...args: number[]) => number>> & {
  readonly __stack_pointer: { value: number };
};

/** The part of the WebAssembly API that is used here: TypeScript declares it for browsers only. */
interface WasmApi {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Exports };
}
const { WebAssembly: wasm } = globalThis as unknown as { readonly WebAssembly: WasmApi };

const binaries = {
  wasm: new URL('../../prebuilt/training.wasm', import.meta.url),
  'wasm-relaxed': new URL('../../prebuilt/training-relaxed.wasm', import.meta.url),
} as const;

export type WasmEngineName = keyof typeof binaries;

/** Whether this Node runs relaxed SIMD; `enable` sets V8's flag where it hides behind one (Node 20). */
export function hasRelaxedSimd(options: { readonly enable: boolean }): boolean {
  const binary = readFileSync(binaries['wasm-relaxed']);
  if (wasm.validate(binary)) return true;
  if (!options.enable) return false;
  setFlagsFromString('--experimental-wasm-relaxed-simd');
  return wasm.validate(binary);
}

/** On a heap that is not shared there is one thread, whatever was asked for. */
export function startWasmRunner(
  name: WasmEngineName,
  memory: HeapMemory,
  wanted: number,
): { readonly runner: KernelRunner; readonly threads: number } {
  const threads = memory.isShared ? wanted : 1;
  const module = new wasm.Module(withMemoryShared(readFileSync(binaries[name]), memory.isShared));
  const { exports } = new wasm.Instance(module, { env: { memory: memory.memory } });
  const team = memory.allocate(exports['team_bytes']!());
  const stacks = Array.from({ length: threads }, () => memory.allocate(STACK_BYTES));
  const stackOf = (thread: number): Address => stacks[thread]!.address + STACK_BYTES;
  exports.__stack_pointer.value = stackOf(0);
  new Uint8Array(memory.memory.buffer).fill(0, team.address, team.address + exports['team_bytes']!());
  new Int32Array(memory.memory.buffer)[team.address / 4] = threads;
  const workers = stacks.slice(1).map((_, i) => {
    const workerData = {
      module,
      memory: memory.memory,
      stack: stackOf(i + 1),
      team: team.address,
      thread: i + 1,
    };
    const worker = new Worker(new URL('../../worker/team.mjs', import.meta.url), { workerData });
    worker.unref();
    return worker;
  });
  const runner: KernelRunner = {
    run: (kernel, args) => exports[kernel]!(team.address, 0, args),
    scratchFloats: (kernel, args) => exports[`${kernel}_scratch`]!(team.address, args),
    stop: () => {
      exports['team_stop']!(team.address);
      void Promise.all(workers.map((worker) => worker.terminate())).then(() =>
        [team, ...stacks].forEach((block) => block.free()),
      );
    },
  };
  return { runner, threads };
}
