/**
 * @file The firmware of a layer bench: all kernels of the runtime, kernels that were compiled for one call each, and the
 * functions of a peer library where the user has one.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { runtimeIncludeDirectories, runtimeSources, type Rounding } from '@tinyformer/mcu-runtime-c';
import { cached, hashParts } from '../machine/build-cache.js';
import { ownSource } from '../machine/compile.js';
import type { CortexMachine } from '../machine/cortex-machine.js';
import { compileObject } from './compile-object.js';
import { unpackSources } from './kernel-firmware.js';
import { linkFirmware } from './link-firmware.js';
import { mapConcurrently } from './map-concurrently.js';

/** C text that defines a kernel's function for one call under another name. */
export interface SpecialisedKernel {
  readonly symbol: string;
  readonly text: string;
}

/** A library that the user has built. */
export interface PeerLibrary {
  /** The path of the archive. */
  readonly archive: string;
  readonly includeDirectories: readonly string[];
  /** Headers whose content counts towards the hash of what is built with them. */
  readonly headers: readonly string[];
}

export interface LayerFirmwareOptions {
  readonly machine: CortexMachine;
  readonly rounding: Rounding;
  /** Their place in the list is their index in the firmware's table. */
  readonly specialised: readonly SpecialisedKernel[];
  readonly peer: PeerLibrary | null;
  readonly codeOffsetBytes?: number | undefined;
  readonly cacheDirectory?: string | undefined;
  /** Called after each compiled file. */
  readonly onCompiled?: (done: number, total: number) => void;
}

async function writeText(
  { name, text }: { readonly name: string; readonly text: string },
  cacheDirectory?: string,
): Promise<string> {
  const folder = await cached(
    { kind: 'source', key: hashParts([name, text]), cacheDirectory },
    async (directory) => {
      await mkdir(directory, { recursive: true });
      await writeFile(join(directory, name), text);
    },
  );
  return join(folder, name);
}

function specialisedTable(specialised: readonly SpecialisedKernel[]): string {
  const lines = specialised.map(({ symbol }) => `int32_t ${symbol}(void);`);
  const entries = specialised.map(({ symbol }) => `  (tfb_kernel)(void (*)(void))${symbol},`);
  return [
    '#include "bench_layers.h"',
    ...lines,
    'const tfb_kernel tfb_specialised[] = {',
    ...entries,
    '  0,',
    '};',
    `const uint32_t tfb_specialised_count = ${specialised.length};`,
    '',
  ].join('\n');
}

export interface Sources {
  readonly source: string;
  readonly headers: readonly string[];
  readonly includeDirectories: readonly string[];
}

async function gatherSources({
  specialised,
  peer,
  cacheDirectory,
}: LayerFirmwareOptions): Promise<readonly Sources[]> {
  const files = runtimeSources(undefined, { dispatcher: true });
  const root = await unpackSources(files, cacheDirectory);
  const pathsOf = (pattern: RegExp) =>
    files.filter(({ path }) => pattern.test(path)).map(({ path }) => join(root, path));
  const own = ['bench_layers.h', 'regions.h', 'semihosting.h'].map((name) => ownSource(`firmware/${name}`));
  const runtime = {
    headers: [...pathsOf(/\.(h|def)$/), ...own],
    includeDirectories: [...runtimeIncludeDirectories.map((name) => join(root, name)), ownSource('firmware')],
  };
  const texts = [
    ...specialised.map(({ symbol, text }) => ({ name: `${symbol}.c`, text })),
    { name: 'specialised_table.c', text: specialisedTable(specialised) },
  ];
  const written = await Promise.all(texts.map((text) => writeText(text, cacheDirectory)));
  const sources = [...pathsOf(/\.c$/), ownSource('firmware/bench_layers.c'), ...written];
  return [
    ...sources.map((source) => ({ source, ...runtime })),
    ...(peer === null
      ? []
      : [
          {
            source: ownSource('firmware/peer_cmsis_nn.c'),
            headers: [...peer.headers, ...own],
            includeDirectories: [...peer.includeDirectories, ownSource('firmware')],
          },
        ]),
  ];
}

export interface LayerFirmware {
  /** The path of the linked firmware. */
  readonly elf: string;
  /** Where a function's size is taken from: the object files of the runtime, and its own if it is a specialised one. */
  readonly objectsOf: (symbol: string) => readonly string[];
}

/** @throws E_TOOL, E_COMPILE, E_CACHE */
export async function buildLayerFirmware(options: LayerFirmwareOptions): Promise<LayerFirmware> {
  const { machine, rounding, peer, codeOffsetBytes, cacheDirectory, onCompiled } = options;
  const sources = await gatherSources(options);
  const defines = rounding === 'double' ? { TFR_DOUBLE_ROUNDING: 1 } : {};
  let done = 0;
  const objects = await mapConcurrently(sources, async (source) => {
    const object = await compileObject({ machine, ...source, defines, cacheDirectory });
    onCompiled?.(++done, sources.length);
    return object;
  });
  const elf = await linkFirmware({
    machine,
    sources: [...objects, ...(peer === null ? [] : [peer.archive])],
    codeOffsetBytes,
    cacheDirectory,
  });
  const isOthers = /^(bench_layers|specialised_table|tfb_call_\w+|peer_\w+)\.o$/;
  const objectsOf = (symbol: string) =>
    objects.filter((object) => basename(object) === `${symbol}.o` || !isOthers.test(basename(object)));
  return { elf, objectsOf };
}
