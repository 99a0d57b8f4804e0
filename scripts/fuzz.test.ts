/** @file The fuzzer's harness reaches every kernel, finds nothing in sound and damaged calls, and finds a planted fault. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadRuntime, type KernelManifest } from '@tinyformer/mcu-runtime-c';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildHarness } from './fuzz/build-harness.js';
import { seedCalls } from './fuzz/call-bytes.js';

const compiler = ['gcc', 'clang'].find((name) => spawnSync(name, ['--version']).status === 0);
if (compiler === undefined)
  console.warn('SKIPPED: the kernels under sanitizers, because there is no compiler');
const withCompiler = compiler === undefined ? it.skip : it;

const MUTANTS = 40;
const ROWS = join(import.meta.dirname, '..', 'packages', 'mcu-runtime-c', 'src', 'rows');

let folder: string;
let manifest: KernelManifest;
let seeds: { readonly kernel: string; readonly file: string }[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tinyformer-fuzz-'));
  const runtime = await loadRuntime('wasm');
  manifest = runtime.manifest;
  runtime.dispose();
  seeds = seedCalls(manifest, { perKernel: 12, seed: 5 }).map(({ kernel, bytes }, index) => {
    const file = join(folder, `seed-${index}`);
    writeFileSync(file, bytes);
    return { kernel, file };
  });
});

afterAll(() => rmSync(folder, { recursive: true }));

const replay = (program: string, files: readonly string[]) =>
  spawnSync(program, [`${MUTANTS}`, ...files], { encoding: 'utf8', maxBuffer: 2 ** 26 });

describe('the harness', () => {
  withCompiler('reaches every kernel with calls that it takes and calls that it refuses', () => {
    const program = join(folder, 'replay');
    buildHarness({ compiler: compiler!, entry: 'replay', rounding: 'single', output: program });
    const { status, stdout, stderr } = replay(
      program,
      seeds.map(({ file }) => file),
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const outcomes = new Set(stdout.split('\n'));
    for (const { name } of manifest.kernels) {
      expect(outcomes).toContain(`${name} 0`);
      expect([-1, -2, -3, -4].filter((refusal) => outcomes.has(`${name} ${refusal}`))).not.toEqual([]);
    }
  });

  withCompiler('finds an offset that a kernel does not check', () => {
    const name = 'tfr_rows_balanced.c';
    const sound = readFileSync(join(ROWS, name), 'utf8');
    const faulty = sound.replace('offset > last ', 'offset > last + 64 ');
    expect(faulty).not.toBe(sound);
    const path = join(folder, name);
    writeFileSync(path, faulty);
    const program = join(folder, 'replay-faulty');
    const replacement = { name, path };
    buildHarness({ compiler: compiler!, entry: 'replay', rounding: 'single', output: program, replacement });
    const files = seeds.filter(({ kernel }) => kernel.includes('_balanced_')).map(({ file }) => file);
    const { status, stderr } = replay(program, files);
    expect(status).not.toBe(0);
    expect(stderr).toContain('heap-buffer-overflow');
  });
});
