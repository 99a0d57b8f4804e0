/**
 * @file The C kernels instantiated on the heap of TensorFlow.js's WebAssembly backend. Tensors are passed as addresses,
 * so nothing is copied; stack, scratch and argument blocks are taken from the same heap once and kept.
 */

import { readFileSync } from 'node:fs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';
import { TrainingError } from './errors.js';

/** An address in the heap, in bytes; 0 is null. */
export type Address = number;

/** The exports of training.wasm, declared in csrc/training.h. */
export type Kernels = Readonly<Record<string, (...args: number[]) => number>>;

export interface Heap {
  readonly backend: BackendWasm;
  readonly kernels: Kernels;
  /** Where the values of a tensor lie; 0 for an absent one. */
  address(tensor: TensorInfo | null | undefined): Address;
  /** A new tensor with undefined values. */
  output(shape: readonly number[], dtype?: DataType): TensorInfo;
  /** At least `floats` floats, valid until the next call. */
  scratch(floats: number): Address;
  /** A C struct (or pointer array) of 32-bit fields, integers first; valid for the next kernel call. */
  block(integers: readonly number[], floats?: readonly number[]): Address;
}

const STACK_BYTES = 65536;
const BLOCKS_BYTES = 4096;

const wasmFile = new URL('../prebuilt/training.wasm', import.meta.url);

/** The part of the WebAssembly API that is used here: TypeScript declares it for browsers only. */
interface WasmMemory {
  readonly buffer: ArrayBuffer;
}
interface WasmApi {
  instantiate(
    bytes: Uint8Array,
    imports: { readonly env: { readonly memory: WasmMemory } },
  ): Promise<{ readonly instance: { readonly exports: Readonly<Record<string, unknown>> } }>;
}
const { WebAssembly: wasm } = globalThis as unknown as { readonly WebAssembly: WasmApi };

interface EmscriptenModule {
  readonly asm?: { readonly memory?: WasmMemory };
  _malloc(bytes: number): number;
  _free(address: number): void;
}

/** Instantiates the kernels on the heap of `backend`. */
export async function instantiateOnHeap(backend: BackendWasm): Promise<Heap> {
  const module = backend.wasm as unknown as EmscriptenModule;
  const memory = module.asm?.memory;
  if (memory === undefined) {
    throw new TrainingError(
      'E_ENGINE',
      'the heap of the wasm backend is out of reach',
      'Use the single-threaded SIMD build of @tensorflow/tfjs-backend-wasm 4.22',
    );
  }
  const { instance } = await wasm.instantiate(readFileSync(wasmFile), { env: { memory } });
  const kernels = instance.exports as Kernels;
  const allocate = (bytes: number): Address => {
    const address = module._malloc(bytes) >>> 0;
    if (address === 0) throw outOfMemory(bytes);
    return address;
  };
  const stackPointer = instance.exports['__stack_pointer'] as { value: number };
  stackPointer.value = (allocate(STACK_BYTES) + STACK_BYTES) & ~15;
  return {
    backend,
    kernels,
    address: (tensor) => (tensor == null ? 0 : backend.dataIdMap.get(tensor.dataId).memoryOffset),
    output: (shape, dtype = 'float32') => makeOutput(backend, shape, dtype),
    scratch: growingBuffer(allocate, (address) => module._free(address)),
    block: argumentBlocks(memory, allocate(BLOCKS_BYTES)),
  };
}

function outOfMemory(bytes: number): TrainingError {
  return new TrainingError(
    'E_MEMORY',
    `the WebAssembly heap has no room for ${bytes} more bytes (its limit is 4 GiB)`,
    'Use a smaller batch, or dispose tensors',
  );
}

function makeOutput(backend: BackendWasm, shape: readonly number[], dtype: DataType): TensorInfo {
  const info = backend.makeOutput([...shape], dtype);
  if (backend.dataIdMap.get(info.dataId).memoryOffset === 0) {
    throw outOfMemory(shape.reduce((product, extent) => product * extent, 4));
  }
  return info;
}

function growingBuffer(allocate: (bytes: number) => Address, free: (address: Address) => void) {
  let address: Address = 0;
  let capacity = 0;
  return (floats: number): Address => {
    if (floats > capacity) {
      if (address !== 0) free(address);
      capacity = 0;
      address = allocate(floats * 4);
      capacity = floats;
    }
    return address;
  };
}

/** Blocks follow each other in a ring, so that a kernel may take several. */
function argumentBlocks(memory: WasmMemory, start: Address) {
  let view = new DataView(memory.buffer);
  let used = 0;
  return (integers: readonly number[], floats: readonly number[] = []): Address => {
    if (view.buffer !== memory.buffer) view = new DataView(memory.buffer);
    const bytes = (integers.length + floats.length) * 4;
    if (used + bytes > BLOCKS_BYTES) used = 0;
    const address = start + used;
    integers.forEach((value, i) => view.setInt32(address + i * 4, value, true));
    floats.forEach((value, i) => view.setFloat32(address + (integers.length + i) * 4, value, true));
    used += bytes;
    return address;
  };
}
