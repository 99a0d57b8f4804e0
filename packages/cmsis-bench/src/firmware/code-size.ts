/** @file How much machine code a function is, with all that it calls: it alone is linked, and the linker drops the rest. */
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cached } from '../machine/build-cache.js';
import { compilationKey, compileC } from '../machine/compile.js';
import type { CortexMachine } from '../machine/cortex-machine.js';
import { runProcess } from '../machine/process.js';
import { requireTool } from '../machine/tools.js';

export interface CodeSizeOptions {
  readonly machine: CortexMachine;
  /** Object files that define the function and what it calls. */
  readonly objects: readonly string[];
  readonly cacheDirectory?: string | undefined;
}

/** Berkeley format: `text data bss dec hex filename`; text holds code and constants. */
function parseText(output: string): number {
  return Number(/^\s*(\d+)/m.exec(output.split('\n')[1] ?? '')?.[1] ?? NaN);
}

/** Code and constants in bytes. @throws E_TOOL, E_COMPILE, E_CACHE */
export async function codeBytesOf(
  symbol: string,
  { machine, objects, cacheDirectory }: CodeSizeOptions,
): Promise<number> {
  const compiler = await requireTool('arm-none-eabi-gcc');
  const flags = [
    ...machine.compilerFlags,
    '-nostartfiles',
    '-Wl,--gc-sections',
    `-Wl,-e,${symbol}`,
    '-Wl,--build-id=none',
  ];
  const key = await compilationKey(compiler, { flags, files: objects });
  const entry = await cached({ kind: 'size', key, cacheDirectory }, async (directory) => {
    const elf = join(directory, 'function.elf');
    await compileC(compiler, [...flags, ...objects, '-o', elf]);
    const { stdout } = await runProcess(join(dirname(compiler), 'arm-none-eabi-size'), [elf]);
    await writeFile(join(directory, 'bytes'), `${parseText(stdout)}`);
  });
  return Number(await readFile(join(entry, 'bytes'), 'utf8'));
}
