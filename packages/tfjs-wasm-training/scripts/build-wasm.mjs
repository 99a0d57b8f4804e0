/**
 * @file Builds prebuilt/training.wasm from csrc/ with clang and wasm-ld. The result is committed, with a hash of the
 * sources and flags beside it, so that a machine without clang uses it as it is; with clang it is rebuilt when the
 * hash differs. The module must not have a data segment: it would be written over the heap that it is loaded into.
 */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const sourceFolder = join(root, 'csrc');
const builtFile = join(root, 'prebuilt/training.wasm');
const stampFile = join(root, 'prebuilt/training.sources.sha256');

const COMPILER_FLAGS =
  '--target=wasm32 -std=c99 -O3 -msimd128 -mbulk-memory -mmutable-globals -ffreestanding -fvisibility=hidden ' +
  '-Wall -Wextra -Wpedantic -Wmissing-prototypes -Wconversion -Werror';
const LINKER_FLAGS =
  '--no-entry --import-memory --export-dynamic --export=__stack_pointer --strip-all -z stack-size=65536';

/** The hash that prebuilt/training.sources.sha256 must hold. */
export function sourcesHash() {
  const hash = createHash('sha256').update(`${COMPILER_FLAGS}\n${LINKER_FLAGS}\n`);
  for (const name of readdirSync(sourceFolder).sort()) {
    hash.update(`${name}\n`).update(readFileSync(join(sourceFolder, name)));
  }
  return hash.digest('hex');
}

function findTools() {
  const versions = ['', '-14', '-15', '-16', '-17', '-18', '-19'];
  const find = (name) =>
    versions.map((version) => name + version).find((tool) => spawnSync(tool, ['--version']).status === 0);
  const [compiler, linker] = [find('clang'), find('wasm-ld')];
  return compiler !== undefined && linker !== undefined ? { compiler, linker } : undefined;
}

function run(tool, args) {
  const { status, error } = spawnSync(tool, args, { cwd: sourceFolder, stdio: 'inherit' });
  if (status !== 0) throw error ?? new Error(`${tool} failed with status ${status}`);
}

function compile({ compiler, linker }) {
  const folder = mkdtempSync(join(root, 'prebuilt/.build-'));
  try {
    const sources = readdirSync(sourceFolder).filter((name) => name.endsWith('.c'));
    const objects = sources.sort().map((source) => {
      const object = join(folder, `${source}.o`);
      run(compiler, [...COMPILER_FLAGS.split(' '), '-c', source, '-o', object]);
      return object;
    });
    const output = join(folder, 'training.wasm');
    run(linker, [...LINKER_FLAGS.split(' '), ...objects, '-o', output]);
    assertNoData(readFileSync(output));
    chmodSync(output, 0o644);
    renameSync(output, builtFile);
    writeFileSync(stampFile, `${sourcesHash()}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Walks the section headers (WebAssembly core specification, 5.5): sections 11 (data) and 12 are forbidden. */
function assertNoData(bytes) {
  for (let at = 8; at < bytes.length;) {
    const id = bytes[at++];
    let size = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      size |= (bytes[at] & 0x7f) << shift;
      more = (bytes[at++] & 0x80) !== 0;
    }
    if (id === 11 || id === 12)
      throw new Error('csrc/ has static data, which would overwrite the shared heap');
    at += size;
  }
}

function build() {
  const stamp = existsSync(stampFile) ? readFileSync(stampFile, 'utf8').trim() : '';
  if (existsSync(builtFile) && stamp === sourcesHash()) return;
  const tools = findTools();
  if (tools !== undefined) {
    compile(tools);
    console.log('built prebuilt/training.wasm');
  } else if (existsSync(builtFile)) {
    console.warn('clang or wasm-ld not found: keeping prebuilt/training.wasm, which differs from csrc/');
  } else {
    throw new Error('prebuilt/training.wasm is missing, and clang with wasm-ld is needed to build it');
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build();
