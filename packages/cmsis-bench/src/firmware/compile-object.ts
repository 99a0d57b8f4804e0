/** @file One C file compiled for a core, kept by the hash of its content, so that a bench compiles only what changed. */
import { basename, join } from 'node:path';
import { cached } from '../machine/build-cache.js';
import { compilationKey, compileC } from '../machine/compile.js';
import type { CortexMachine } from '../machine/cortex-machine.js';
import { requireTool } from '../machine/tools.js';
import { FIRMWARE_FLAGS } from './link-firmware.js';

export interface ObjectSource {
  readonly machine: CortexMachine;
  readonly source: string;
  /** Files that it may include; they count towards the hash. */
  readonly headers?: readonly string[];
  readonly includeDirectories?: readonly string[];
  readonly defines?: Readonly<Record<string, string | number>>;
  readonly cacheDirectory?: string | undefined;
}

/** The path of the object file. @throws E_TOOL, E_COMPILE, E_CACHE */
export async function compileObject({
  machine,
  source,
  headers = [],
  includeDirectories = [],
  defines = {},
  cacheDirectory,
}: ObjectSource): Promise<string> {
  const compiler = await requireTool('arm-none-eabi-gcc');
  const flags = [
    ...machine.compilerFlags,
    ...FIRMWARE_FLAGS,
    ...Object.entries(defines).map(([name, value]) => `-D${name}=${value}`),
  ];
  const key = await compilationKey(compiler, { flags, files: [source, ...headers] });
  const name = `${basename(source).replace(/\.\w+$/, '')}.o`;
  const include = includeDirectories.map((directory) => `-I${directory}`);
  const entry = await cached({ kind: 'object', key, cacheDirectory }, (directory) =>
    compileC(compiler, [...flags, ...include, '-c', source, '-o', join(directory, name)]),
  );
  return join(entry, name);
}
