/** @file The whole river on a handful of images: every stage works, goes on where it was, and gives the same bytes again. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runRiver, STAGES, type Effort, type RiverResult } from '../src/index.js';
import { FILES } from '../src/stages/files.js';

const effort: Effort = {
  images: { train: 200, validation: 40, test: 20 },
  baselineEpochs: 1,
  supernas: { candidates: 2, epochs: 1, images: 64, validationImages: 20, accuracySamples: 1 },
  supernetEpochs: 2,
  sparsenas: { generations: 1, population: 2, validationImages: 20 },
  fineTuneEpochs: 1,
  calibrationImages: 16,
  machineImages: 1,
};
const data = { kind: 'synthetic' } as const;

let root: string;
let first: RiverResult;

const river = (out: string, choices: Partial<Parameters<typeof runRiver>[0]> = {}) =>
  runRiver({ data, effort, out: join(root, out), say: () => undefined, ...choices });
const bytes = (out: string, name: string): string => readFileSync(join(root, out, name), 'utf8');

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'tinyformer-river-'));
  jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
  first = await river('a');
});

afterAll(() => {
  jest.restoreAllMocks();
  rmSync(root, { recursive: true, force: true });
});

describe('the river', () => {
  it('runs every stage and reports its figures', () => {
    const { report, ran } = first;
    expect(ran).toEqual(STAGES.map(({ name }) => name));
    expect(report.dataset).toMatchObject({ name: 'shapes', train: 200, validation: 40, test: 20 });
    expect(report.density).toBeLessThanOrEqual(0.5);
    expect(report.candidates).toBe(2);
    expect(report.sramBytes).toBeGreaterThanOrEqual(report.sramLowerBoundBytes);
    expect(report.layers.reduce((sum, { flashBytes }) => sum + flashBytes, 0)).toBe(report.flashBytes);
    expect(report.machines.map(({ name }) => name)).toEqual([
      'typescript',
      'wasm',
      'native',
      'cortex-m4',
      'cortex-m7',
    ]);
  });

  it('computes the same values on every machine that is there', () => {
    const { machines } = first.report;
    expect(machines.filter(({ exact }) => exact === false)).toEqual([]);
    expect(machines.find(({ name }) => name === 'wasm')).toMatchObject({ exact: true, samples: 20 });
  });

  it('is finished when it is started again', async () => {
    const again = await river('a');
    expect(again.ran).toEqual([]);
    expect(again.report).toEqual(first.report);
  });

  it('goes on behind its last whole artefact and ends with the same bytes', async () => {
    cpSync(join(root, 'a'), join(root, 'b'), { recursive: true });
    const lost = [FILES.sparsenas, FILES.floatNetwork, FILES.network, FILES.accuracy, FILES.report];
    for (const name of lost) rmSync(join(root, 'b', name));
    const { ran } = await river('b');
    expect(ran).toEqual(['sparsenas', 'finish', 'accuracy', 'report']);
    for (const name of lost) expect([name, bytes('b', name) === bytes('a', name)]).toEqual([name, true]);
  });

  it('refuses to go on when the images are others', async () => {
    cpSync(join(root, 'a'), join(root, 'd'), { recursive: true });
    const summary = bytes('a', FILES.dataset).replace(/"digest": "\w+"/, '"digest": "0"');
    writeFileSync(join(root, 'd', FILES.dataset), summary);
    await expect(river('d')).rejects.toThrow(/^E_RUN_DATA/);
  });
});
