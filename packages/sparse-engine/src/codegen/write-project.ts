/**
 * @file Writes a project aside, in a folder next to its destination, and renames it into place when it is whole, so that
 * a failure leaves what was there. The one file of this package that touches the disk.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { TinyFormerError } from '@tinyformer/core';
import type { CompiledModel } from '../compiled-model.js';
import { generateProject, PROJECT_MARK, type ProjectFile, type ProjectOptions } from './generate-project.js';

/**
 * @returns the files, as written
 * @throws E_OUTPUT when the folder cannot be written or holds something that is not a generated project
 */
export function writeProject(
  model: CompiledModel,
  directory: string,
  options: ProjectOptions = {},
): readonly ProjectFile[] {
  const files = generateProject(model, options);
  const target = resolve(directory);
  try {
    refuseForeign(target);
    makeFolder(dirname(target));
    const aside = mkdtempSync(join(dirname(target), `.${basename(target)}-`));
    try {
      const fresh = join(aside, 'new');
      for (const { path, text } of files) {
        mkdirSync(dirname(join(fresh, path)), { recursive: true });
        writeFileSync(join(fresh, path), text);
      }
      if (existsSync(target)) renameSync(target, join(aside, 'old'));
      renameSync(fresh, target);
    } finally {
      restore(target, aside);
      rmSync(aside, { recursive: true, force: true });
    }
  } catch (cause) {
    if (cause instanceof TinyFormerError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TinyFormerError('E_OUTPUT', `the project could not be written to ${directory}: ${reason}`, {
      hint: 'choose a folder that you may write',
      details: { directory },
      cause,
    });
  }
  return files;
}

/** Not `mkdirSync`'s `recursive`, which never ends where a parent exists and takes no folders, such as in /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}

/** Brings the former project back when the new one did not reach its place. */
function restore(target: string, aside: string): void {
  if (!existsSync(target) && existsSync(join(aside, 'old'))) renameSync(join(aside, 'old'), target);
}

function refuseForeign(target: string): void {
  if (!existsSync(target)) return;
  const entries = readdirSync(target);
  if (entries.length === 0 || entries.includes(PROJECT_MARK)) return;
  throw new TinyFormerError('E_OUTPUT', `the folder ${target} holds files that are no generated project`, {
    hint: 'choose a new or empty folder',
    details: { directory: target },
  });
}
