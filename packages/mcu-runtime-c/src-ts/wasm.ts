/**
 * @file The kernels as WebAssembly behind emnapi. A heap is an instance of its own: everything above the module's
 * static data, growing with the memory. emnapi's context keeps every instance alive, so released ones are used again.
 */
/// <reference lib="dom" /> -- the types of WebAssembly
import { readFileSync } from 'node:fs';
import { instantiateNapiModuleSync } from '@emnapi/core';
import { getDefaultContext } from '@emnapi/runtime';
import type { Addon, Backend, KernelHeap, Rounding } from './backend.js';
import { binaryPath } from './files.js';
import { alignHeap } from './words.js';

const PAGE_BYTES = 65536;
/** Static data and stack of the module, the least that it can be given. */
const INITIAL_PAGES = 4;
/** 2 GiB, so that every offset is a positive 32-bit integer. */
const MAXIMUM_PAGES = 32768;

export function loadWasmBackend(rounding: Rounding): Backend {
  const module = new WebAssembly.Module(readFileSync(binaryPath.wasm(rounding)));
  const first = new WasmHeap(module);
  const idle: KernelHeap[] = [first];
  return {
    manifestLines: first.addon.manifestLines,
    acquireHeap: () => idle.pop() ?? new WasmHeap(module),
    releaseHeap: (heap) => void idle.push(heap),
  };
}

class WasmHeap implements KernelHeap {
  readonly addon: Addon;
  bytes: Uint8Array;
  readonly #memory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: MAXIMUM_PAGES });
  readonly #base: number;

  constructor(module: WebAssembly.Module) {
    const { instance, napiModule } = instantiateNapiModuleSync(module, {
      context: getDefaultContext(),
      overwriteImports: (imports) => ({ ...imports, env: { ...imports['env'], memory: this.#memory } }),
    });
    this.addon = napiModule.exports as Addon;
    this.#base = alignHeap((instance.exports['__heap_base'] as WebAssembly.Global).value as number);
    this.bytes = new Uint8Array(this.#memory.buffer, this.#base);
  }

  reserve(byteLength: number): void {
    const missing = byteLength - this.bytes.length;
    if (missing <= 0) return;
    this.#memory.grow(Math.ceil(missing / PAGE_BYTES));
    this.bytes = new Uint8Array(this.#memory.buffer, this.#base);
  }

  run(kernel: number, wordsOffset: number): number {
    return this.addon.run(this.bytes, kernel, wordsOffset);
  }

  scratchBytes(kernel: number, wordsOffset: number): number {
    return this.addon.scratchBytes(this.bytes, kernel, wordsOffset);
  }
}
