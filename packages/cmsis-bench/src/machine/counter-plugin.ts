/** @file The counter of instructions and cycles: a QEMU plugin in C, compiled for this computer when it is first needed. */
import { join } from 'node:path';
import { cached } from './build-cache.js';
import { compilationKey, compileC, ownSource } from './compile.js';
import { requireTool } from './tools.js';

const SOURCES = [
  'branch_predictor.c',
  'cache.c',
  'cortex_m4.c',
  'cortex_m7.c',
  'cycle_account.c',
  'memory_system.c',
  'pipeline_states.c',
  'region_counter.c',
  'thumb_classes.c',
  'thumb_float.c',
  'thumb_narrow.c',
  'thumb_operands.c',
  'thumb_wide.c',
];
const HEADERS = [
  'branch_predictor.h',
  'cache.h',
  'core_model.h',
  'cycle_account.h',
  'fail.h',
  'memory_system.h',
  'pipeline_states.h',
  'qemu_plugin_abi1.h',
  'thumb_classes.def',
  'thumb_classes.h',
  'thumb_fields.h',
  'thumb_float.h',
  'thumb_operands.h',
];
const FLAGS = [
  '-std=gnu11',
  '-O2',
  '-Wall',
  '-Wextra',
  '-Werror',
  '-flto',
  '-shared',
  '-fPIC',
  '-fvisibility=hidden',
];

/** The path of the plugin's shared library. @throws E_TOOL, E_COMPILE, E_CACHE */
export async function counterPlugin({
  cacheDirectory,
}: { readonly cacheDirectory?: string | undefined } = {}): Promise<string> {
  const compiler = await requireTool('gcc');
  const files = [...SOURCES, ...HEADERS].map((name) => ownSource(`plugin/${name}`));
  const key = await compilationKey(compiler, { flags: FLAGS, files });
  const entry = await cached({ kind: 'counter', key, cacheDirectory }, async (directory) => {
    const sources = SOURCES.map((name) => ownSource(`plugin/${name}`));
    await compileC(compiler, [...FLAGS, ...sources, '-o', join(directory, 'counter.so')]);
  });
  return join(entry, 'counter.so');
}
