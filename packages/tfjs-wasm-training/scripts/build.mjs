/**
 * @file Builds csrc/ three ways: prebuilt/training.wasm and prebuilt/training-relaxed.wasm (committed, each with the
 * hash of its sources and flags) and the native addon build/native/training.node. A machine without the compilers keeps
 * what is there: neither is a reason to fail. `--native` builds the addon only, `--prebuild` puts it into
 * prebuilds/PLATFORM-ARCH/, from where a published package loads it.
 *
 * A WebAssembly module must not have a data segment: it would be written over the heap that it is loaded into.
 */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const COMMON_FLAGS =
  '-std=c11 -O3 -fvisibility=hidden -ffp-contract=off -Wall -Wextra -Wpedantic -Wconversion ' +
  '-Wno-unused-parameter -Werror';
const WASM_FLAGS =
  `--target=wasm32 ${COMMON_FLAGS} -msimd128 -matomics -mbulk-memory -mmutable-globals -ffreestanding ` +
  '-DISA_HEADER="isa/wasm.h"';
const LINKER_FLAGS =
  '--no-entry --import-memory --shared-memory --max-memory=4294967296 --export-dynamic --export=__stack_pointer ' +
  '--strip-all -z stack-size=65536';
const NATIVE_FLAGS = `${COMMON_FLAGS} -fPIC -pthread -D_GNU_SOURCE -Wno-psabi`;

/** The two modules; relaxed SIMD needs a newer compiler. */
export const WASM_BUILDS = {
  training: { flags: WASM_FLAGS, versions: ['', '-14', '-15', '-16', '-17', '-18', '-19'] },
  'training-relaxed': { flags: `${WASM_FLAGS} -mrelaxed-simd`, versions: ['-19', '-20', '-21', '-18', ''] },
};

/** Instruction sets of an architecture and their flags, the one to prefer first. */
const VARIANTS = {
  x64: { avx512: '-mavx512f -mavx512vl -mavx512dq -mavx512bw -mfma', avx2: '-mavx2 -mfma', plain: '' },
  arm64: { neon: '' },
};

function files(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? files(join(folder, entry.name)) : join(folder, entry.name)));
}

function hashOf(folders, flags) {
  const hash = createHash('sha256').update(`${flags}\n`);
  for (const name of folders.flatMap(files)) hash.update(`${name}\n`).update(readFileSync(join(root, name)));
  return hash.digest('hex');
}

/** The hash that prebuilt/NAME.sources.sha256 must hold. */
export function sourcesHash(name) {
  return hashOf(['csrc'], `${WASM_BUILDS[name].flags}\n${LINKER_FLAGS}`);
}

const runs = (tool) => spawnSync(tool, ['--version'], { stdio: 'ignore' }).status === 0;

function run(tool, args, cwd = root) {
  const { status, error } = spawnSync(tool, args, { cwd, stdio: 'inherit' });
  if (status !== 0) throw error ?? new Error(`${tool} failed with status ${status}`);
}

/** Builds aside and renames, so that an interrupted build leaves nothing half written. */
function inScratch(folder, build) {
  mkdirSync(join(root, folder), { recursive: true });
  const scratch = mkdtempSync(join(root, folder, '.build-'));
  try {
    build(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function isCurrent(output, stamp, hash) {
  return existsSync(output) && existsSync(stamp) && readFileSync(stamp, 'utf8').trim() === hash;
}

function buildWasm(name) {
  const output = join(root, `prebuilt/${name}.wasm`);
  const stamp = join(root, `prebuilt/${name}.sources.sha256`);
  if (isCurrent(output, stamp, sourcesHash(name))) return;
  const { flags, versions } = WASM_BUILDS[name];
  const version = versions.find((suffix) => runs(`clang${suffix}`) && runs(`wasm-ld${suffix}`));
  if (version === undefined) {
    if (!existsSync(output))
      throw new Error(`${output} is missing, and clang with wasm-ld is needed to build it`);
    console.warn(`clang or wasm-ld not found: keeping prebuilt/${name}.wasm, which differs from csrc/`);
    return;
  }
  inScratch('prebuilt', (scratch) => {
    const [object, linked] = [join(scratch, 'training.o'), join(scratch, 'training.wasm')];
    run(`clang${version}`, [...flags.split(' '), '-c', 'training.c', '-o', object], join(root, 'csrc'));
    run(`wasm-ld${version}`, [...LINKER_FLAGS.split(' '), object, '-o', linked]);
    assertNoData(readFileSync(linked));
    chmodSync(linked, 0o644);
    renameSync(linked, output);
  });
  writeFileSync(stamp, `${sourcesHash(name)}\n`);
  console.log(`built prebuilt/${name}.wasm`);
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

const nodeApiHeaders = () =>
  join(dirname(createRequire(import.meta.url).resolve('node-api-headers/package.json')), 'include');

/** @returns whether there is an addon of these sources now */
function buildNative(folder) {
  const variants = VARIANTS[process.arch] ?? { plain: '' };
  const output = join(root, folder, 'training.node');
  const stamp = join(root, folder, 'training.sources.sha256');
  const hash = hashOf(['csrc', 'binding'], `${NATIVE_FLAGS}\n${JSON.stringify(variants)}`);
  if (isCurrent(output, stamp, hash)) return;
  const compiler = ['gcc', 'clang', 'cc'].find(runs);
  if (compiler === undefined || process.platform === 'win32') {
    console.log('no C compiler for the native addon: the WebAssembly engines will be used');
    return;
  }
  inScratch(folder, (scratch) => {
    const objects = Object.entries(variants).map(([name, flags]) => {
      const object = join(scratch, `${name}.o`);
      const names = [`-DISA_HEADER="isa/${name}.h"`, `-DVARIANT=variant_${name}`];
      const options = [...NATIVE_FLAGS.split(' '), ...flags.split(' ').filter(Boolean), ...names];
      run(compiler, [...options, '-c', 'training.c', '-o', object], join(root, 'csrc'));
      return object;
    });
    const list = Object.keys(variants).map((name) => `X(${name})`).join(' '); // prettier-ignore
    const include = [`-I${nodeApiHeaders()}`, `-I${join(root, 'csrc')}`, `-DTRAINING_VARIANTS=${list}`];
    const linked = join(scratch, 'training.node');
    const undefinedSymbols = process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : [];
    run(compiler, [
      ...NATIVE_FLAGS.split(' ').filter((flag) => flag !== '-Wpedantic'),
      ...include,
      '-shared',
      ...undefinedSymbols,
      'binding/training_node_api.c',
      ...objects,
      '-o',
      linked,
    ]);
    renameSync(linked, output);
  });
  writeFileSync(stamp, `${hash}\n`);
  console.log(`built ${folder}/training.node`);
}

function build(options) {
  if (!options.includes('--native') && !options.includes('--prebuild')) {
    for (const name of Object.keys(WASM_BUILDS)) buildWasm(name);
  }
  try {
    buildNative(
      options.includes('--prebuild') ? `prebuilds/${process.platform}-${process.arch}` : 'build/native',
    );
  } catch (error) {
    console.warn(
      `the native addon could not be built (${error.message}): the WebAssembly engines will be used`,
    );
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build(process.argv.slice(2));
