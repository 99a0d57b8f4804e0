/** @file The kernels as a native addon; a heap is an ordinary byte array. */
import type { Addon, Backend, KernelHeap, Rounding } from './backend.js';
import { binaryPath } from './files.js';

export function loadNativeBackend(rounding: Rounding): Backend {
  const loaded = { exports: {} };
  process.dlopen(loaded, binaryPath.native(rounding));
  const addon = loaded.exports as Addon;
  return {
    manifestLines: addon.manifestLines,
    acquireHeap: () => new NativeHeap(addon),
    releaseHeap: () => undefined,
  };
}

class NativeHeap implements KernelHeap {
  bytes = new Uint8Array(0);
  readonly #addon: Addon;

  constructor(addon: Addon) {
    this.#addon = addon;
  }

  reserve(byteLength: number): void {
    if (byteLength <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(byteLength, 2 * this.bytes.length));
    grown.set(this.bytes);
    this.bytes = grown;
  }

  run(kernel: number, wordsOffset: number): number {
    return this.#addon.run(this.bytes, kernel, wordsOffset);
  }

  scratchBytes(kernel: number, wordsOffset: number): number {
    return this.#addon.scratchBytes(this.bytes, kernel, wordsOffset);
  }
}
