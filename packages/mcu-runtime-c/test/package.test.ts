/** @file What the package ships: prebuilt WebAssembly of these sources, complete source lists, the documented formats. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { RuntimeError, runtimeIncludeDirectories, runtimeSources } from '@tinyformer/mcu-runtime-c';
import { encodePanel, encodeRows, evenTile, linear, linearPanel } from '@tinyformer/test-kit/kernel-requests';
import { root, stampOf, wasmFlags } from '../scripts/sources.mjs';
import { wasm } from './support/runtimes.js';

const scratch = mkdtempSync(join(tmpdir(), 'tfr-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const compiler = ['gcc', 'clang'].find((name) => spawnSync(name, ['--version']).status === 0);
const withCompiler = compiler === undefined ? it.skip : it;

/** The bytes of FORMAT.md's hex listings, one array a listing. */
function listings(): number[][] {
  const blocks = readFileSync(`${root}FORMAT.md`, 'utf8').match(/```\n00: [^]*?```/g)!;
  return blocks.map((block) =>
    [...block.matchAll(/^[0-9a-f]{2}: ((?:[0-9a-f]{2} )*[0-9a-f]{2})/gm)].flatMap(([, bytes]) =>
      bytes!.split(' ').map((byte) => Number.parseInt(byte, 16)),
    ),
  );
}

describe('the package', () => {
  it('ships WebAssembly that was built from these sources', () => {
    expect(readFileSync(`${root}prebuilt/stamp.txt`, 'utf8').trim()).toBe(stampOf(wasmFlags));
  });

  it('documents panels by bytes that the encoder gives and the kernel takes', () => {
    const documented = Int8Array.from(listings()[0]!);
    const values = [1, -2, 3, 4, 5, 0, -7, 8, 9, 10, 11, 12, -1, -2, -3, -4];
    const shape = { rows: 4, columns: 8, blockRows: 2, blockColumns: 4, isDense: false, isFused: false };
    const factors = { multipliers: [2 ** 30, 2 ** 30, 2 ** 29, 2 ** 29], shift: 33, rowShifts: null };
    const matrix = { ...shape, ...factors, quads: [[1], [0]], values, bias: [10, -20, 30, 40] };
    expect(encodePanel(matrix, evenTile(matrix, 32))).toEqual(documented);
    const input = Int8Array.from({ length: 32 }, (_, i) => (i < 8 ? [1, 1, 1, 1, 8, 0, 0, 4][i]! : 0));
    const outputs = wasm.run(linearPanel([4, 8, 4], { input, weights: documented }));
    // (10 + 24) / 8, (-20 + 72) / 8, (30 + 42) / 16, (40 - 10) / 16
    expect([...outputs.subarray(0, 4)]).toEqual([4, 7, 5, 2]);
  });

  it('documents the single-row formats by bytes that the encoders give and the kernels take', () => {
    const row = (...[first, second]: number[][]) => [
      [{ first: 4, weights: first! }],
      [{ first: 4, weights: second! }],
    ];
    const blocks = { blockColumns: 4, blocks: row([0, 7, -8, 0], [1, 0, 2, 0]) };
    const weight = (column: number, value: number) => ({ first: column, weights: [value] });
    const single = {
      blockColumns: 1,
      blocks: [
        [weight(5, 7), weight(6, -8)],
        [weight(4, 1), weight(6, 2)],
      ],
    };
    (['balanced', 'runlength', 'csr'] as const).forEach((encoding, index) => {
      const documented = Int8Array.from(listings()[1 + index]!);
      const matrix = { rows: 2, columns: 7, ...(encoding === 'csr' ? single : blocks) };
      expect(encodeRows(encoding, matrix)).toEqual(documented);
      const input = Int8Array.of(9, 9, 9, 9, 1, 2, 3);
      const request = linear([1, 7, 2], { input, weights: documented, encoding });
      expect([...wasm.run(request)]).toEqual([14 - 24, 1 + 6]);
    });
  });

  it('lists every field of a struct with its type', () => {
    const lookup = wasm.manifest.kernels.find((kernel) => kernel.name === 'tfr_lookup_s8');
    expect(lookup).toEqual({
      ...{ name: 'tfr_lookup_s8', op: 'lookup', struct: 'tfr_lookup_params', inputs: 1 },
      fields: [
        { name: 'size', type: 'i32' },
        { name: 'table', type: 'i8*' },
      ],
    });
  });

  it('gives one kernel with what it includes, and nothing of other ops', () => {
    const paths = runtimeSources(['tfr_softmax_s8']).map(({ path }) => path);
    expect(paths.filter((path) => path.endsWith('.c'))).toEqual(['src/attention/tfr_softmax_s8.c']);
    expect(paths).toContain('include/tfr/tfr_params.def');
    expect(() => runtimeSources(['tfr_softmax_s4'])).toThrow(RuntimeError);
  });

  withCompiler.each([
    [
      'one sparse kernel',
      runtimeSources(['tfr_convolution_csr_s8']),
      'tfr_convolution_csr_s8_scratch_bytes(0)',
    ],
    ['the dispatcher', runtimeSources([], { dispatcher: true }), 'tfr_dispatch(99, 0, 0)'],
  ])('gives sources that compile and link by themselves: %s', (_, sources, call) => {
    const directory = mkdtempSync(join(scratch, 'sources-'));
    for (const { path, text } of sources) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
    const header = call.startsWith('tfr_dispatch') ? 'tfr_dispatch.h' : 'tfr/tfr_kernels.h';
    writeFileSync(
      join(directory, 'main.c'),
      `#include "${header}"\nint main(void) { return (int)sizeof(${call}) - 4; }\n`,
    );
    const files = sources.map(({ path }) => path).filter((path) => path.endsWith('.c'));
    const includes = runtimeIncludeDirectories.map((folder) => `-I${folder}`);
    const flags = ['-std=c99', '-Wall', '-Wextra', '-Wpedantic', '-Wconversion', '-Werror', ...includes];
    const built = spawnSync(compiler!, [...flags, '-o', 'main', 'main.c', ...files], {
      cwd: directory,
      encoding: 'utf8',
    });
    expect(built.stderr).toBe('');
    expect(spawnSync(join(directory, 'main')).status).toBe(0);
  });
});
