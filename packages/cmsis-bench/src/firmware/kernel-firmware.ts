/** @file The firmware that runs any kernel of the runtime: all kernels, their dispatcher, and a bench that reads calls. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  runtimeIncludeDirectories,
  runtimeSources,
  type Rounding,
  type SourceFile,
} from '@tinyformer/mcu-runtime-c';
import { cached, hashParts } from '../machine/build-cache.js';
import { ownSource } from '../machine/compile.js';
import type { CortexMachine } from '../machine/cortex-machine.js';
import { linkFirmware } from './link-firmware.js';

/** The folder that holds these files of the runtime. */
export function unpackSources(sources: readonly SourceFile[], cacheDirectory?: string): Promise<string> {
  const key = hashParts(sources.flatMap(({ path, text }) => [path, text]));
  return cached({ kind: 'runtime', key, cacheDirectory }, async (directory) => {
    for (const { path, text } of sources) {
      const target = join(directory, path);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, text);
    }
  });
}

export interface KernelFirmwareOptions {
  readonly machine: CortexMachine;
  readonly rounding: Rounding;
  readonly cacheDirectory?: string | undefined;
}

/** The path of the linked firmware. @throws E_TOOL, E_COMPILE, E_CACHE */
export async function buildKernelFirmware({
  machine,
  rounding,
  cacheDirectory,
}: KernelFirmwareOptions): Promise<string> {
  const files = runtimeSources(undefined, { dispatcher: true });
  const root = await unpackSources(files, cacheDirectory);
  const pathsOf = (pattern: RegExp) =>
    files
      .map(({ path }) => path)
      .filter((path) => pattern.test(path))
      .map((path) => join(root, path));
  return linkFirmware({
    machine,
    sources: [...pathsOf(/\.c$/), ownSource('firmware/bench_kernels.c')],
    headers: pathsOf(/\.(h|def)$/),
    includeDirectories: runtimeIncludeDirectories.map((directory) => join(root, directory)),
    defines: rounding === 'double' ? { TFR_DOUBLE_ROUNDING: 1 } : {},
    cacheDirectory,
  });
}
