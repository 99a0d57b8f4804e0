/**
 * @file The C of the runtime and of a generated project under strict warnings on every compiler and core; and the portable
 * bodies, compiled for cores without DSP instructions, run on a Cortex-M3 (which executes Armv6-M code as well).
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createRng } from '@tinyformer/core';
import { loadRuntime, runtimeIncludeDirectories, runtimeSources } from '@tinyformer/mcu-runtime-c';
import { compile, writeProject } from '@tinyformer/sparse-engine';
import { CASE_KERNELS, kernelCases } from '@tinyformer/sparse-engine/testing';
import { TINY_ARCHITECTURE, tinyQuantizedNetwork } from '@tinyformer/test-kit';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { unpackSources } from '../src/firmware/kernel-firmware.js';
import { linkFirmware } from '../src/firmware/link-firmware.js';
import { ownSource } from '../src/machine/compile.js';
import { CORTEX_M4, type CortexMachine } from '../src/machine/cortex-machine.js';
import { runProcess } from '../src/machine/process.js';
import { runKernelsOn } from '../src/workload/run-kernels.js';
import { machineTest, scratch } from './support/snippets.js';

const STRICT =
  '-std=c99 -O2 -Wall -Wextra -Wpedantic -Wmissing-prototypes -Wconversion -Wshadow -Werror'.split(' ');

interface Target {
  readonly name: string;
  readonly compiler: string;
  readonly flags: readonly string[];
}

const arm = (core: string, ...flags: string[]): Target => ({
  name: core,
  compiler: 'arm-none-eabi-gcc',
  flags: [`-mcpu=${core}`, '-mthumb', ...flags],
});
const TARGETS: readonly Target[] = [
  { name: 'gcc', compiler: 'gcc', flags: [] },
  { name: 'clang', compiler: 'clang', flags: [] },
  arm('cortex-m0plus'),
  arm('cortex-m3'),
  arm('cortex-m4', '-mfpu=fpv4-sp-d16', '-mfloat-abi=hard'),
  arm('cortex-m7', '-mfpu=fpv5-d16', '-mfloat-abi=hard'),
];

const CORTEX_M3: CortexMachine = {
  ...CORTEX_M4,
  qemuBoard: 'mps2-an385',
  compilerFlags: ['-mcpu=cortex-m3', '-mthumb'],
};

let runtimeFolder: string;
let project: string;

beforeAll(async () => {
  runtimeFolder = await unpackSources(runtimeSources(undefined, { dispatcher: true }));
  const network = tinyQuantizedNetwork(createRng(8), { architecture: TINY_ARCHITECTURE, density: 0.5 });
  project = join(scratch, 'strict');
  writeProject(await compile(network), project);
});

const cFilesUnder = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.c'))
    .map((path) => join(folder, path));

interface Compilation {
  readonly name: string;
  readonly sources: readonly string[];
  readonly includes: readonly string[];
  readonly defines: readonly string[];
}

const compiled = new Map<string, Promise<string[]>>();

/** Objects of the files, made once; the compiler's complaint is the failure. */
function compileStrictly(target: Target, compilation: Compilation): Promise<string[]> {
  const name = `${target.name}-${compilation.name}`;
  const made = compiled.get(name) ?? compileInto(join(scratch, name), target, compilation);
  compiled.set(name, made);
  return made;
}

async function compileInto(folder: string, target: Target, { sources, includes, defines }: Compilation) {
  mkdirSync(folder);
  const args = [...target.flags, ...STRICT, ...defines, ...includes.map((path) => `-I${path}`)];
  const { exitCode, stderr } = await runProcess(target.compiler, [...args, '-c', ...sources], {
    cwd: folder,
  });
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  return readdirSync(folder).map((file) => join(folder, file));
}

const runtimeCompilation = (rounding: string): Compilation => ({
  name: rounding,
  sources: cFilesUnder(runtimeFolder),
  includes: runtimeIncludeDirectories.map((path) => join(runtimeFolder, path)),
  defines: rounding === 'double' ? ['-DTFR_DOUBLE_ROUNDING'] : [],
});

describe.each(TARGETS)('With every warning an error, $name', (target) => {
  const isThere = spawnSync(target.compiler, ['--version']).status === 0;
  if (!isThere) console.warn(`SKIPPED: strict compilation with ${target.compiler}, which is missing`);
  const compilerTest = isThere ? test : test.skip;

  compilerTest.each(['single', 'double'])('compiles the runtime, %s rounding', async (rounding) => {
    await compileStrictly(target, runtimeCompilation(rounding));
  });

  compilerTest('compiles a generated project', async () => {
    const includes = ['src', 'runtime/include', 'runtime/src'].map((path) => join(project, path));
    await compileStrictly(target, { name: 'project', sources: cFilesUnder(project), includes, defines: [] });
  });
});

/** For cores whose code generator needs helpers that the Cortex-M3's libgcc lacks. */
async function libgccOf({ compiler, flags }: Target): Promise<string> {
  return (await runProcess(compiler, [...flags, '-print-libgcc-file-name'])).stdout.trim();
}

describe.each(TARGETS.filter(({ name }) => /m0plus|m3/.test(name)))(
  'Kernels compiled for a $name',
  (target) => {
    describe.each(['single', 'double'] as const)('with %s rounding', (rounding) => {
      machineTest('equal the references', async () => {
        const elf = await linkFirmware({
          machine: CORTEX_M3,
          sources: [
            ...(await compileStrictly(target, runtimeCompilation(rounding))),
            ownSource('firmware/bench_kernels.c'),
            await libgccOf(target),
          ],
          includeDirectories: runtimeIncludeDirectories.map((path) => join(runtimeFolder, path)),
        });
        const runtime = await loadRuntime('wasm', { rounding });
        const cases = kernelCases(createRng(4), { count: 20 * CASE_KERNELS.length, rounding });
        const requests = cases.map(({ request }) => request);
        const { results } = await runKernelsOn(elf, requests, { machine: CORTEX_M3, runtime });
        runtime.dispose();
        results.forEach(({ status, output }, index) => {
          const { request, expected } = cases[index]!;
          expect([request.kernel, status, output]).toEqual([request.kernel, 0, expected]);
        });
      });
    });
  },
);
