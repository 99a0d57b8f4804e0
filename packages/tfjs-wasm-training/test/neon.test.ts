/** @file The kernels for NEON, built by the cross compiler and run in QEMU, beside the plain ones. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('..', import.meta.url));
const COMPILER = 'aarch64-linux-gnu-gcc';
const QEMU = 'qemu-aarch64';
const has = (tool: string) => spawnSync(tool, ['--version'], { stdio: 'ignore' }).status === 0;

// batch, in height, width, channels, out height, width, channels, kernel, strides, padding, groups
const WINDOW = '2 9 7 6 9 7 10 3 3 1 1 1 1 1';
const STRIDED = '2 9 7 6 5 4 10 3 3 2 2 1 1 2';
const DEPTHWISE = '2 9 7 6 9 7 6 3 3 1 1 1 1 6';
const FIVE = '2 9 7 6 5 4 6 5 5 2 2 2 2 6';
const NORM = '50 11 4 1 f0.001 @2 @3 @4 @5 @6 @7 @8 0 0 0 0';

/** Kernels with their arguments (csrc/*.c); @1 holds whole numbers. */
const CALLS = [
  ...[1, 2, 3, 4].flatMap((kind) => [
    `activation 37 ${kind} @2 0 @4`,
    `activation_gradient 37 ${kind} @2 @3 @4`,
  ]),
  'add 37 @2 @3 @4',
  'attention 2 13 3 5 @2 @3 @4 @5 @6 0 0 0 0',
  'attention_gradient 2 13 3 5 @2 @3 @4 0 0 @5 @6 @7 @8',
  'attention_gradient 2 13 3 5 @2 @3 @4 0 @9 @5 @6 @7 @8',
  'average_pool 3 8 13 @2 @3',
  'average_pool_gradient 3 8 13 @2 @3',
  'batch_matmul 3 9 13 7 1 0 3 1 @2 @3 @4',
  `batch_norm ${NORM}`,
  `batch_norm_gradient 50 11 2 1 f3 @2 @3 @4 @5 @6 0 0 @7 @8 @9 @10`,
  ...[WINDOW, STRIDED].flatMap((window) =>
    ['', '_input_gradient', '_filter_gradient'].map((suffix) => `conv2d${suffix} ${window} @2 @3 @4`),
  ),
  ...[DEPTHWISE, FIVE].flatMap((window) =>
    ['', '_input_gradient', '_filter_gradient'].map((suffix) => `depthwise${suffix} ${window} @2 @3 @4`),
  ),
  'cross_entropy 5 4 f0.1 f2 f0.3 @2 @1 @3 @4 0 0',
  'cross_entropy_gradient 5 4 f0.1 f2 f0.3 @2 @1 @3 0 @4 @5',
  ...[
    `conv2d_norm ${WINDOW} 126 10 3`,
    `conv2d_norm ${STRIDED} 40 10 2`,
    `depthwise_norm ${DEPTHWISE} 126 6 4`,
  ].map((call) => `${call} 1 f0.001 @4 @5 @6 @7 @8 @9 @10 0 0 0 0 0 @2 @3 0 0`),
  ...['conv2d', 'depthwise'].map((name) => {
    const window = name === 'conv2d' ? `${WINDOW} 126 10` : `${FIVE} 40 6`;
    return `${name}_norm_gradient ${window} 2 1 f3 @4 @5 @6 @7 @8 0 0 @9 0 @10 @11 0 @2 @3 @12 @6`;
  }),
  'dense 70 9 21 3 @2 @3 @4 @5 @6 @7',
  'dense_gradient 70 9 21 0 @2 @3 @4 @5 @6 @7 @8',
  'fake_quantize 9 5 f2 f-8 f7 @2 @3 0 @4',
  'layer_norm 9 13 f0.001 @2 @3 @4 @5 0 0 0 0',
  'layer_norm_gradient 9 13 f0.001 @2 @3 @4 0 @5 @6 @7 @8',
  'segment_sum 9 5 4 @2 @1 @3',
];

const build = has(COMPILER) && has(QEMU) ? describe : describe.skip;

build('the NEON kernels', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'training-neon-'));
    const compile = (...args: string[]) => {
      const flags = [
        '-std=c11',
        '-O1',
        '-ffp-contract=off',
        '-D_GNU_SOURCE',
        '-Wno-psabi',
        '-pthread',
        ...args,
      ];
      const { status, stderr } = spawnSync(COMPILER, flags, { cwd: join(root, 'csrc'), encoding: 'utf8' });
      if (status !== 0) throw new Error(stderr);
    };
    for (const [name, variant] of [
      ['neon', 'FIRST'],
      ['plain', 'SECOND'],
    ] as const) {
      const output = ['-c', 'training.c', '-o', join(folder, `${name}.o`)];
      compile(`-DISA_HEADER="isa/${name}.h"`, `-DVARIANT=${variant}`, ...output);
    }
    const objects = ['neon.o', 'plain.o'].map((name) => join(folder, name));
    const source = join(root, 'test/native/compare_variants.c');
    compile('-static', '-I.', source, ...objects, '-o', join(folder, 'compare'), '-lm');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('agree with the plain ones, on two threads', () => {
    const { status, stdout } = spawnSync(QEMU, [join(folder, 'compare')], {
      input: `${CALLS.join('\n')}\n`,
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect(status).toBe(0);
    const results = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' '));
    expect(results.map(([name]) => name)).toEqual(CALLS.map((call) => call.split(' ')[0]));
    const wrong = results.filter(
      ([, written, difference]) => Number(written) === 0 || !(Number(difference) < 2e-5),
    );
    expect(wrong).toEqual([]);
  });
});
