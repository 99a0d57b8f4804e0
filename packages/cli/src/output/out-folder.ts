/**
 * @file The folder that a command writes to. A file is written aside and renamed when it is whole, so that what stands under
 * its name is complete, whatever was interrupted.
 */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { TinyFormerError } from '@tinyformer/core';

const ASIDE = '.partial';

/** Removes what an interrupted run left aside in the folder, which is made by the first file only. @throws E_OUT */
export function openOutFolder(folder: string): void {
  writing(folder, () => {
    probe(folder);
    if (!existsSync(folder)) return;
    for (const name of readdirSync(folder).filter((entry) => entry.endsWith(ASIDE))) {
      rmSync(join(folder, name), { recursive: true });
    }
  });
}

/** @throws E_OUT when the folder cannot be written to; the file of that name is then as it was. */
export function writeWhole(path: string, contents: string | Uint8Array): void {
  const aside = `${path}${ASIDE}`;
  writing(path, () => {
    makeFolder(dirname(path));
    writeFileSync(aside, contents);
    renameSync(aside, path);
  });
}

/** @throws E_INPUT when there is no such file or it cannot be read; `maker` is the command that would make it. */
export function readInput(path: string, maker?: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new TinyFormerError('E_INPUT', `${path} could not be read (${systemCode(cause)})`, {
      hint: maker === undefined ? 'check the path' : `check the path, or make the file with "${maker}"`,
      details: { path },
      cause,
    });
  }
}

/** A file that a command will write at its end, refused at its beginning if it cannot be. @throws E_OUT */
export function openOutFile(path: string): { readonly write: (contents: string) => void } {
  writing(path, () => {
    if (existsSync(path)) closeSync(openSync(path, 'r+'));
    probe(dirname(path));
  });
  return {
    write: (contents) => {
      writeWhole(path, contents);
    },
  };
}

/** @throws E_ARTEFACT */
export function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TinyFormerError('E_ARTEFACT', `${path} is not JSON`, {
      hint: 'the file is truncated or is something else',
      details: { path },
      cause,
    });
  }
}

/** JSON as artefacts are written: one trailing newline, two spaces. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Fails where a file could not be written into the folder, or into the nearest one that exists; leaves nothing. */
function probe(folder: string): void {
  if (!existsSync(folder)) {
    probe(dirname(folder));
    return;
  }
  const path = `${folder}/probe.${process.pid}${ASIDE}`;
  writeFileSync(path, '');
  rmSync(path);
}

/** Not `mkdirSync`'s `recursive`, which never ends where a parent exists and takes no folders, such as in /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}

function writing(path: string, work: () => void): void {
  if (path === '') throw new TinyFormerError('E_OUT', 'the output has an empty path', { hint: 'name one' });
  try {
    work();
  } catch (cause) {
    throw new TinyFormerError('E_OUT', `${path} cannot be written (${systemCode(cause)})`, {
      hint: 'choose a folder that you may write to, on a disk with room',
      details: { path },
      cause,
    });
  }
}

/** ENOENT and the like; errors of another realm are no `Error` of this one. */
function systemCode(cause: unknown): string {
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : String(cause);
}
