/** @file Builds the bench firmware of a generated C project: its model and runtime, our main. */
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { TinyFormerError } from '@tinyformer/core';
import { runtimeIncludeDirectories } from '@tinyformer/mcu-runtime-c';
import { ownSource } from '../machine/compile.js';
import type { CortexMachine } from '../machine/cortex-machine.js';
import { linkFirmware } from './link-firmware.js';

export interface ModelFirmwareOptions {
  /** A folder that the engine's `writeProject` filled. */
  readonly projectDirectory: string;
  readonly machine: CortexMachine;
  readonly cacheDirectory?: string | undefined;
}

/** The project's own example of a main; ours takes its place. */
const EXAMPLE_MAIN = join('src', 'main.c');

/** Every file under the project's src/ and runtime/, sorted. */
async function projectFiles(projectDirectory: string): Promise<string[]> {
  const folders = ['src', 'runtime'];
  const lists = await Promise.all(
    folders.map(async (folder) => {
      const names = await readdir(join(projectDirectory, folder), { recursive: true }).catch(
        (cause: unknown) => {
          throw new TinyFormerError(
            'E_PROJECT',
            `${projectDirectory} is no generated project: it has no ${folder}/`,
            {
              hint: 'write one with `tinyformer compile`',
              cause,
            },
          );
        },
      );
      return names.map((name) => join(folder, name));
    }),
  );
  return lists.flat().sort();
}

/** The path of the linked firmware. @throws E_PROJECT, E_TOOL, E_COMPILE, E_CACHE */
export async function buildFirmware({
  projectDirectory,
  machine,
  cacheDirectory,
}: ModelFirmwareOptions): Promise<string> {
  const files = await projectFiles(projectDirectory);
  const absolute = (names: readonly string[]) => names.map((name) => resolve(projectDirectory, name));
  const sources = files.filter((name) => name.endsWith('.c') && name !== EXAMPLE_MAIN);
  const headers = files.filter((name) => /\.(h|def)$/.test(name));
  return linkFirmware({
    machine,
    sources: [...absolute(sources), ownSource('firmware/bench_model.c')],
    headers: absolute(headers),
    includeDirectories: absolute(['src', ...runtimeIncludeDirectories.map((name) => join('runtime', name))]),
    cacheDirectory,
  });
}
