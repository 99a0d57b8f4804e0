/** @file `tinyformer bench training` as users call it. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { main } from '../src/index.js';
import { temporaryFolder } from './temporary-folder.js';

const bench = (...args: string[]) => main(['bench', 'training', ...args]);

describe('tinyformer bench training', () => {
  beforeEach(() => {
    jest.spyOn(console, 'log').mockImplementation(() => undefined);
    jest.spyOn(console, 'error').mockImplementation(() => undefined);
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('writes a row for every network, engine and batch', async () => {
    const file = join(temporaryFolder(), 'training.json');
    const args = [
      '--engine',
      'wasm',
      'wasm-relaxed',
      '--network',
      'A',
      '--batch',
      '2',
      '3',
      '--threads',
      '1',
    ];
    expect(await bench(...args, '--rounds', '1', '--seconds', '1', '--json', file)).toBe(0);
    const { rows } = JSON.parse(readFileSync(file, 'utf8')) as { rows: Record<string, unknown>[] };
    expect(rows.map(({ network, engine, batch, threads }) => [network, engine, batch, threads])).toEqual([
      ['A', 'wasm', 2, 1],
      ['A', 'wasm-relaxed', 2, 1],
      ['A', 'wasm', 3, 1],
      ['A', 'wasm-relaxed', 3, 1],
    ]);
    for (const { imagesPerSecond, stepMs, gflops, batch } of rows as Record<string, number>[]) {
      expect(imagesPerSecond! * stepMs!).toBeCloseTo(1000 * batch!, 3);
      expect(gflops! / imagesPerSecond!).toBeCloseTo(6 * 1.84e-3, 3);
    }
  });

  it('says which Python has no torch', async () => {
    const python = join(temporaryFolder(), 'python');
    writeFileSync(python, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    expect(await bench('--torch', python)).toBe(1);
    expect(console.error).toHaveBeenCalledWith(expect.stringContaining(`no torch in ${python}`));
  });
});
