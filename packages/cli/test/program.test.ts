/** @file The program as users call it: exit codes, one line an error, nothing left behind. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeArtefact } from '../src/commands/inspect.js';
import { examine } from '../src/commands/doctor.js';
import { main } from '../src/index.js';
import { temporaryFolder } from './temporary-folder.js';

let errors: string[];

beforeEach(() => {
  errors = [];
  jest.spyOn(console, 'error').mockImplementation((...words: unknown[]) => {
    errors.push(words.join(' '));
  });
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => errors.push(String(text)) > 0);
  jest.spyOn(process.stdout, 'write').mockImplementation(() => true);
});

afterEach(() => {
  jest.restoreAllMocks();
});

const oneLine = (): string => {
  expect(errors).toHaveLength(1);
  expect(errors[0]).not.toContain('\n');
  return errors[0]!;
};

describe('tinyformer', () => {
  it('explains itself', async () => {
    expect(await main(['--help'])).toBe(0);
    expect(await main(['run', '--help'])).toBe(0);
    expect(await main(['--version'])).toBe(0);
  });

  it.each([
    ['an unknown command', ['fly']],
    ['an unknown option', ['run', '--fast']],
    ['a seed that is no number', ['run', '--seed', 'x']],
    ['a negative seed', ['run', '--seed', '-1']],
    ['no epochs', ['run', '--epochs', '0']],
    ['a missing argument', ['compile']],
  ])('gives 2 for %s', async (_, args) => {
    expect(await main(args)).toBe(2);
  });

  it('refuses an unknown board before it touches the folder', async () => {
    const out = join(temporaryFolder(), 'run');
    expect(await main(['run', '--board', 'arduino', '--out', out])).toBe(1);
    expect(oneLine()).toMatch(/^E_BOARD: there is no board "arduino"\. Choose one of .*\.$/);
    expect(existsSync(out)).toBe(false);
  });

  it('refuses an unknown data source', async () => {
    expect(await main(['run', '--data', 'imagenet', '--out', join(temporaryFolder(), 'run')])).toBe(1);
    expect(oneLine()).toMatch(/^E_OPTION/);
  });

  it('refuses a truncated CIFAR-10 file and leaves nothing behind', async () => {
    const folder = temporaryFolder();
    const cifar = join(folder, 'cifar');
    mkdirSync(cifar);
    writeFileSync(join(cifar, 'data_batch_1.bin'), new Uint8Array(100));
    expect(await main(['run', '--data', `cifar10:${cifar}`, '--out', join(folder, 'run')])).toBe(1);
    expect(oneLine()).toMatch(
      /^E_DATASET: .*data_batch_1\.bin has 100 bytes, expected 30730000\. .*truncated/,
    );
    expect(readdirSync(folder)).toEqual(['cifar']);
  });

  it('refuses an output that is a file', async () => {
    const out = join(temporaryFolder(), 'file');
    writeFileSync(out, 'mine');
    expect(await main(['run', '--out', out])).toBe(1);
    expect(oneLine()).toMatch(/^E_OUT/);
  });

  it('refuses networks that are missing, something else or of another version', async () => {
    const path = join(temporaryFolder(), 'network.json');
    const out = ['--out', join(temporaryFolder(), 'firmware')];
    expect(await main(['compile', path, ...out])).toBe(1);
    writeFileSync(path, '{"kind":"other"}');
    expect(await main(['compile', path, ...out])).toBe(1);
    writeFileSync(path, '{"kind":"tinyformer/quantized-network","formatVersion":99}');
    expect(await main(['compile', path, ...out])).toBe(1);
    expect(errors.map((line) => line.split(':')[0])).toEqual(['E_INPUT', 'E_ARTEFACT', 'E_FORMAT_VERSION']);
    expect(existsSync(out[1]!)).toBe(false);
  });

  it('shows the stack on request only', async () => {
    expect(await main(['--debug', 'inspect', 'no-such-file'])).toBe(1);
    expect(errors).toHaveLength(2);
    expect(errors[1]).toContain('TinyFormerError');
  });
});

describe('inspect', () => {
  it('says what an artefact is', async () => {
    const artefact = { kind: 'tinyformer/example', formatVersion: 3, toolVersion: '1.2', seed: 4 };
    expect(await describeArtefact(JSON.stringify(artefact), 'a.json')).toContain(
      'tinyformer/example, format version 3, made by version 1.2 with seed 4',
    );
  });

  it.each(['null', '[]', '{}', '{"kind":"../x"}', '{"kind":7}'])('refuses %s', async (text) => {
    await expect(describeArtefact(text, 'a.json')).rejects.toThrow(/^E_ARTEFACT: a\.json is no artefact/);
  });
});

describe('doctor', () => {
  it('finds Node, and says of each missing piece what it costs and how to get it', async () => {
    const findings = await examine();
    expect(findings.find(({ name }) => name === 'node')).toMatchObject({ found: true });
    expect(findings.length).toBeGreaterThan(7);
    for (const { found, remark } of findings) expect(remark).toMatch(found ? /./ : /; (get|build) it with: /);
  });
});
