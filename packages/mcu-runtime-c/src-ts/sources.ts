/** @file The C files that a generated project or a firmware needs: the kernels asked for and all that they include. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { RuntimeError } from './errors.js';
import { packageRoot } from './files.js';

export interface SourceFile {
  /** Relative to the runtime's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** Include directories, relative to the runtime's root. */
export const runtimeIncludeDirectories: readonly string[] = ['include', 'src', 'binding'];

/**
 * The headers and C files of the given kernels (C names; all when left out, every header too), with `dispatcher` also
 * binding/tfr_dispatch (which calls every kernel, so all come along), and those of further `headers` (include paths). A header brings the C file beside it. Sorted by path.
 * @throws RuntimeError E_KERNEL_UNKNOWN
 */
export function runtimeSources(
  kernels?: readonly string[],
  { dispatcher = false, headers = [] }: { dispatcher?: boolean; headers?: readonly string[] } = {},
): SourceFile[] {
  const kernelFiles = new Map(
    readdirSync(`${packageRoot}src`, { recursive: true, encoding: 'utf8' })
      .map((path) => `src/${path.replaceAll('\\', '/')}`)
      .filter((path) => /\/tfr_\w+_s8\.c$/.test(path))
      .map((path) => [/(\w+)\.c$/.exec(path)![1]!, path]),
  );
  const isWhole = kernels === undefined || dispatcher;
  const names = isWhole ? [...kernelFiles.keys()] : kernels;
  const found = new Map<string, string>();
  const pending = names.map((name) => {
    const path = kernelFiles.get(name);
    if (path === undefined)
      throw new RuntimeError('E_KERNEL_UNKNOWN', `there is no kernel "${name}"`, { kernel: name });
    return path;
  });
  if (dispatcher) pending.push('binding/tfr_dispatch.c');
  pending.push(...(isWhole ? allHeaders() : headers.map((header) => `src/${header}`)));
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (found.has(path)) continue;
    const text = readFileSync(`${packageRoot}${path}`, 'utf8');
    found.set(path, text);
    pending.push(...includedBy(path, text));
  }
  return [...found].map(([path, text]) => ({ path, text })).sort((a, b) => (a.path < b.path ? -1 : 1));
}

const allHeaders = (): string[] =>
  readdirSync(`${packageRoot}src`, { recursive: true, encoding: 'utf8' })
    .map((path) => `src/${path.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.h'));

function includedBy(path: string, text: string): string[] {
  const headers = [...text.matchAll(/^#include "([\w/.]+)"/gm)].map(([, name]) => name!);
  const candidates = headers.flatMap((name) =>
    runtimeIncludeDirectories.map((folder) => `${folder}/${name}`),
  );
  return [...candidates, path.replace(/\.h$/, '.c')].filter(
    (candidate) => candidate !== path && existsSync(`${packageRoot}${candidate}`),
  );
}
