/** @file The example that trains on CIFAR-10, on a few drawn images: it learns, and goes on where it was killed. */
import { afterAll, describe, expect, it } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Epoch } from '../examples/train-cifar10/checkpoint.js';

const ROOT = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'tinyformer-train-cifar10-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const argumentsFor = (out: string, ...more: string[]): string[] => [
  ...['--import', 'tsx', '-C', '@tinyformer/source', 'examples/train-cifar10/main.ts'],
  ...['--smoke', '--epochs', '3', '--out', join(folder, out), ...more],
];

function run(out: string, ...more: string[]) {
  return spawnSync(process.execPath, argumentsFor(out, ...more), { cwd: ROOT, encoding: 'utf8' });
}

function killAfterFirstEpoch(out: string): Promise<void> {
  const child = spawn(process.execPath, argumentsFor(out), { cwd: ROOT });
  let printed = '';
  child.stdout.on('data', (text: Buffer) => {
    printed += text.toString();
    if (printed.includes('epoch 1:')) child.kill('SIGKILL');
  });
  return new Promise((resolve) => child.on('close', () => resolve()));
}

function epochsOf(out: string): Omit<Epoch, 'seconds'>[] {
  const { epochs } = JSON.parse(readFileSync(join(folder, out, 'epochs.json'), 'utf8')) as {
    epochs: Epoch[];
  };
  return epochs.map(({ epoch, trainingLoss, testAccuracy }) => ({ epoch, trainingLoss, testAccuracy }));
}

describe('examples/train-cifar10', () => {
  it('learns, and gives the same after it was killed and started again', async () => {
    expect(run('whole')).toMatchObject({ status: 0 });
    const whole = epochsOf('whole');
    expect(whole.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(whole[2]!.trainingLoss).toBeLessThan(whole[0]!.trainingLoss);

    await killAfterFirstEpoch('killed');
    expect(epochsOf('killed').length).toBeLessThan(3);
    expect(run('killed')).toMatchObject({ status: 0 });
    expect(epochsOf('killed')).toEqual(whole);
  });

  it('does not go on with other work', () => {
    const { status, stderr } = run('whole', '--seed', '2');
    expect(status).toBe(1);
    expect(stderr).toContain('give another --out, or delete it');
  });

  it('asks for a folder', () => {
    const args = argumentsFor('none').filter((argument) => argument !== '--smoke');
    const { stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
    expect(stderr).toContain('name the folder with data_batch_1.bin to data_batch_5.bin and test_batch.bin');
  });
});
