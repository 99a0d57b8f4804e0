/**
 * @file A plan kept on a heap: constants are uploaded once, activations live in one arena, and running a prepared call
 * copies nothing. Heap: [arena][constants and scratch of each call, growing].
 */
import type { Backend, KernelHeap } from './backend.js';
import { RuntimeError, checkStatus } from './errors.js';
import { findKernel } from './manifest.js';
import type { KernelManifest } from './manifest.js';
import { checkInputs } from './requests.js';
import { alignHeap, bytesOf, paramWords } from './words.js';
import type { KernelParams, ParamArray } from './words.js';

/** Byte offsets of a call's tensors in the arena; the caller vouches that the tensors fit behind them. */
export interface TensorOffsets {
  readonly inputs: readonly number[];
  readonly output: number;
}

export interface KernelSession {
  /** The arena itself, to fill inputs and read outputs; a view that is stale after the next `prepare`. */
  readonly arena: Int8Array;
  /** Uploads a call's constants; the call's number. */
  prepare(kernel: string, params: KernelParams, offsets: TensorOffsets): number;
  /** @throws RuntimeError E_KERNEL_STATUS */
  run(call: number): void;
  dispose(): void;
}

interface PreparedCall {
  readonly name: string;
  readonly kernel: number;
  readonly wordsOffset: number;
}

export class HeapSession implements KernelSession {
  readonly #backend: Backend;
  readonly #manifest: KernelManifest;
  readonly #arenaBytes: number;
  readonly #calls: PreparedCall[] = [];
  #heap: KernelHeap | undefined;
  #end: number;
  #scratch = { offset: 0, bytes: 0 };

  constructor(backend: Backend, manifest: KernelManifest, arenaBytes: number) {
    this.#backend = backend;
    this.#manifest = manifest;
    this.#arenaBytes = arenaBytes;
    this.#heap = backend.acquireHeap();
    this.#heap.reserve(arenaBytes);
    this.#end = alignHeap(arenaBytes);
  }

  get arena(): Int8Array {
    const { buffer, byteOffset } = this.#open().bytes;
    return new Int8Array(buffer, byteOffset, this.#arenaBytes);
  }

  prepare(kernel: string, params: KernelParams, { inputs, output }: TensorOffsets): number {
    const heap = this.#open();
    const { entry, index } = findKernel(this.#manifest, kernel);
    checkInputs(entry, inputs.length);
    const outside = [...inputs, output].find((offset) => !(offset >= 0 && offset < this.#arenaBytes));
    if (outside !== undefined) {
      const problem = `${kernel}: the tensor offset ${outside} is outside of the arena of ${this.#arenaBytes} bytes`;
      throw new RuntimeError('E_KERNEL_PARAMS', problem, { kernel });
    }
    const words = paramWords(entry, params, (array) => this.#place(array));
    const wordsOffset = this.#place(Int32Array.from([...words, ...inputs, output, 0]));
    const scratch = this.#scratchOf(heap.scratchBytes(index, wordsOffset));
    new DataView(heap.bytes.buffer, heap.bytes.byteOffset).setInt32(
      wordsOffset + 4 * (words.length + inputs.length + 1),
      scratch,
      true,
    );
    return this.#calls.push({ name: kernel, kernel: index, wordsOffset }) - 1;
  }

  run(call: number): void {
    const prepared = this.#calls[call];
    if (prepared === undefined) throw new RuntimeError('E_KERNEL_UNKNOWN', `the session has no call ${call}`);
    checkStatus(prepared.name, this.#open().run(prepared.kernel, prepared.wordsOffset));
  }

  dispose(): void {
    if (this.#heap !== undefined) this.#backend.releaseHeap(this.#heap);
    this.#heap = undefined;
  }

  #open(): KernelHeap {
    if (this.#heap !== undefined) return this.#heap;
    throw new RuntimeError('E_RUNTIME_UNAVAILABLE', 'the session has been disposed of');
  }

  /** Calls share scratch memory; a larger need gets a larger area, earlier calls keep theirs. */
  #scratchOf(bytes: number): number {
    if (bytes > this.#scratch.bytes) this.#scratch = { offset: this.#allocate(bytes), bytes };
    return this.#scratch.offset;
  }

  #place(array: ParamArray): number {
    const offset = this.#allocate(array.byteLength);
    this.#open().bytes.set(bytesOf(array), offset);
    return offset;
  }

  #allocate(bytes: number): number {
    const offset = this.#end;
    this.#end = alignHeap(offset + bytes);
    this.#open().reserve(this.#end);
    return offset;
  }
}
