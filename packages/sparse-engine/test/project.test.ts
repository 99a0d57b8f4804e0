/** @file Generated projects: they compile without a warning, compute what the reference does, and are written whole or not. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRng, type Rounding } from '@tinyformer/core';
import {
  compile,
  runReference,
  writeProject,
  type CompiledModel,
  type QuantizedNetwork,
} from '@tinyformer/sparse-engine';
import { randomImage, tinyQuantizedNetwork } from '@tinyformer/test-kit';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const STRICT =
  '-std=c99 -O1 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wmissing-prototypes -Werror'.split(' ');

const compilers = ['gcc', 'arm-none-eabi-gcc'].filter((compiler) => {
  const isThere = spawnSync(compiler, ['--version']).status === 0;
  if (!isThere) console.warn(`no ${compiler}: generated projects are not compiled with it`);
  return isThere;
});

const classes = ['plain', 'a "quoted" name', 'back\\slash ??/ %s', 'new\nline */', 'ünï'];
const architecture = {
  input: { height: 9, width: 7, channels: 3 },
  classes: classes.length,
  stem: { channels: 6, kernel: 3, stride: 2 },
  stages: [
    { kind: 'convolution', channels: 6, stride: 1, blocks: [{ kernel: 3, expansion: 2 }] },
    { kind: 'transformer', width: 12, stride: 2, blocks: [{ heads: 2, mlpRatio: 2 }] },
  ],
} as const;
const network: QuantizedNetwork = {
  ...tinyQuantizedNetwork(createRng(5), { architecture, density: 0.5 }),
  classes,
};

let folder: string;
let model: CompiledModel;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sparse-engine-'));
  model = await compile(network);
});
afterAll(() => rmSync(folder, { recursive: true }));

const cFilesOf = (project: string): string[] =>
  readdirSync(project, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.c'))
    .map((path) => join(project, path));
const includes = (project: string): string[] =>
  ['src', 'runtime/include', 'runtime/src'].map((path) => `-I${join(project, path)}`);

describe('a generated project', () => {
  it.each(compilers)('compiles with %s without a warning', (compiler) => {
    const project = join(folder, `strict-${compiler}`);
    writeProject(model, project);
    execFileSync(compiler, [...STRICT, ...includes(project), '-c', ...cFilesOf(project)], { cwd: folder });
  });

  const roundings: Rounding[] = compilers.includes('gcc') ? ['single', 'double'] : [];
  it.each(roundings)('prints the scores of the reference, %s rounding', (rounding) => {
    const project = join(folder, `run-${rounding}`);
    writeProject(model, project);
    const main = join(project, 'main');
    const option = rounding === 'double' ? ['-DTFR_DOUBLE_ROUNDING'] : [];
    execFileSync('gcc', [...STRICT, ...option, ...includes(project), '-o', main, ...cFilesOf(project)]);
    for (let seed = 0; seed < 8; seed++) {
      const image = randomImage(createRng(seed), network.input.shape);
      const expected = runReference(model, image, { rounding });
      const printed = execFileSync(main, { input: Buffer.from(image.buffer), encoding: 'utf8' });
      expect(printed).toBe(classes.map((name, i) => `${String(expected[i]).padStart(4)} ${name}\n`).join(''));
    }
  });

  it('carries only the kernels that it calls', () => {
    const kernels = new Set(model.calls.map(({ kernel }) => `${kernel}.c`));
    const carried = writeProject(model, join(folder, 'kernels'))
      .map(({ path }) => path.split('/').at(-1)!)
      .filter((path) => path.endsWith('_s8.c'));
    expect(new Set(carried)).toEqual(kernels);
  });
});

describe('writing a project', () => {
  const read = (path: string): string => readFileSync(join(folder, path), 'utf8');

  it('replaces a project of its own, files of the former included', () => {
    writeProject(model, join(folder, 'again'));
    writeFileSync(join(folder, 'again/src/old.c'), '');
    writeProject(model, join(folder, 'again'), { name: 'renamed' });
    expect(read('again/CMakeLists.txt')).toContain('project(renamed C)');
    expect(readdirSync(join(folder, 'again/src'))).not.toContain('old.c');
  });

  it('refuses a folder that holds something else, and leaves it alone', () => {
    mkdirSync(join(folder, 'foreign'));
    writeFileSync(join(folder, 'foreign/thesis.txt'), 'mine');
    expect(() => writeProject(model, join(folder, 'foreign'))).toThrow(/^E_OUTPUT: .*no generated project/);
    expect(readdirSync(join(folder, 'foreign'))).toEqual(['thesis.txt']);
  });

  it('refuses a place that cannot be written, and leaves nothing behind', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => writeProject(model, join(folder, 'file/project'))).toThrow(/^E_OUTPUT/);
    if (existsSync('/proc/self')) expect(() => writeProject(model, '/proc/a/project')).toThrow(/^E_OUTPUT/);
    const closed = join(folder, 'closed');
    mkdirSync(closed);
    chmodSync(closed, 0o500);
    if (process.getuid?.() !== 0)
      expect(() => writeProject(model, join(closed, 'project'))).toThrow(/^E_OUTPUT/);
    expect(readdirSync(closed)).toEqual([]);
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('refuses a name that would be no identifier', () => {
    expect(() => writeProject(model, join(folder, 'named'), { name: 'x) execute_process(' })).toThrow(
      /^E_NAME/,
    );
  });
});
