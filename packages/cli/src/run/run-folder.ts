/**
 * @file A run's folder. run.json holds the settings and is written first; each stage's artefacts appear whole under their
 * names, so that running again goes on after the last finished stage. A folder of other settings is set aside, never lost.
 */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { TinyFormerError, TOOL_VERSION } from '@tinyformer/core';
import { openOutFolder, parseJson, readInput, toJson, writeWhole } from '../output/out-folder.js';
import type { RunSettings } from './settings.js';

const RUN_FILE = 'run.json';
const TIMINGS_FILE = 'timings.json';

export interface RunFolder {
  readonly path: string;
  /** Where the earlier run of other settings went, if there was one. */
  readonly setAside: string | null;
  has(names: readonly string[]): boolean;
  read(name: string): string;
  write(name: string, contents: string): void;
  remove(name: string): void;
  pathOf(name: string): string;
}

/**
 * Opens the folder for these settings: a new one, or the same run's.
 * @throws E_OUT when it cannot be written, E_RUN_FOLDER when it holds other things than a run.
 */
export function openRunFolder(
  path: string,
  { settings, fresh = false }: { readonly settings: RunSettings; readonly fresh?: boolean },
): RunFolder {
  const header = runHeader(settings);
  const found = inspectFolder(path);
  const setAside = found.holds === 'run' && (fresh || found.header !== header) ? moveAside(path) : null;
  openOutFolder(path);
  if (!existsSync(join(path, RUN_FILE))) writeWhole(join(path, RUN_FILE), header);
  return {
    path,
    setAside,
    has: (names) => names.every((name) => existsSync(join(path, name))),
    read: (name) => readInput(join(path, name), 'tinyformer run'),
    write: (name, contents) => {
      writeWhole(join(path, name), contents);
    },
    remove: (name) => {
      rmSync(join(path, name), { recursive: true, force: true });
    },
    pathOf: (name) => join(path, name),
  };
}

function runHeader(settings: RunSettings): string {
  const header = { kind: 'tinyformer/run', formatVersion: 1, toolVersion: TOOL_VERSION, seed: settings.seed };
  return toJson({ ...header, settings });
}

type Found = { readonly holds: 'nothing' } | { readonly holds: 'run'; readonly header: string };

function inspectFolder(path: string): Found {
  if (!existsSync(path)) return { holds: 'nothing' };
  const run = join(path, RUN_FILE);
  if (existsSync(run)) return { holds: 'run', header: readFileSync(run, 'utf8') };
  let names: string[] = [];
  try {
    names = readdirSync(path);
  } catch {
    // no folder: opening it says why
  }
  if (names.length === 0) return { holds: 'nothing' };
  throw new TinyFormerError('E_RUN_FOLDER', `${path} holds other files and no run`, {
    hint: 'choose an empty or a new folder',
    details: { path },
  });
}

/** runs/demo -> runs/demo.1, or the next free number. */
function moveAside(path: string): string {
  const base = path.replace(/[\\/]+$/, '');
  for (let number = 1; ; number++) {
    const target = `${base}.${number}`;
    if (existsSync(target)) continue;
    renameSync(base, target);
    return target;
  }
}

/** Seconds by stage, over all sittings of the run. */
export interface Timings {
  readonly seconds: number;
  readonly stages: Readonly<Record<string, number>>;
}

export function readTimings(folder: RunFolder): Timings {
  if (!folder.has([TIMINGS_FILE])) return { seconds: 0, stages: {} };
  return parseJson(folder.read(TIMINGS_FILE), folder.pathOf(TIMINGS_FILE)) as Timings;
}

export function addTiming(folder: RunFolder, stage: string, seconds: number): void {
  const stages = { ...readTimings(folder).stages, [stage]: Number(seconds.toFixed(3)) };
  const sum = Object.values(stages).reduce((total, value) => total + value, 0);
  folder.write(TIMINGS_FILE, toJson({ seconds: Number(sum.toFixed(3)), stages }));
}
