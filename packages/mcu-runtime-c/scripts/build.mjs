/**
 * @file Builds the kernels as WebAssembly (prebuilt/, kept under version control) and as a native addon (build/native/).
 * A machine without the compilers keeps what is there: neither is a reason to fail.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import {
  nativeFlags,
  nativeSources,
  root,
  roundingFlags,
  roundings,
  stampOf,
  wasmFlags,
  wasmSources,
} from './sources.mjs';

const packageDirectory = (name) => dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
const runs = (command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;

/** Compiles aside and renames, so that an interrupted build leaves no half-written binary. */
function compile(compiler, { rounding, sources, flags, libraries = [], output }) {
  const partial = `${output}.partial`;
  const finished = spawnSync(
    compiler,
    [...flags, ...roundingFlags(rounding), '-o', partial, ...sources, ...libraries],
    { cwd: root, stdio: 'inherit' },
  );
  if (finished.status !== 0) throw new Error(`${compiler} failed on ${output}`);
  renameSync(partial, output);
}

function build({ name, directory, extension, flags, ...compilation }) {
  const stamp = stampOf(flags);
  const stampFile = join(root, directory, 'stamp.txt');
  const outputs = roundings.map((rounding) => join(root, directory, `tfr-${rounding}.${extension}`));
  const current = existsSync(stampFile) && readFileSync(stampFile, 'utf8').trim() === stamp;
  if (current && outputs.every((output) => existsSync(output))) return console.log(`${name}: up to date`);
  const { compiler, include, ...rest } = compilation.tools();
  if (compiler === undefined) return console.log(`${name}: no compiler found, nothing built`);
  mkdirSync(join(root, directory), { recursive: true });
  roundings.forEach((rounding, i) =>
    compile(compiler, { ...rest, rounding, flags: [...flags, ...include], output: outputs[i] }),
  );
  writeFileSync(stampFile, `${stamp}\n`);
  console.log(`${name}: built with ${compiler}`);
}

build({
  name: 'WebAssembly',
  directory: 'prebuilt',
  extension: 'wasm',
  flags: wasmFlags,
  tools: () => ({
    compiler: ['clang'].find((command) => runs(command) && runs('wasm-ld')),
    include: [`-I${join(packageDirectory('emnapi'), 'include/node')}`],
    sources: wasmSources,
    libraries: [join(packageDirectory('emnapi'), 'lib/wasm32/libemnapi-basic.a')],
  }),
});
build({
  name: 'native addon',
  directory: 'build/native',
  extension: 'node',
  flags: nativeFlags,
  tools: () => ({
    compiler: ['gcc', 'clang'].find(runs),
    include: [`-I${join(packageDirectory('node-api-headers'), 'include')}`],
    sources: nativeSources,
  }),
});
