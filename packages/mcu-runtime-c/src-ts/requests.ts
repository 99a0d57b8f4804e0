/** @file Kernel calls as one heap image, the same bytes for WebAssembly, native and simulated machines. */
import { RuntimeError } from './errors.js';
import type { KernelEntry } from './manifest.js';
import { HEAP_ALIGNMENT, alignHeap, bytesOf, paramWords } from './words.js';
import type { KernelParams, ParamArray } from './words.js';

/** One call of a kernel on tensors of its own. */
export interface KernelRequest {
  /** The C name, such as `tfr_linear_panel_s8`. */
  readonly kernel: string;
  readonly params: KernelParams;
  /** As many as the kernel has inputs. */
  readonly inputs: readonly Int8Array[];
  /** Elements of the output tensor. */
  readonly outputLength: number;
}

/** Where one encoded request lies: `tfr_dispatch(kernel, heap + wordsOffset, heap)` runs it. */
export interface EncodedCall {
  readonly kernel: number;
  readonly wordsOffset: number;
  readonly outputOffset: number;
  readonly outputLength: number;
}

/** Load `heap` at a multiple of 16 bytes; outputs and scratch lie inside of it, filled with zeros. */
export interface EncodedRequests {
  readonly heap: Uint8Array;
  readonly calls: readonly EncodedCall[];
}

/** A request with what the manifest and the kernel itself say about it. */
export interface ResolvedRequest extends KernelRequest {
  readonly entry: KernelEntry;
  readonly index: number;
  readonly scratchBytes: number;
}

/** Lays requests out one after another; all share one scratch area at the start. */
export function layOutRequests(requests: readonly ResolvedRequest[]): EncodedRequests {
  const uploads: { offset: number; bytes: Uint8Array }[] = [];
  const scratchOffset = HEAP_ALIGNMENT;
  let end = alignHeap(scratchOffset + Math.max(0, ...requests.map((request) => request.scratchBytes)));
  const allocate = (bytes: number): number => {
    const offset = end;
    end = alignHeap(end + bytes);
    return offset;
  };
  const place = (array: ParamArray): number => {
    const offset = allocate(array.byteLength);
    uploads.push({ offset, bytes: bytesOf(array) });
    return offset;
  };
  const calls = requests.map(({ entry, index, params, inputs, outputLength }): EncodedCall => {
    checkInputs(entry, inputs.length);
    const words = paramWords(entry, params, place);
    const inputOffsets = inputs.map(place);
    const outputOffset = allocate(outputLength);
    const wordsOffset = place(Int32Array.from([...words, ...inputOffsets, outputOffset, scratchOffset]));
    return { kernel: index, wordsOffset, outputOffset, outputLength };
  });
  const heap = new Uint8Array(end);
  for (const { offset, bytes } of uploads) heap.set(bytes, offset);
  return { heap, calls };
}

/** @throws RuntimeError E_KERNEL_PARAMS */
export function checkInputs(entry: KernelEntry, given: number): void {
  if (given === entry.inputs) return;
  throw new RuntimeError('E_KERNEL_PARAMS', `${entry.name} takes ${entry.inputs} input(s), not ${given}`, {
    kernel: entry.name,
  });
}
