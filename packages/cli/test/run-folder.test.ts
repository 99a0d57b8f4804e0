/** @file A run's folder goes on, is set aside, or is refused; settings and data sources are what users wrote. */
import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDataSource } from '../src/run/data-source.js';
import { addTiming, openRunFolder, readTimings } from '../src/run/run-folder.js';
import { chooseSettings } from '../src/run/settings.js';
import { temporaryFolder } from './temporary-folder.js';

const data = { kind: 'synthetic' } as const;
const settings = chooseSettings({ engine: 'wasm', data });
const others = chooseSettings({ engine: 'wasm', data, seed: 2 });

describe('a run folder', () => {
  it('is made, and opened again by the same settings with all it holds', () => {
    const path = join(temporaryFolder(), 'runs', 'a');
    openRunFolder(path, { settings }).write('x.json', '1');
    const again = openRunFolder(path, { settings });
    expect(again.setAside).toBeNull();
    expect(again.has(['x.json', 'run.json'])).toBe(true);
    expect(again.has(['x.json', 'y.json'])).toBe(false);
    expect(again.read('x.json')).toBe('1');
  });

  it('of other settings is kept under the next free name', () => {
    const path = join(temporaryFolder(), 'a');
    openRunFolder(path, { settings }).write('x.json', 'first');
    const second = openRunFolder(path, { settings: others });
    expect(second.setAside).toBe(`${path}.1`);
    expect(second.has(['x.json'])).toBe(false);
    expect(openRunFolder(path, { settings }).setAside).toBe(`${path}.2`);
    expect(readFileSync(join(`${path}.1`, 'x.json'), 'utf8')).toBe('first');
  });

  it('starts over when that is wanted, and loses nothing', () => {
    const path = join(temporaryFolder(), 'a');
    openRunFolder(path, { settings }).write('x.json', 'first');
    expect(openRunFolder(path, { settings, fresh: true }).setAside).toBe(`${path}.1`);
    expect(existsSync(join(`${path}.1`, 'x.json'))).toBe(true);
  });

  it('is not one that holds other files', () => {
    const path = temporaryFolder();
    writeFileSync(join(path, 'thesis.txt'), 'x');
    expect(() => openRunFolder(path, { settings })).toThrow(/^E_RUN_FOLDER: .* holds other files and no run/);
    expect(readdirSync(path)).toEqual(['thesis.txt']);
  });

  it('is not a file', () => {
    const path = join(temporaryFolder(), 'file');
    writeFileSync(path, 'x');
    expect(() => openRunFolder(path, { settings })).toThrow(/^E_OUT/);
  });

  it('adds the seconds of its stages up', () => {
    const folder = openRunFolder(join(temporaryFolder(), 'a'), { settings });
    expect(readTimings(folder)).toEqual({ seconds: 0, stages: {} });
    addTiming(folder, 'dataset', 1.5);
    addTiming(folder, 'supernet', 2);
    expect(readTimings(folder)).toEqual({ seconds: 3.5, stages: { dataset: 1.5, supernet: 2 } });
  });
});

describe('settings', () => {
  it('are the user’s where given', () => {
    const chosen = chooseSettings({ engine: 'wasm', data, seed: 7, board: 'STM32H743', epochs: 5 });
    expect(chosen).toMatchObject({
      seed: 7,
      board: { name: 'stm32h743' },
      supernetEpochs: 5,
      fineTuneEpochs: 3,
    });
    expect(chooseSettings({ engine: 'wasm', data, epochs: 1 }).fineTuneEpochs).toBe(1);
  });

  it('hold the demo to at least four supernets, 64 candidates in four generations and 64 images a core', () => {
    const { supernas, sparsenas, machineImages, maximumDensity } = settings;
    expect(supernas.candidates).toBeGreaterThanOrEqual(4);
    expect(sparsenas.generations).toBeGreaterThanOrEqual(4);
    expect(sparsenas.generations * sparsenas.population).toBeGreaterThanOrEqual(64);
    expect(machineImages).toBeGreaterThanOrEqual(64);
    expect(maximumDensity).toBeLessThanOrEqual(0.5);
  });

  it('name the boards when there is no such board', () => {
    expect(() => chooseSettings({ engine: 'wasm', data, board: 'arduino' })).toThrow(/^E_BOARD/);
  });
});

describe('a data source', () => {
  it('is synthetic, or CIFAR-10 in a folder', () => {
    expect(parseDataSource('synthetic')).toEqual({ kind: 'synthetic' });
    expect(parseDataSource('cifar10:a:b c')).toEqual({ kind: 'cifar10', directory: 'a:b c' });
    expect(parseDataSource('cifar10:x', 'JPEG copy')).toMatchObject({ note: 'JPEG copy' });
  });

  it.each(['', 'cifar10', 'cifar10:', 'imagenet:x'])('is not %j', (text) => {
    expect(() => parseDataSource(text)).toThrow(/^E_OPTION: there is no data source/);
  });
});
