/**
 * @file The C kernels on the heap of TensorFlow.js's WebAssembly backend. Tensors are passed as addresses, so nothing is
 * copied; argument blocks and scratch are taken from the same heap once and kept.
 */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';
import { TrainingError } from './errors.js';

/** An address in the heap, in bytes; 0 is null. */
export type Address = number;

/** TypeScript declares WebAssembly.Memory for browsers only. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

/** Where kernels execute: natively, or in WebAssembly. Arguments are the address of a C struct (csrc/training.h). */
export interface KernelRunner {
  run(kernel: string, args: Address): number;
  scratchFloats(kernel: string, args: Address): number;
  /** Ends its threads; it cannot run any more. */
  stop(): void;
}

/** The fields of a kernel's struct, in this order; the scratch, which is last, is seen to. */
export interface KernelArguments {
  readonly integers?: readonly number[];
  readonly floats?: readonly number[];
  /** Tensors, or addresses. */
  readonly tensors: readonly (TensorInfo | Address | null | undefined)[];
}

interface EmscriptenModule {
  readonly asm?: { readonly memory?: WasmMemory };
  _malloc(bytes: number): number;
  _free(address: number): void;
}

const ALIGNMENT = 64;
const BLOCK_WORDS = 64;

/** Memory of the backend's heap, in bytes. */
export class HeapMemory {
  readonly memory: WasmMemory;
  readonly #module: EmscriptenModule;

  constructor(readonly backend: BackendWasm) {
    this.#module = backend.wasm as unknown as EmscriptenModule;
    const memory = this.#module.asm?.memory;
    if (memory === undefined) {
      throw new TrainingError(
        'E_ENGINE',
        'the heap of the wasm backend is out of reach',
        'Use the single-threaded SIMD build of @tensorflow/tfjs-backend-wasm 4.22',
      );
    }
    this.memory = memory;
  }

  get isShared(): boolean {
    return Object.prototype.toString.call(this.memory.buffer) === '[object SharedArrayBuffer]';
  }

  /** Aligned to a cache line. */
  allocate(bytes: number): { readonly address: Address; free(): void } {
    const start = this.#module._malloc(bytes + ALIGNMENT) >>> 0;
    if (start === 0) throw outOfMemory(bytes);
    const address = Math.ceil(start / ALIGNMENT) * ALIGNMENT;
    return { address, free: () => this.#module._free(start) };
  }
}

/** At least as many bytes as were asked for last; what it held before is lost when it grows. */
export class GrowingBuffer {
  #held: ReturnType<HeapMemory['allocate']> | undefined;
  #capacity = 0;

  constructor(readonly memory: HeapMemory) {}

  reserve(bytes: number): Address {
    if (this.#held === undefined || bytes > this.#capacity) {
      this.free();
      this.#held = this.memory.allocate(bytes);
      this.#capacity = bytes;
    }
    return this.#held.address;
  }

  free(): void {
    this.#held?.free();
    this.#held = undefined;
    this.#capacity = 0;
  }
}

/** Runs kernels on the heap. */
export class Heap {
  readonly #scratch: GrowingBuffer;
  readonly #block: ReturnType<HeapMemory['allocate']>;
  #integers: Int32Array;
  #floats: Float32Array;

  constructor(
    readonly memory: HeapMemory,
    readonly runner: KernelRunner,
  ) {
    this.#scratch = new GrowingBuffer(memory);
    this.#block = memory.allocate(BLOCK_WORDS * 4);
    this.#integers = new Int32Array(memory.memory.buffer);
    this.#floats = new Float32Array(memory.memory.buffer);
  }

  /** Where the values of a tensor lie; 0 for an absent one. */
  address(tensor: TensorInfo | null | undefined): Address {
    return tensor == null ? 0 : this.memory.backend.dataIdMap.get(tensor.dataId).memoryOffset;
  }

  /** A new tensor with undefined values. */
  output(shape: readonly number[], dtype: DataType = 'float32'): TensorInfo {
    const info = this.memory.backend.makeOutput([...shape], dtype);
    if (this.address(info) === 0) throw outOfMemory(shape.reduce((product, extent) => product * extent, 4));
    return info;
  }

  /** Runs a kernel; its result is a status that the kernel defines. */
  run(kernel: string, args: KernelArguments): number {
    const scratchField = this.#write(args);
    const block = this.#block.address;
    const floats = this.runner.scratchFloats(kernel, block);
    const scratch = floats === 0 ? 0 : this.#scratch.reserve(floats * 4);
    this.integers()[scratchField] = scratch;
    return this.runner.run(kernel, block);
  }

  /** Views of the whole heap, which are new ones after it has grown. */
  integers(): Int32Array {
    this.#refresh();
    return this.#integers;
  }

  floats(): Float32Array {
    this.#refresh();
    return this.#floats;
  }

  /** @returns the index of the scratch field, which is written as 0 */
  #write({ integers = [], floats = [], tensors }: KernelArguments): number {
    this.#refresh();
    let at = this.#block.address / 4;
    for (const value of integers) this.#integers[at++] = value;
    for (const value of floats) this.#floats[at++] = value;
    for (const tensor of tensors) {
      this.#integers[at++] = typeof tensor === 'number' ? tensor : this.address(tensor);
    }
    this.#integers[at] = 0;
    return at;
  }

  #refresh(): void {
    const { buffer } = this.memory.memory;
    if (this.#integers.buffer === buffer) return;
    this.#integers = new Int32Array(buffer);
    this.#floats = new Float32Array(buffer);
  }

  dispose(): void {
    this.runner.stop();
    this.#scratch.free();
    this.#block.free();
  }
}

function outOfMemory(bytes: number): TrainingError {
  return new TrainingError(
    'E_MEMORY',
    `the WebAssembly heap has no room for ${bytes} more bytes (its limit is 4 GiB)`,
    'Use a smaller batch, or dispose tensors',
  );
}
