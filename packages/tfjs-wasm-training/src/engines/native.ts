/** @file The kernels as a native addon with threads of its own, working on the heap of the WebAssembly backend. */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { HeapMemory, KernelRunner } from '../heap.js';

/** binding/training_node_api.c */
interface Addon {
  /** Instruction sets that run on this processor, the one to prefer first. */
  readonly variants: readonly string[];
  readonly kernels: readonly string[];
  start(variant: string, threads: number): object;
  stop(crew: object): void;
  setHeap(crew: object, heap: Uint8Array): void;
  run(crew: object, kernel: number, args: number): number;
  scratch(crew: object, kernel: number, args: number): number;
}

const places = [
  `../../prebuilds/${process.platform}-${process.arch}/training.node`,
  '../../build/native/training.node',
];

let addon: Addon | Error | undefined;

/** The addon, or why there is none. */
export function loadAddon(): Addon | Error {
  addon ??= load();
  return addon;
}

function load(): Addon | Error {
  const file = places
    .map((place) => fileURLToPath(new URL(place, import.meta.url)))
    .find((path) => existsSync(path));
  if (file === undefined)
    return new Error('it was not built (npm rebuild @tinyformer/tfjs-wasm-training, with gcc or clang)');
  const loaded = { exports: {} };
  try {
    process.dlopen(loaded, file);
  } catch (error) {
    return error as Error;
  }
  return loaded.exports as Addon;
}

/** @param variant an instruction set; the preferred one where it is undefined */
export function startNativeRunner(
  { variants, kernels, ...native }: Addon,
  memory: HeapMemory,
  options: { readonly threads: number; readonly variant: string | undefined },
): { readonly runner: KernelRunner; readonly variant: string } {
  const { variant = variants[0]!, threads } = options;
  const crew = native.start(variant, threads);
  const numbers = new Map(kernels.map((name, i) => [name, i]));
  let heap: ArrayBuffer | undefined;
  const refresh = () => {
    if (heap === memory.memory.buffer) return;
    heap = memory.memory.buffer;
    native.setHeap(crew, new Uint8Array(heap));
  };
  const runner: KernelRunner = {
    run: (kernel, args) => {
      refresh();
      return native.run(crew, numbers.get(kernel)!, args);
    },
    scratchFloats: (kernel, args) => {
      refresh();
      return native.scratch(crew, numbers.get(kernel)!, args);
    },
    stop: () => native.stop(crew),
  };
  return { runner, variant };
}
