/** @file The committed WebAssembly module belongs to the committed sources. */

import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { describe, expect, it } from '@jest/globals';
import { WASM_BUILDS, sourcesHash } from '../scripts/build.mjs';
import type { WasmBuild } from '../scripts/build.mjs';

const prebuilt = (name: string) => readFileSync(new URL(`../prebuilt/${name}`, import.meta.url));

describe.each(Object.keys(WASM_BUILDS) as WasmBuild[])('prebuilt/%s.wasm', (name) => {
  it('was built from the sources and flags of this commit (else run npm run build)', () => {
    expect(prebuilt(`${name}.sources.sha256`).toString().trim()).toBe(sourcesHash(name));
  });

  it('imports nothing but the memory and has no data that would overwrite the heap', () => {
    const bytes = prebuilt(`${name}.wasm`);
    setFlagsFromString('--experimental-wasm-relaxed-simd');
    const { WebAssembly: wasm } = globalThis as unknown as { WebAssembly: WasmModules };
    const module = new wasm.Module(bytes);
    expect(wasm.Module.imports(module)).toEqual([{ module: 'env', name: 'memory', kind: 'memory' }]);
    expect(sectionIds(bytes)).not.toContain(DATA_SECTION);
  });
});

interface WasmModules {
  readonly Module: {
    new (bytes: Uint8Array): object;
    imports(module: object): readonly object[];
  };
}

const DATA_SECTION = 11;

/** Section headers: an identifier and a LEB128 size (WebAssembly core specification, 5.5.2). */
function sectionIds(bytes: Uint8Array): number[] {
  const ids: number[] = [];
  for (let at = 8; at < bytes.length;) {
    ids.push(bytes[at++]!);
    let size = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      size |= (bytes[at]! & 0x7f) << shift;
      more = (bytes[at++]! & 0x80) !== 0;
    }
    at += size;
  }
  return ids;
}
