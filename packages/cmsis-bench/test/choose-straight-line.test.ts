import { describe, expect } from '@jest/globals';
import { createRng, findBoard } from '@tinyformer/core';
import { compile, generateProject, straightLineLayers } from '@tinyformer/sparse-engine';
import { TINY_ARCHITECTURE, tinyQuantizedNetwork } from '@tinyformer/test-kit';
import { chooseStraightLine } from '../src/benchmark/choose-straight-line.js';
import { machineTest } from './support/snippets.js';

const board = findBoard('stm32f411');
const model = (density: number) =>
  compile(tinyQuantizedNetwork(createRng(5), { architecture: TINY_ARCHITECTURE, density }));

describe('Straight-line code for a model', () => {
  machineTest('is chosen for layers that run in fewer cycles, and ends up in the project', async () => {
    const sparse = await model(0.2);
    const chosen = await chooseStraightLine(sparse, { board });
    expect(chosen.length).toBeGreaterThan(0);
    expect(chosen.every(({ savedCycles }) => savedCycles > 0)).toBe(true);
    const eligible = straightLineLayers(sparse).map(({ layer }) => layer);
    expect(eligible).toEqual(expect.arrayContaining(chosen.map(({ layer }) => layer)));
    const kernels = (straightLine: string[]) =>
      generateProject(sparse, { straightLine }).find(({ path }) => path === 'src/kernels.c')!.text;
    expect(kernels(chosen.map(({ layer }) => layer))).toContain('TFR_STRAIGHT_PAIR');
    expect(kernels([])).not.toContain('TFR_STRAIGHT_PAIR');
  });

  machineTest('takes no more flash than there is', async () => {
    const sparse = await model(0.2);
    const all = await chooseStraightLine(sparse, { board });
    const smallest = Math.min(...all.map(({ codeBytes }) => codeBytes));
    const sum = (bytes: number, choice: { codeBytes: number }) => bytes + choice.codeBytes;
    const total = all.reduce(sum, 0);
    expect(await chooseStraightLine(sparse, { board, flashBytes: smallest - 1 })).toEqual([]);
    const some = await chooseStraightLine(sparse, { board, flashBytes: total - 1 });
    expect(some.length).toBeLessThan(all.length);
    expect(some.reduce(sum, 0)).toBeLessThan(total);
  });

  machineTest('is not chosen where fetching the code costs more than it saves', async () => {
    const slowFlash = findBoard('stm32f746');
    expect(await chooseStraightLine(await model(0.2), { board: slowFlash })).toEqual([]);
  });

  machineTest('is not made where too much is kept', async () => {
    expect(await chooseStraightLine(await model(0.5), { board })).toEqual([]);
  });
});
