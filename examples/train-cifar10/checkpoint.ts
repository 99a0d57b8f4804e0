/** @file An unfinished training on disk, exact to the bit, so that a run that was stopped goes on as if it had not been. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { OptimizerState } from '@tinyformer/tfjs-wasm-training';

/** A row of the result. */
export interface Epoch {
  readonly epoch: number;
  /** Mean over the epoch's steps. */
  readonly trainingLoss: number;
  /** In [0, 1]. */
  readonly testAccuracy: number;
  /** Since the beginning, pauses left out. */
  readonly seconds: number;
}

export interface Checkpoint {
  /** Everything that decides the result; only the same work goes on. */
  readonly work: Readonly<Record<string, unknown>>;
  readonly epochs: readonly Epoch[];
  readonly weights: Readonly<Record<string, Float32Array>>;
  readonly optimizer: OptimizerState;
}

const CHECKPOINT = 'checkpoint.v8';

/** Undefined where the folder holds none. */
export function loadCheckpoint(folder: string, work: Checkpoint['work']): Checkpoint | undefined {
  const path = join(folder, CHECKPOINT);
  if (!existsSync(path)) return undefined;
  const checkpoint = deserialize(readFileSync(path)) as Checkpoint;
  if (JSON.stringify(checkpoint.work) === JSON.stringify(work)) return checkpoint;
  throw new Error(`${path} is of ${JSON.stringify(checkpoint.work)}: give another --out, or delete it`);
}

/** Replaces the last one at once, so that there is a whole one at every moment. Also writes the rows as `epochs.json`. */
export function saveCheckpoint(folder: string, checkpoint: Checkpoint): void {
  mkdirSync(folder, { recursive: true });
  const replace = (name: string, contents: string | Uint8Array) => {
    writeFileSync(join(folder, `${name}.new`), contents);
    renameSync(join(folder, `${name}.new`), join(folder, name));
  };
  replace(CHECKPOINT, serialize(checkpoint));
  replace('epochs.json', `${JSON.stringify({ ...checkpoint.work, epochs: checkpoint.epochs }, null, 2)}\n`);
}
