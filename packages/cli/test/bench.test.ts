/** @file `tinyformer bench` as users call it: what it refuses, before it measures anything. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { main } from '../src/index.js';
import { temporaryFolder } from './temporary-folder.js';

let errors: string[];

beforeEach(() => {
  errors = [];
  jest.spyOn(console, 'error').mockImplementation((...words: unknown[]) => {
    errors.push(words.join(' '));
  });
  jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
  jest.spyOn(process.stdout, 'write').mockImplementation(() => true);
});

afterEach(() => {
  jest.restoreAllMocks();
});

const kernels = (...args: string[]) => main(['bench', 'kernels', '--quick', ...args]);

describe('tinyformer bench', () => {
  it.each([
    ['a core that it does not know', ['--core', 'm33']],
    ['a seed that is no number', ['--sweep-seed', 'x']],
  ])('gives 2 for %s', async (_, args) => {
    expect(await kernels(...args)).toBe(2);
    expect(errors.join()).toMatch(/^E_USAGE: /);
  });

  it.each([
    ['a name that no layer has', 'E_LAYERS', ['--only', 'conv9x9']],
    ['a pattern that is none', 'E_PATTERN', ['--only', '(']],
    ['a board that is none', 'E_BOARD', ['--board', 'stm32h7']],
    ['a core that its board has not', 'E_BOARD', ['--board', 'stm32h743', '--core', 'm4']],
    ['a layout that is none', 'E_ENCODING', ['--layout', 'block-3x3']],
    ['an archive without a core', 'E_CMSIS_NN', ['--cmsis-nn', 'lib.a']],
    ['an archive that is not there', 'E_CMSIS_NN', ['--cmsis-nn', 'm4=missing.a', '--cmsis-nn-include', '.']],
  ])('refuses %s', async (_, code, args) => {
    expect(await kernels(...args)).toBe(1);
    expect(errors.at(-1)).toMatch(new RegExp(`^${code}: .*\\.$`));
    expect(errors.at(-1)).not.toContain('\n');
  });

  it('refuses a library without its headers', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'lib.a'), '');
    mkdirSync(join(folder, 'include'));
    const args = ['--cmsis-nn', `m4=${join(folder, 'lib.a')}`, '--cmsis-nn-include', join(folder, 'include')];
    expect(await kernels(...args)).toBe(1);
    expect(errors.at(-1)).toMatch(/^E_CMSIS_NN: arm_nnfunctions\.h is in none of the include folders\. /);
  });

  it('writes no rows where it refuses', async () => {
    const folder = temporaryFolder();
    expect(await kernels('--only', 'conv9x9', '--json', join(folder, 'rows.json'))).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('refuses to compare results of another core’s board', async () => {
    const args = [
      'bench',
      'mlperf-tiny',
      '--board',
      'stm32l4r6',
      '--cmsis-nn',
      'm4=a.a',
      '--cmsis-nn-include',
      '.',
    ];
    expect(await main(args)).toBe(1);
    expect(errors.at(-1)).toMatch(/^E_BOARD: /);
  });
});
