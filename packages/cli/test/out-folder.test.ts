/** @file What stands under a name is whole; what cannot be written is refused before any work. */
import { describe, expect, it } from '@jest/globals';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  openOutFile,
  openOutFolder,
  parseJson,
  readInput,
  toJson,
  writeWhole,
} from '../src/output/out-folder.js';
import { fileCheckpoint } from '../src/stages/checkpoint.js';
import { temporaryFolder } from './temporary-folder.js';

describe('an output folder', () => {
  it('loses what an interrupted run left aside and keeps the rest', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a.json'), 'a');
    writeFileSync(join(folder, 'b.json.partial'), 'half');
    mkdirSync(join(folder, 'firmware.partial'));
    openOutFolder(folder);
    expect(readdirSync(folder)).toEqual(['a.json']);
  });

  it('cannot be where a file is', () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, 'x');
    expect(() => {
      openOutFolder(file);
    }).toThrow(/^E_OUT: .* cannot be written \(ENOTDIR\)\. Choose a folder/);
    expect(() => {
      openOutFolder(join(file, 'below'));
    }).toThrow(/^E_OUT: .*ENOTDIR/);
    expect(readFileSync(file, 'utf8')).toBe('x');
  });

  it('is not made before there is something to write', () => {
    const folder = join(temporaryFolder(), 'a', 'b');
    openOutFolder(folder);
    openOutFile(join(folder, 'c.json'));
    expect(existsSync(join(folder, '..'))).toBe(false);
  });

  it.each(['', '/proc/no-such-folder', '/proc/no-such-folder/below'])('cannot be %j', (folder) => {
    if (folder !== '' && !existsSync('/proc/self')) return;
    expect(() => {
      openOutFolder(folder);
    }).toThrow(/^E_OUT/);
    expect(() => {
      writeWhole(folder, 'x');
    }).toThrow(/^E_OUT/);
  });

  it('gets a file whole, in folders that are made for it', () => {
    const path = join(temporaryFolder(), 'deep', 'a.json');
    writeWhole(path, 'text');
    expect(readFileSync(path, 'utf8')).toBe('text');
    expect(readdirSync(join(path, '..'))).toEqual(['a.json']);
  });

  it('keeps the old file when the new one cannot be written', () => {
    const path = join(temporaryFolder(), 'a.json');
    writeFileSync(path, 'old');
    mkdirSync(`${path}.partial`); // in the way of the file aside
    expect(() => {
      writeWhole(path, 'new');
    }).toThrow(/^E_OUT/);
    expect(readFileSync(path, 'utf8')).toBe('old');
  });

  it('says at the beginning that a file cannot be written at the end', () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    expect(() => openOutFile(join(file, 'out.json'))).toThrow(/^E_OUT/);
    const path = join(temporaryFolder(), 'out.json');
    const out = openOutFile(path);
    expect(existsSync(path)).toBe(false);
    out.write('x');
    expect(readFileSync(path, 'utf8')).toBe('x');
  });
});

describe('inputs', () => {
  it('that are missing name the command that makes them', () => {
    expect(() => readInput('no-such-file', 'tinyformer train')).toThrow(
      'E_INPUT: no-such-file could not be read (ENOENT). Check the path, or make the file with "tinyformer train"',
    );
  });

  it('that are not JSON are refused by name', () => {
    expect(() => parseJson('{', 'a.json')).toThrow(/^E_ARTEFACT: a\.json is not JSON/);
    expect(parseJson(toJson({ a: [1] }), 'a.json')).toEqual({ a: [1] });
  });
});

describe('a checkpoint', () => {
  it('comes back for the same work only', () => {
    const path = join(temporaryFolder(), 'x.checkpoint');
    const checkpoint = fileCheckpoint(path, { seed: 1 });
    expect(checkpoint.load()).toBeNull();
    checkpoint.save('position\nof the work');
    expect(fileCheckpoint(path, { seed: 1 }).load()).toBe('position\nof the work');
    expect(fileCheckpoint(path, { seed: 2 }).load()).toBeNull();
    checkpoint.remove();
    expect(checkpoint.load()).toBeNull();
  });
});
