/** @file What a build of the C code has to offer: heaps, and calls on them. WebAssembly and native differ in nothing else. */

/** Memory that kernels work on; offsets into it stay valid when it grows, views do not. */
export interface KernelHeap {
  readonly bytes: Uint8Array;
  /** Makes the heap at least so long, keeping its contents. */
  reserve(byteLength: number): void;
  /** Runs the kernel of this index on the call words at an offset; the C status. */
  run(kernel: number, wordsOffset: number): number;
  scratchBytes(kernel: number, wordsOffset: number): number;
}

export interface Backend {
  readonly manifestLines: readonly string[];
  /** A heap for one owner at a time, its contents undefined. */
  acquireHeap(): KernelHeap;
  /** Gives a heap back for later owners. */
  releaseHeap(heap: KernelHeap): void;
}

/** What binding/tfr_node_api.c exports. */
export interface Addon {
  readonly manifestLines: readonly string[];
  run(heap: Uint8Array, kernel: number, wordsOffset: number): number;
  scratchBytes(heap: Uint8Array, kernel: number, wordsOffset: number): number;
}

/** docs/quantization.md, "Requantisation". */
export type Rounding = 'single' | 'double';
