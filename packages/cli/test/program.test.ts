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
    expect(oneLine()).toMatch(/^E_USAGE: .*\. Add --help for the options\.$/);
  });

  it('refuses an unknown board before it touches the folder', async () => {
    const out = join(temporaryFolder(), 'run');
    expect(await main(['run', '--board', 'arduino', '--out', out])).toBe(1);
    expect(oneLine()).toMatch(/^E_BOARD: there is no board "arduino"\. Choose one of .*\.$/);
    expect(existsSync(out)).toBe(false);
  });

  it('refuses to simulate a board on another core before it reads the network', async () => {
    expect(await main(['simulate', 'none.json', '--board', 'stm32l4r5', '--machine', 'cortex-m7'])).toBe(1);
    expect(oneLine()).toMatch(/^E_OPTION: stm32l4r5 has a cortex-m4, not a cortex-m7\./);
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

  it('refuses a space that is no file, named like a property of objects', async () => {
    expect(await main(['space', '--space', 'constructor'])).toBe(1);
    expect(oneLine()).toMatch(/^E_INPUT: constructor could not be read/);
  });

  it('leaves no folder behind where its input is damaged', async () => {
    const folder = temporaryFolder();
    const damaged = join(folder, 'damaged.json');
    writeFileSync(damaged, '{"kind":"tinyformer/supernet",');
    const out = join(folder, 'a', 'b');
    expect(await main(['search', damaged, '--smoke', '--out', out])).toBe(1);
    expect(await main(['train', '--space', damaged, '--smoke', '--out', out])).toBe(1);
    expect(await main(['space', '--space', damaged, '--smoke', '--out', out])).toBe(1);
    expect(errors.map((line) => line.split(':')[0])).toEqual(['E_ARTEFACT', 'E_ARTEFACT', 'E_ARTEFACT']);
    expect(readdirSync(folder)).toEqual(['damaged.json']);
  });

  it('shows the stack on request only', async () => {
    expect(await main(['--debug', 'inspect', 'no-such-file'])).toBe(1);
    expect(errors).toHaveLength(2);
    expect(errors[1]).toContain('TinyFormerError');
  });
});

describe('inspect', () => {
  it('says what an artefact is', async () => {
    const artefact = { kind: 'tinyformer/example', formatVersion: 1, toolVersion: '1.2', seed: 4 };
    expect(await describeArtefact(JSON.stringify(artefact), 'a.json')).toContain(
      'tinyformer/example, format version 1, made by version 1.2 with seed 4',
    );
  });

  it('refuses another version, and what lacks a part', async () => {
    const report = { kind: 'tinyformer/report', formatVersion: 1 };
    await expect(describeArtefact(JSON.stringify({ ...report, formatVersion: 2 }), 'a.json')).rejects.toThrow(
      /^E_FORMAT_VERSION/,
    );
    await expect(describeArtefact(JSON.stringify(report), 'a.json')).rejects.toThrow(/^E_ARTEFACT: a\.json/);
  });

  it('shows nothing that steers the terminal', async () => {
    const artefact = {
      kind: 'tinyformer/example',
      formatVersion: 1,
      toolVersion: '\u001b[31m',
      seed: '\u001b',
    };
    expect(await describeArtefact(JSON.stringify(artefact), 'a.json')).not.toContain('\u001b');
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
