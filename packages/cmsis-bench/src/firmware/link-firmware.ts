/** @file Compiles C for a simulated Cortex-M and links it with the start-up code, kept by the hash of its content. */
import { join } from 'node:path';
import { cached } from '../machine/build-cache.js';
import { compilationKey, compileC, ownSource } from '../machine/compile.js';
import type { CortexMachine } from '../machine/cortex-machine.js';
import { requireTool } from '../machine/tools.js';

export interface FirmwareSources {
  readonly machine: CortexMachine;
  /** C and assembly files that are compiled. */
  readonly sources: readonly string[];
  /** Files that those include; they count towards the hash. */
  readonly headers?: readonly string[];
  readonly includeDirectories?: readonly string[];
  readonly defines?: Readonly<Record<string, string | number>>;
  /** Shifts all code; where code lies decides what a small cache holds. A multiple of 4. */
  readonly codeOffsetBytes?: number | undefined;
  readonly cacheDirectory?: string | undefined;
}

const STARTUP = ['startup.c', 'semihosting.c', 'regions.S'].map((name) => ownSource(`firmware/${name}`));
const STARTUP_HEADERS = ['semihosting.h', 'regions.h', 'mps2.ld'].map((name) =>
  ownSource(`firmware/${name}`),
);
export const FIRMWARE_FLAGS = [
  '-std=gnu11',
  '-O3',
  '-ffunction-sections',
  '-fdata-sections',
  '-Wall',
  '-Wextra',
  '-nostartfiles',
];

function linkerFlags(machine: CortexMachine, codeOffsetBytes: number): string[] {
  return [
    '-T',
    ownSource('firmware/mps2.ld'),
    `-Wl,--defsym=TFB_EXTERNAL_RAM=0x${machine.externalRamAddress.toString(16)}`,
    `-Wl,--defsym=TFB_CODE_OFFSET=${codeOffsetBytes}`,
    '-Wl,--gc-sections',
  ];
}

/** The path of the linked firmware. @throws E_TOOL, E_COMPILE, E_CACHE */
export async function linkFirmware({
  machine,
  sources,
  headers = [],
  includeDirectories = [],
  defines = {},
  codeOffsetBytes = 0,
  cacheDirectory,
}: FirmwareSources): Promise<string> {
  const compiler = await requireTool('arm-none-eabi-gcc');
  await requireTool('newlib');
  const flags = [
    ...machine.compilerFlags,
    ...FIRMWARE_FLAGS,
    ...Object.entries(defines).map(([name, value]) => `-D${name}=${value}`),
  ];
  const files = [...sources, ...headers, ...STARTUP, ...STARTUP_HEADERS];
  const linking = linkerFlags(machine, codeOffsetBytes);
  const key = await compilationKey(compiler, { flags: [...flags, ...linking], files });
  const include = [ownSource('firmware'), ...includeDirectories].map((directory) => `-I${directory}`);
  const entry = await cached({ kind: 'firmware', key, cacheDirectory }, (directory) =>
    compileC(compiler, [
      ...flags,
      ...include,
      ...sources,
      ...STARTUP,
      ...linking,
      '-o',
      join(directory, 'firmware.elf'),
    ]),
  );
  return join(entry, 'firmware.elf');
}
