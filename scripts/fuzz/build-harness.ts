/** @file Compiles every kernel with the harness of packages/mcu-runtime-c/fuzz under AddressSanitizer and UBSan. */
import type { Rounding } from '@tinyformer/mcu-runtime-c';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const RUNTIME = join(import.meta.dirname, '..', '..', 'packages', 'mcu-runtime-c');
const HARNESS = ['kernels', 'request', 'run', 'mutate'];
const FLAGS = [
  ...['-std=c99', '-g', '-Wall', '-Wextra', '-Wpedantic', '-Wmissing-prototypes', '-Wconversion', '-Werror'],
  ...['-fno-sanitize-recover=all', '-fno-omit-frame-pointer'],
  ...['include', 'src', 'fuzz'].map((folder) => `-I${join(RUNTIME, folder)}`),
];

export interface HarnessOptions {
  readonly compiler: string;
  /** `target` is libFuzzer's (clang only), `replay` runs files. */
  readonly entry: 'target' | 'replay';
  readonly rounding: Rounding;
  readonly output: string;
  readonly optimization?: string;
  /** A file to compile in place of the kernel source of the same name. */
  readonly replacement?: { readonly name: string; readonly path: string };
}

/** @throws Error with the compiler's complaint */
export function buildHarness(options: HarnessOptions): void {
  const { compiler, entry, rounding, output, optimization = '-O1', replacement } = options;
  const sanitizers = `-fsanitize=address,undefined${entry === 'target' ? ',fuzzer' : ''}`;
  const kernels = readdirSync(join(RUNTIME, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.c'))
    .sort()
    .map((path) =>
      replacement !== undefined && path.endsWith(replacement.name)
        ? replacement.path
        : join(RUNTIME, 'src', path),
    );
  const harness = [...HARNESS, entry].map((name) => join(RUNTIME, 'fuzz', `fuzz_${name}.c`));
  const roundingFlags = rounding === 'double' ? ['-DTFR_DOUBLE_ROUNDING'] : [];
  const result = spawnSync(
    compiler,
    [...FLAGS, optimization, sanitizers, ...roundingFlags, '-o', output, ...harness, ...kernels],
    { encoding: 'utf8' },
  );
  if (result.status !== 0) throw new Error(`${compiler} failed: ${result.stderr ?? String(result.error)}`);
}

/** Whether clang is there with libFuzzer for this computer. */
export function hasLibFuzzer(): boolean {
  const names = ['x86_64', 'aarch64', 'i386'].map((machine) => `libclang_rt.fuzzer-${machine}.a`);
  return names.some((name) => {
    const { status, stdout } = spawnSync('clang', [`-print-file-name=${name}`], { encoding: 'utf8' });
    return status === 0 && stdout.startsWith('/');
  });
}
