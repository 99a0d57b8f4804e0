/** @file A kernel's parameters as the call words of FORMAT.md, checked against the manifest. */
import { RuntimeError } from './errors.js';
import type { FieldType, KernelEntry } from './manifest.js';

export type ParamArray = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array;
/** One value a field of the kernel's C struct. */
export type KernelParams = Readonly<Record<string, number | ParamArray>>;

/** Every array on a heap begins at a multiple of this many bytes. */
export const HEAP_ALIGNMENT = 16;

export const alignHeap = (bytes: number): number => Math.ceil(bytes / HEAP_ALIGNMENT) * HEAP_ALIGNMENT;

const ARRAY_TAGS: Readonly<Record<Exclude<FieldType, 'i32'>, string>> = {
  'i8*': 'Int8Array',
  'u8*': 'Uint8Array',
  'i16*': 'Int16Array',
  'u16*': 'Uint16Array',
  'i32*': 'Int32Array',
};

/**
 * The parameter words of a call; `place` puts an array on the heap and gives its offset.
 * @throws RuntimeError E_KERNEL_PARAMS for a missing, unknown or wrongly typed field.
 */
export function paramWords(
  entry: KernelEntry,
  params: KernelParams,
  place: (array: ParamArray) => number,
): number[] {
  const surplus = Object.keys(params).find((name) => entry.fields.every((field) => field.name !== name));
  if (surplus !== undefined) throw paramError(entry, surplus, `is not a field of struct ${entry.struct}`);
  return entry.fields.map(({ name, type }) => {
    const value = params[name];
    if (type === 'i32') {
      if (typeof value === 'number' && (value | 0) === value) return value;
      throw paramError(entry, name, `must be a 32-bit integer, not ${describe(value)}`);
    }
    if (typeof value === 'object' && describe(value) === ARRAY_TAGS[type]) return place(value);
    throw paramError(entry, name, `must be an ${ARRAY_TAGS[type]}, not ${describe(value)}`);
  });
}

/** The name of an array's type, which holds across realms as `instanceof` does not. */
const describe = (value: number | ParamArray | undefined): string =>
  ArrayBuffer.isView(value) ? value[Symbol.toStringTag] : String(value);

const paramError = (entry: KernelEntry, field: string, problem: string): RuntimeError =>
  new RuntimeError('E_KERNEL_PARAMS', `${entry.name}: ${field} ${problem}`, { kernel: entry.name });

/** An array's memory as bytes, without a copy. */
export const bytesOf = (array: ParamArray): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
