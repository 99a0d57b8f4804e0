/** @file Stack bounds of all kernels on a core, from the compiled runtime. */
import {
  loadRuntime,
  runtimeIncludeDirectories,
  runtimeSources,
  type Rounding,
} from '@tinyformer/mcu-runtime-c';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { unpackSources } from '../firmware/kernel-firmware.js';
import { FIRMWARE_FLAGS } from '../firmware/link-firmware.js';
import { cached } from '../machine/build-cache.js';
import { compilationKey, compileC } from '../machine/compile.js';
import type { CortexMachine } from '../machine/cortex-machine.js';
import { runProcess } from '../machine/process.js';
import { requireTool } from '../machine/tools.js';
import {
  parseAddressed,
  parseCallGraph,
  parseUndefined,
  withMachineCode,
  type CompiledFile,
} from './call-graph.js';
import { libraryStack, parseMachineCode } from './machine-code.js';
import { stackBound } from './stack-bound.js';

export interface KernelStackOptions {
  readonly machine: CortexMachine;
  readonly rounding?: Rounding;
  readonly cacheDirectory?: string | undefined;
}

interface Toolchain {
  readonly compiler: string;
  readonly tool: (name: string, args: readonly string[]) => Promise<string>;
  readonly flags: readonly string[];
}

async function openToolchain({ machine, rounding }: KernelStackOptions): Promise<Toolchain> {
  const compiler = await requireTool('arm-none-eabi-gcc');
  await requireTool('newlib');
  return {
    compiler,
    tool: async (name, args) =>
      (await runProcess(join(dirname(compiler), `arm-none-eabi-${name}`), args)).stdout,
    flags: [
      ...machine.compilerFlags,
      ...FIRMWARE_FLAGS,
      ...(rounding === 'double' ? ['-DTFR_DOUBLE_ROUNDING'] : []),
    ],
  };
}

/** A folder with an object and a call graph for every C file of the runtime. */
async function compileRuntime({ compiler, flags }: Toolchain, cacheDirectory?: string): Promise<string> {
  const files = runtimeSources();
  const root = await unpackSources(files, cacheDirectory);
  const paths = files.map(({ path }) => join(root, path));
  const include = runtimeIncludeDirectories.map((name) => `-I${join(root, name)}`);
  const key = await compilationKey(compiler, { flags: ['-fcallgraph-info=su', ...flags], files: paths });
  return cached({ kind: 'stack', key, cacheDirectory }, async (directory) => {
    await mkdir(directory, { recursive: true });
    const sources = paths.filter((path) => path.endsWith('.c'));
    await compileC(compiler, [...flags, '-fcallgraph-info=su', ...include, '-c', ...sources], {
      cwd: directory,
    });
  });
}

async function readFiles({ tool }: Toolchain, folder: string): Promise<CompiledFile[]> {
  const graphs = (await readdir(folder)).filter((name) => name.endsWith('.ci')).sort();
  return Promise.all(
    graphs.map(async (name) => {
      const object = join(folder, name.replace(/\.ci$/, '.o'));
      return {
        functions: withMachineCode(
          parseCallGraph(await readFile(join(folder, name), 'utf8')),
          parseMachineCode(await tool('objdump', ['-dr', object])),
        ),
        addressed: parseAddressed(await tool('objdump', ['-r', object])),
        undefined: parseUndefined(await tool('nm', ['-u', object])),
      };
    }),
  );
}

/** The stack of what the files leave to libgcc and the C library. */
async function readLibrary(
  { compiler, tool, flags }: Toolchain,
  {
    files,
    cacheDirectory,
  }: { readonly files: readonly CompiledFile[]; readonly cacheDirectory?: string | undefined },
): Promise<ReadonlyMap<string, number>> {
  const defined = new Set(files.flatMap(({ functions }) => functions.map(({ name }) => name)));
  const names = [...new Set(files.flatMap((file) => file.undefined))]
    .filter((name) => !defined.has(name))
    .sort();
  if (names.length === 0) return new Map();
  const link = [...flags, ...names.map((name) => `-Wl,-u,${name}`), `-Wl,-e,${names[0]!}`];
  const key = await compilationKey(compiler, { flags: link, files: [] });
  const folder = await cached({ kind: 'library', key, cacheDirectory }, (directory) =>
    compileC(compiler, [...link, '-o', join(directory, 'library.elf')]),
  );
  return libraryStack(await tool('objdump', ['-d', join(folder, 'library.elf')]));
}

/**
 * Bytes of stack that each kernel may take, itself and everything that it may call, by its C name.
 * @throws E_TOOL, E_COMPILE, E_CACHE; E_STACK when there is no bound
 */
export async function kernelStackBounds(
  options: KernelStackOptions,
): Promise<Readonly<Record<string, number>>> {
  const { rounding = 'single', cacheDirectory } = options;
  const toolchain = await openToolchain(options);
  const files = await readFiles(toolchain, await compileRuntime(toolchain, cacheDirectory));
  const library = await readLibrary(toolchain, { files, cacheDirectory });
  const runtime = await loadRuntime('wasm', { rounding });
  const names = runtime.manifest.kernels.map(({ name }) => name);
  runtime.dispose();
  return Object.fromEntries(names.map((name) => [name, stackBound({ files, library }, name)]));
}
