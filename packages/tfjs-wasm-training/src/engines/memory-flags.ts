/**
 * @file Makes the memory of a WebAssembly module shared or not. TensorFlow.js's module defines a memory that threads
 * cannot reach; the training kernels import a shared one. Both are one bit in the binary: the flags of the memory's
 * limits (WebAssembly core specification, 5.3.4, and the threads proposal).
 */

import { InternalError } from '../errors.js';

const IMPORT_SECTION = 2;
const MEMORY_SECTION = 5;
const MEMORY_IMPORT = 2;
const HAS_MAXIMUM = 1;
const SHARED = 2;

/** A copy of `binary` whose one memory, defined or imported, is shared or is not. */
export function withMemoryShared(binary: Uint8Array, shared: boolean): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(binary);
  const at = memoryFlags(copy);
  if ((copy[at]! & HAS_MAXIMUM) === 0) throw new InternalError('a shared memory needs a maximum');
  copy[at] = shared ? HAS_MAXIMUM | SHARED : HAS_MAXIMUM;
  return copy;
}

/** Where the flags of the memory's limits are. */
function memoryFlags(bytes: Uint8Array): number {
  const reader = new Reader(bytes, 8);
  while (reader.at < bytes.length) {
    const section = reader.byte();
    const end = reader.number() + reader.at;
    if (section === MEMORY_SECTION) {
      reader.number();
      return reader.at;
    }
    const imported = section === IMPORT_SECTION ? memoryImport(reader) : undefined;
    if (imported !== undefined) return imported;
    reader.at = end;
  }
  throw new InternalError('a WebAssembly module without a memory');
}

function memoryImport(reader: Reader): number | undefined {
  for (let left = reader.number(); left > 0; left--) {
    reader.skipName();
    reader.skipName();
    if (reader.byte() === MEMORY_IMPORT) return reader.at;
    reader.number();
  }
  return undefined;
}

class Reader {
  constructor(
    readonly bytes: Uint8Array,
    public at: number,
  ) {}

  byte(): number {
    return this.bytes[this.at++]!;
  }

  /** Unsigned LEB128. */
  number(): number {
    let value = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      more = (byte & 0x80) !== 0;
    }
    return value >>> 0;
  }

  skipName(): void {
    const length = this.number();
    this.at += length;
  }
}
