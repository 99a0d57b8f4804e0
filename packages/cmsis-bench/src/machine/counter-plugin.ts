/** @file The instruction counter: a QEMU plugin in C, compiled for this computer when it is first needed. */
import { join } from 'node:path';
import { cached } from './build-cache.js';
import { compilationKey, compileC, ownSource } from './compile.js';
import { requireTool } from './tools.js';

const SOURCES = ['region_counter.c', 'thumb_classes.c'];
const HEADERS = ['qemu_plugin_abi1.h', 'thumb_classes.h', 'thumb_classes.def'];
const FLAGS = ['-std=c11', '-O2', '-Wall', '-Wextra', '-Werror', '-shared', '-fPIC', '-fvisibility=hidden'];

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
