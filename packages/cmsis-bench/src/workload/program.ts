/**
 * @file Calls as data before they have addresses: what a bench lays out in a machine's memory, runs and measures. A program
 * is a few calls that belong together, such as a layer, or the three calls that are one attention.
 */
import type { ParamArray } from '@tinyformer/mcu-runtime-c';

/** What a call's argument or a word of its struct is. */
export type Operand =
  | number
  /** A constant array, kept in code memory. */
  | ParamArray
  /** A tensor of the program, in data memory. */
  | { readonly tensor: string }
  /** A struct whose fields are 32 bits each. */
  | { readonly words: readonly Operand[] };

/** Where the firmware finds a function (`csrc/firmware/bench_layers.c`). */
export const FUNCTION_TABLES = ['kernels', 'specialised', 'peer'] as const;
export type FunctionTable = (typeof FUNCTION_TABLES)[number];

export interface ProgramCall {
  readonly table: FunctionTable;
  /** The function's index in its table. */
  readonly function: number;
  /** At most {@link MAX_ARGUMENTS}. */
  readonly operands: readonly Operand[];
}

export interface Program {
  /** The contents of a tensor that is read, the bytes of one that is written. */
  readonly tensors: Readonly<Record<string, Int8Array | number>>;
  readonly calls: readonly ProgramCall[];
  /** The tensor that holds the result. */
  readonly output: string;
}

export const MAX_ARGUMENTS = 6;
