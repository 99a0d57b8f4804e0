/** @file Unfinished work on disk. It names what it belongs to, so that work of other settings is never gone on with. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { writeWhole } from '../output/out-folder.js';

export interface Checkpoint {
  /** Null when there is none of the same work. */
  load(): string | null;
  save(text: string): void;
  /** After the work is finished. */
  remove(): void;
}

/** `work` is everything that decides the result. */
export function fileCheckpoint(path: string, work: unknown): Checkpoint {
  const key = createHash('sha256').update(JSON.stringify(work)).digest('hex');
  return {
    load() {
      if (!existsSync(path)) return null;
      const saved = readFileSync(path, 'utf8');
      return saved.startsWith(`${key}\n`) ? saved.slice(key.length + 1) : null;
    },
    save(text) {
      writeWhole(path, `${key}\n${text}`);
    },
    remove() {
      rmSync(path, { force: true });
    },
  };
}
