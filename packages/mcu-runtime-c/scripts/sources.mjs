/** @file Which C files and flags make a binary, and their stamp: equal stamps mean that a binary is up to date. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
export const roundings = ['single', 'double'];

const warnings = ['-Wall', '-Wextra', '-Wpedantic', '-Wmissing-prototypes', '-Wconversion', '-Werror'];
const includes = ['-Iinclude', '-Isrc', '-Ibinding'];
const common = ['-std=c99', '-O3', '-DBUILDING_NODE_EXTENSION', ...warnings, ...includes];

export const wasmFlags = [
  ...common,
  '-Wno-c11-extensions',
  '--target=wasm32-unknown-unknown',
  '-nostdlib',
  '-msimd128',
  '-mbulk-memory',
  '-Wl,--no-entry',
  '-Wl,--import-memory',
  '-Wl,--max-memory=2147483648',
  '-Wl,--import-undefined',
  '-Wl,--export-table',
  '-Wl,--export=__heap_base',
  '-Wl,--export=malloc',
  '-Wl,--export=free',
  '-Wl,--export=napi_register_wasm_v1',
  '-Wl,--export-if-defined=node_api_module_get_api_version_v1',
  '-Wl,--strip-all',
];
export const nativeFlags = [
  ...common,
  '-fPIC',
  '-shared',
  '-fvisibility=hidden',
  ...(process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : []),
];

export const roundingFlags = (rounding) => (rounding === 'double' ? ['-DTFR_DOUBLE_ROUNDING'] : []);

function filesUnder(directory) {
  return readdirSync(`${root}${directory}`, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${(entry.parentPath ?? entry.path).slice(root.length)}/${entry.name}`)
    .sort();
}

const files = ['binding', 'include', 'src'].flatMap(filesUnder);
const isC = (path) => path.endsWith('.c');

export const wasmSources = files.filter(isC);
export const nativeSources = files.filter((path) => isC(path) && !path.includes('wasm'));

/** SHA-256 over the flags and every source file. */
export function stampOf(flags) {
  const hash = createHash('sha256').update(JSON.stringify(flags));
  for (const path of files) hash.update(`\n${path}\n`).update(readFileSync(`${root}${path}`));
  return hash.digest('hex');
}
