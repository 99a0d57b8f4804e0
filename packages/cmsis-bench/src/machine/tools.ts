/** @file The programs that firmware is built and run with: where they are, and what is lost without each. */
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { TinyFormerError } from '@tinyformer/core';
import { runProcess } from './process.js';

export type ToolName = 'arm-none-eabi-gcc' | 'qemu-system-arm' | 'gcc' | 'newlib';

export interface ToolStatus {
  readonly name: ToolName;
  /** The program, or newlib's library; null when it is missing. */
  readonly path: string | null;
  /** Debian's and Ubuntu's name of the package that brings it. */
  readonly packageName: string;
  readonly costWithout: string;
}

export interface MachineAvailability {
  /** Whether firmware can be built, run and counted. */
  readonly ready: boolean;
  readonly tools: readonly ToolStatus[];
  readonly missing: readonly ToolStatus[];
}

type Tool = Omit<ToolStatus, 'path'>;

const NO_FIRMWARE = 'no firmware is built: Cortex-M4 and Cortex-M7 stay unverified and unmeasured';

const TOOLS: readonly Tool[] = [
  { name: 'arm-none-eabi-gcc', packageName: 'gcc-arm-none-eabi', costWithout: NO_FIRMWARE },
  { name: 'newlib', packageName: 'libnewlib-arm-none-eabi', costWithout: NO_FIRMWARE },
  {
    name: 'qemu-system-arm',
    packageName: 'qemu-system-arm',
    costWithout: 'no firmware is run: Cortex-M4 and Cortex-M7 stay unverified and unmeasured',
  },
  {
    name: 'gcc',
    packageName: 'gcc',
    costWithout:
      'no instructions are counted (the counter is compiled for this computer), so no firmware is run',
  },
];

export interface ToolOptions {
  /** Where programs are looked for, like the PATH variable, which is the default. */
  readonly searchPath?: string;
}

async function findProgram(name: string, searchPath: string): Promise<string | null> {
  for (const directory of searchPath.split(delimiter).filter(Boolean)) {
    const path = join(directory, name);
    if (
      await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  return null;
}

/** gcc answers with a path where it has the library, and with the bare name where it has not. */
async function findNewlib(searchPath: string): Promise<string | null> {
  const compiler = await findProgram('arm-none-eabi-gcc', searchPath);
  if (!compiler) return null;
  const { stdout } = await runProcess(compiler, ['-print-file-name=libc.a']);
  return stdout.trim() === 'libc.a' ? null : stdout.trim();
}

function find(name: ToolName, searchPath: string): Promise<string | null> {
  return name === 'newlib' ? findNewlib(searchPath) : findProgram(name, searchPath);
}

/** @throws E_TOOL when the program is missing. */
export async function requireTool(
  name: ToolName,
  { searchPath = process.env['PATH'] ?? '' }: ToolOptions = {},
): Promise<string> {
  const path = await find(name, searchPath);
  if (path) return path;
  const tool = TOOLS.find((candidate) => candidate.name === name)!;
  throw new TinyFormerError('E_TOOL', `${name} is not installed: ${tool.costWithout}`, {
    hint: `install the package ${tool.packageName} (apt-get install ${tool.packageName})`,
    details: { name },
  });
}

/** What is there, what is missing, and what each missing piece costs. */
export async function machineAvailability({
  searchPath = process.env['PATH'] ?? '',
}: ToolOptions = {}): Promise<MachineAvailability> {
  const tools = await Promise.all(
    TOOLS.map(async (tool) => ({ ...tool, path: await find(tool.name, searchPath) })),
  );
  const missing = tools.filter(({ path }) => path === null);
  return { ready: missing.length === 0, tools, missing };
}
