/**
 * @file Lays programs out in a machine's memory: constants behind the code, tensors and structs in the external RAM, all
 * by absolute addresses, so that the firmware needs no relocation and a struct is a run of words.
 */
import { InternalError } from '@tinyformer/core';
import { HEAP_ALIGNMENT, type ParamArray } from '@tinyformer/mcu-runtime-c';
import { FUNCTION_TABLES, MAX_ARGUMENTS, type Operand, type Program, type ProgramCall } from './program.js';

/** TFB_CONSTANTS of `csrc/firmware/bench_layers.c`. */
const CONSTANTS_ADDRESS = 0x00200000;
export const MAX_CONSTANT_BYTES = 2 * 1024 * 1024;
export const MAX_DATA_BYTES = 15 * 1024 * 1024;

const align = (bytes: number): number => Math.ceil(bytes / HEAP_ALIGNMENT) * HEAP_ALIGNMENT;

/** A run of memory that grows. */
class Segment {
  readonly #parts: { readonly offset: number; readonly bytes: Uint8Array }[] = [];
  length = 0;

  constructor(readonly address: number) {}

  reserve(bytes: number): number {
    const offset = this.length;
    this.length = align(offset + bytes);
    return this.address + offset;
  }

  place({ buffer, byteOffset, byteLength }: ArrayBufferView): number {
    const address = this.reserve(byteLength);
    this.#parts.push({
      offset: address - this.address,
      bytes: new Uint8Array(buffer, byteOffset, byteLength),
    });
    return address;
  }

  contents(): Uint8Array {
    const contents = new Uint8Array(this.length);
    for (const { offset, bytes } of this.#parts) contents.set(bytes, offset);
    return contents;
  }
}

/** Where a program's result lies in the data that the firmware gives back. */
export interface PlacedProgram {
  readonly firstCall: number;
  readonly calls: number;
  readonly outputOffset: number;
  readonly outputLength: number;
}

export class MemoryImage {
  readonly #constants = new Segment(CONSTANTS_ADDRESS);
  readonly #data: Segment;
  readonly #placed = new Map<ParamArray, number>();
  readonly #calls: number[][] = [];

  constructor(dataAddress: number) {
    this.#data = new Segment(dataAddress);
  }

  get calls(): number {
    return this.#calls.length;
  }

  get constantBytes(): number {
    return this.#constants.length;
  }

  get dataBytes(): number {
    return this.#data.length;
  }

  add(program: Program): PlacedProgram {
    const addresses = new Map<string, number>();
    for (const [name, contents] of Object.entries(program.tensors)) {
      const place = typeof contents === 'number' ? this.#data.reserve(contents) : this.#data.place(contents);
      addresses.set(name, place);
    }
    const output = program.tensors[program.output]!;
    const firstCall = this.#calls.length;
    for (const call of program.calls) this.#calls.push(this.#encodeCall(call, addresses));
    return {
      firstCall,
      calls: program.calls.length,
      outputOffset: addresses.get(program.output)! - this.#data.address,
      outputLength: typeof output === 'number' ? output : output.length,
    };
  }

  /** The file that the firmware reads. */
  encode(): Uint8Array {
    const words = [this.calls, this.constantBytes, this.dataBytes, ...this.#calls.flat()];
    const head = new Uint8Array(Uint32Array.from(words).buffer);
    return Buffer.concat([head, this.#constants.contents(), this.#data.contents()]);
  }

  #encodeCall({ table, function: index, operands }: ProgramCall, tensors: Map<string, number>): number[] {
    if (operands.length > MAX_ARGUMENTS) throw new InternalError(`a call has ${operands.length} arguments`);
    const argumentWords = operands.map((operand) => this.#resolve(operand, tensors));
    const unused = Array.from({ length: MAX_ARGUMENTS - operands.length }, () => 0);
    return [FUNCTION_TABLES.indexOf(table), index, ...argumentWords, ...unused];
  }

  #resolve(operand: Operand, tensors: Map<string, number>): number {
    if (typeof operand === 'number') return operand;
    if (ArrayBuffer.isView(operand)) return this.#constant(operand);
    if ('tensor' in operand) {
      const address = tensors.get(operand.tensor);
      if (address === undefined) throw new InternalError(`a call names the unknown tensor ${operand.tensor}`);
      return address;
    }
    const words = operand.words.map((word) => this.#resolve(word, tensors));
    return this.#data.place(Int32Array.from(words));
  }

  #constant(array: ParamArray): number {
    const known = this.#placed.get(array);
    if (known !== undefined) return known;
    const address = this.#constants.place(array);
    this.#placed.set(array, address);
    return address;
  }
}
