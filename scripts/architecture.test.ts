/** @file The rules of docs/architecture.md hold in this repository, and each rule catches a made-up offender. */
import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import {
  deepImportViolations,
  findCycles,
  importTableViolations,
  PACKAGES,
  packageOf,
  stageCycleViolations,
  undeclaredViolations,
} from './architecture/import-rules.js';
import { importsOf, readSourceFiles, type SourceFile } from './architecture/source-file.js';
import { textViolations } from './architecture/text-rules.js';

const ROOT = join(import.meta.dirname, '..');
const files = readSourceFiles(ROOT);
const made = (path: string, text: string): SourceFile => ({ path, text });

describe('this repository', () => {
  it('has a rule for every package', () => {
    const folders = files.flatMap(({ path }) => /^packages\/([^/]+)\/package\.json$/.exec(path)?.[1] ?? []);
    expect([...folders].sort()).toEqual(PACKAGES.map(({ folder }) => folder).sort());
  });

  it('imports only what the table of packages allows', () => {
    expect(importTableViolations(files)).toEqual([]);
  });

  it('meets other packages only at their exports', () => {
    expect(deepImportViolations(files)).toEqual([]);
  });

  it('has no stages that import each other in a circle', () => {
    expect(stageCycleViolations(files)).toEqual([]);
  });

  it('declares every package that it imports', () => {
    expect(undeclaredViolations(files)).toEqual([]);
  });

  it('names no machine, draws no unseeded numbers, starts no shell and skips no test', () => {
    expect(textViolations(files)).toEqual([]);
  });
});

describe('the rules', () => {
  it('see static, dynamic, re-exported and type imports', () => {
    const text = `import a from 'a'; export * from 'b'; const c = await import('c'); type D = import('d').D;`;
    expect(importsOf(made('x.ts', text)).sort()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('cut a specifier down to its package', () => {
    expect([packageOf('@a/b/c'), packageOf('a/b'), packageOf('a')]).toEqual(['@a/b', 'a', 'a']);
  });

  it.each([
    ['core with a file system', 'core', `import 'node:fs';`],
    ['core with TensorFlow.js', 'core', `import '@tensorflow/tfjs';`],
    ['an engine with TensorFlow.js', 'sparse-engine', `const tf = await import('@tensorflow/tfjs-core');`],
    ['an engine that writes outside its writer', 'sparse-engine', `import 'node:fs/promises';`],
    ['supernas that knows the engine', 'supernas', `import type { Graph } from '@tinyformer/sparse-engine';`],
    ['a library that imports the command line', 'sparsenas', `export * from 'tinyformer';`],
    ['sources that import test helpers', 'core', `import '@tinyformer/test-kit';`],
  ])('refuse %s', (_, folder, text) => {
    expect(importTableViolations([made(`packages/${folder}/src/bad.ts`, text)])).toHaveLength(1);
  });

  it('let the project writer write and leave tests alone', () => {
    const writer = made('packages/sparse-engine/src/codegen/write-project.ts', `import 'node:fs';`);
    const test = made('packages/core/test/a.test.ts', `import 'node:fs'; import '@tinyformer/test-kit';`);
    expect(importTableViolations([writer, test])).toEqual([]);
  });

  it.each([`import '@tinyformer/core/src/rng.js';`, `import '../../core/src/rng.js';`])(
    'refuse to reach into a package: %s',
    (text) => {
      expect(deepImportViolations([made('packages/supernas/test/a.test.ts', text)])).toHaveLength(1);
    },
  );

  it('let a test import its own package by path and others by name', () => {
    const text = `import '../src/index.js'; import '@tinyformer/core';`;
    expect(deepImportViolations([made('packages/supernas/test/a.test.ts', text)])).toEqual([]);
  });

  it('find stages in a circle', () => {
    const circle = [
      made('packages/sparse-engine/src/ir/graph.ts', `import '../passes/fold.js';`),
      made('packages/sparse-engine/src/passes/fold.ts', `import type { Graph } from '../ir/graph.js';`),
    ];
    expect(stageCycleViolations(circle)).toEqual([
      'packages/sparse-engine: stages in a circle: src/ir -> src/passes -> src/ir',
    ]);
    expect(stageCycleViolations(circle.slice(1))).toEqual([]);
  });

  it('find a cycle behind a shared ancestor', () => {
    const edges = new Map([
      ['a', new Set(['b', 'c'])],
      ['b', new Set(['d'])],
      ['c', new Set(['d'])],
      ['d', new Set(['c'])],
    ]);
    expect(findCycles(edges)).toEqual([['d', 'c', 'd']]);
  });

  it('find an import that nobody declared', () => {
    const manifest = made('packages/core/package.json', '{ "dependencies": { "ndarray": "1" } }');
    const source = made('packages/core/src/a.ts', `import 'ndarray'; import 'zod';`);
    expect(undeclaredViolations([manifest, source])).toEqual([
      'packages/core/src/a.ts imports zod, which package.json does not declare',
    ]);
  });

  it('find forbidden texts', () => {
    const path = 'packages/core/src/a.ts';
    const offenders = ['Math.random()', `execSync('ls')`, `'/${'tmp'}/x'`, 'x as any', 'it.skip("x")'];
    for (const text of offenders) expect(textViolations([made(path, text)])).toHaveLength(1);
    expect(textViolations([made(path, 'rng.next()'), made('docs/a.md', 'runs/demo')])).toEqual([]);
  });
});
