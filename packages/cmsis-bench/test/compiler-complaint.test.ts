import { describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileC } from '../src/machine/compile.js';
import { compilerComplaint } from '../src/machine/compiler-complaint.js';
import { requireTool } from '../src/machine/tools.js';

const warning = (line: number) =>
  `a.c:${line}:3: warning: unused variable 'x' [-Wunused-variable]\n  ${line} |   int x;\n      |       ^`;

describe('The complaint of a compiler', () => {
  test('names the errors first where warnings fill a message', () => {
    const error = "a.c:900:1: error: expected ';' before 'return'\n  900 |   return 0;\n      |   ^";
    const warnings = Array.from({ length: 100 }, (_, line) => warning(line));
    const quoted = compilerComplaint([...warnings, error, warning(901)].join('\n'));
    expect(quoted.startsWith(error)).toBe(true);
    expect(quoted.length).toBeLessThanOrEqual(2000);
    expect(quoted).toContain(warning(0));
  });

  test('counts what the linker misses among the errors', () => {
    const missing = "peer.c:(.text+0x4): undefined reference to `arm_convolve_s8'";
    const lines = Array.from(
      { length: 60 },
      () => 'ld: warning: a.elf has a LOAD segment with RWX permissions',
    );
    expect(compilerComplaint([...lines, missing].join('\n')).startsWith(missing)).toBe(true);
  });

  test('of a real compiler reaches its caller with the error first', async () => {
    const gcc = await requireTool('gcc');
    const directory = await mkdtemp(join(tmpdir(), 'tinyformer-complaint-'));
    try {
      const source = join(directory, 'a.c');
      const warnings = Array.from({ length: 60 }, (_, index) => `#warning number ${index}`);
      await writeFile(source, [...warnings, 'int f(void) { return missing; }', ''].join('\n'));
      const failure = compileC(gcc, ['-Wall', '-c', source, '-o', join(directory, 'a.o')]);
      await expect(failure).rejects.toThrow(/ failed \(exit 1\): [^\n]*error: [^\n]*missing/);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
