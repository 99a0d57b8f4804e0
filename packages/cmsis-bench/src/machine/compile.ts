/** @file One call of a C compiler, with its complaint as an error. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TinyFormerError } from '@tinyformer/core';
import { hashParts } from './build-cache.js';
import { compilerComplaint } from './compiler-complaint.js';
import { runProcess } from './process.js';

/** A file of this package's C sources, e.g. `firmware/startup.c`. */
export function ownSource(path: string): string {
  return fileURLToPath(new URL(`../../csrc/${path}`, import.meta.url));
}

/** @throws E_COMPILE with the compiler's errors. */
export async function compileC(
  compiler: string,
  args: readonly string[],
  { cwd }: { readonly cwd?: string } = {},
): Promise<void> {
  const { exitCode, stderr } = await runProcess(compiler, args, cwd === undefined ? {} : { cwd });
  if (exitCode === 0) return;
  throw new TinyFormerError(
    'E_COMPILE',
    `${compiler} failed (exit ${exitCode}): ${compilerComplaint(stderr)}`,
    {
      details: { compiler, args },
    },
  );
}

const versions = new Map<string, Promise<string>>();

/** What the compiler says of itself, asked once. */
export function compilerVersion(compiler: string): Promise<string> {
  const known = versions.get(compiler);
  if (known) return known;
  const version = runProcess(compiler, ['--version']).then(({ stdout }) => stdout);
  versions.set(compiler, version);
  return version;
}

/** A hash of the compiler's version, the flags and every file's name and content. */
export async function compilationKey(
  compiler: string,
  { flags, files }: { readonly flags: readonly string[]; readonly files: readonly string[] },
): Promise<string> {
  const contents = await Promise.all(files.map(async (file) => [basename(file), await readFile(file)]));
  return hashParts([await compilerVersion(compiler), ...flags, ...contents.flat()]);
}
