/**
 * @file Keeps what compilers made, by the hash of everything that went in.
 *
 * An entry is a folder that is built aside and renamed, so that a reader never sees half of one, and two builders of
 * the same entry do no harm.
 */
import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { TinyFormerError } from '@tinyformer/core';

/** TINYFORMER_CACHE, or `tinyformer` in the user's cache folder. */
function defaultCacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const userCache = environment['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return environment['TINYFORMER_CACHE'] ?? join(userCache, 'tinyformer');
}

/** A key that changes with every part; parts cannot run into each other. */
export function hashParts(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest('hex').slice(0, 32);
}

export interface CacheEntry {
  /** What the entry is, the first part of its folder's name. */
  readonly kind: string;
  readonly key: string;
  readonly cacheDirectory?: string | undefined;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** The entry's folder; `build` fills a new one only when there is none yet. @throws E_CACHE when nothing can be written. */
export async function cached(
  { kind, key, cacheDirectory = defaultCacheDirectory() }: CacheEntry,
  build: (directory: string) => Promise<void>,
): Promise<string> {
  const entry = join(cacheDirectory, `${kind}-${key}`);
  if (await exists(entry)) return entry;
  const aside = await mkdir(cacheDirectory, { recursive: true })
    .then(() => mkdtemp(join(cacheDirectory, `.${kind}-`)))
    .catch((cause: unknown) => {
      throw new TinyFormerError('E_CACHE', `cannot write to the cache folder ${cacheDirectory}`, {
        hint: 'name another one in the environment variable TINYFORMER_CACHE',
        cause,
      });
    });
  try {
    await build(aside);
    await rename(aside, entry).catch(async (error: unknown) => {
      if (!(await exists(entry))) throw error;
    });
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return entry;
}
