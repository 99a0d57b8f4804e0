/** @file What happens where an engine is missing, and at the end of a process: in processes of their own. */

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('..', import.meta.url));
let folder = '';

/** A copy of this package without the native addon. */
beforeAll(() => {
  mkdirSync(join(root, 'build'), { recursive: true });
  folder = mkdtempSync(join(root, 'build/fallback-'));
  for (const part of ['src', 'worker', 'prebuilt'])
    cpSync(join(root, part), join(folder, part), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const STEP = `
  const x = tf.ones([2, 9, 9, 4]);
  const [dx] = tf.grads((x) => training.conv2d(x, tf.ones([3, 3, 4, 8]), { stride: 1 }))([x]);
  const sum = tf.sum(dx).dataSync()[0];
`;

/** Runs a program against the package in `packageFolder` and reads what it prints as JSON. */
function run(program: string, options: { packageFolder: string; flags?: readonly string[] }): unknown {
  const file = join(folder, 'program.ts');
  const source = `
    import * as tf from '@tensorflow/tfjs-core';
    import '@tensorflow/tfjs-backend-wasm';
    ${program}`.replaceAll('PACKAGE', join(options.packageFolder, 'src/index.ts'));
  writeFileSync(file, source);
  const args = [...(options.flags ?? []), '--import', 'tsx', file];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 });
  if (status !== 0) throw new Error(`status ${status}: ${stderr.slice(-2000)}`);
  return JSON.parse(stdout);
}

const REPORT = `
  const training = await import('PACKAGE');
  const { name, threads, passedOver } = await training.useTraining({ threads: 2 });
  ${STEP}
  console.log(JSON.stringify({ name, threads, passedOver: Object.keys(passedOver), sum }));`;

// Every one of 2 * 9 * 9 * 4 inputs meets 8 filters of 3 x 3; at each of two sides a third of the windows is missing.
const SUM = 2 * 4 * 8 * 25 ** 2;

describe('auto', () => {
  it('falls back on relaxed SIMD where there is no addon', () => {
    const flags = ['--experimental-wasm-relaxed-simd'];
    const expected = { name: 'wasm-relaxed', threads: 2, passedOver: ['native'], sum: SUM };
    expect(run(REPORT, { packageFolder: folder, flags })).toEqual(expected);
  });

  it('falls back on plain SIMD where there is no relaxed SIMD either', () => {
    const flags = ['--no-experimental-wasm-relaxed-simd'];
    const expected = { name: 'wasm', threads: 2, passedOver: ['native', 'wasm-relaxed'], sum: SUM };
    expect(run(REPORT, { packageFolder: folder, flags })).toEqual(expected);
  });
});

describe('a heap that is not shared', () => {
  it('is worked on by one thread: the backend was started before this package was imported', () => {
    const program = `
      await tf.setBackend('wasm');
      await tf.ready();
      tf.ones([1]);
      const training = await import('PACKAGE');
      const { name, threads } = await training.useTraining({ engine: 'wasm', threads: 4 });
      ${STEP}
      console.log(JSON.stringify({ name, threads, sum }));`;
    expect(run(program, { packageFolder: root })).toEqual({ name: 'wasm', threads: 1, sum: SUM });
  });
});

describe('a process', () => {
  it.each(['wasm', 'wasm-relaxed', 'auto'])('ends by itself with threads of %s waiting', (engine) => {
    const program = `
      const training = await import('PACKAGE');
      await training.useTraining({ engine: '${engine}', threads: 4 });
      ${STEP}
      console.log(JSON.stringify(sum));`;
    expect(run(program, { packageFolder: root })).toBe(SUM);
  });
});
