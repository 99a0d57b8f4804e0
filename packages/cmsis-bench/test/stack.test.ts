/** @file Stack bounds: what a call graph gives, what is refused, and that no kernel was ever seen to take more. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createRng, type Rounding } from '@tinyformer/core';
import { findKernel, loadRuntime, type KernelRuntime } from '@tinyformer/mcu-runtime-c';
import { CASE_KERNELS, kernelCase } from '@tinyformer/sparse-engine/testing';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildLayerFirmware } from '../src/firmware/layer-firmware.js';
import { MACHINES } from '../src/machine/cortex-machine.js';
import { compilerVersion, measureStacks, renderStackPage } from '../src/report/stack-page.js';
import {
  parseAddressed,
  parseCallGraph,
  withMachineCode,
  type CompiledFile,
} from '../src/stack/call-graph.js';
import { kernelStackBounds } from '../src/stack/kernel-stack.js';
import { libraryStack, parseMachineCode } from '../src/stack/machine-code.js';
import { stackBound } from '../src/stack/stack-bound.js';
import type { Operand, Program } from '../src/workload/program.js';
import { runPrograms } from '../src/workload/run-programs.js';
import { machineTest } from './support/snippets.js';

const PAGE = join(import.meta.dirname, '..', '..', 'mcu-runtime-c', 'STACK.md');

interface Sketch {
  readonly bytes: number;
  readonly calls?: readonly string[];
  readonly callsPointer?: boolean;
}

const file = (functions: Record<string, Sketch>, more: Partial<CompiledFile> = {}): CompiledFile => ({
  functions: Object.entries(functions).map(([name, { bytes, calls = [], callsPointer = false }]) => ({
    name,
    bytes,
    callees: calls,
    callsPointer,
  })),
  addressed: [],
  undefined: [],
  ...more,
});
const bound = (files: readonly CompiledFile[], library: Record<string, number> = {}) =>
  stackBound({ files, library: new Map(Object.entries(library)) }, 'f');

describe('A stack bound', () => {
  it('is the deepest path', () => {
    const functions = {
      f: { bytes: 8, calls: ['g', 'h'] },
      g: { bytes: 100 },
      h: { bytes: 50, calls: ['i'] },
    };
    expect(bound([file(functions), file({ i: { bytes: 60 } })])).toBe(8 + 50 + 60);
  });

  it('takes the static function of the same file where names are shared', () => {
    const other = file({ helper: { bytes: 1000 } });
    expect(bound([other, file({ f: { bytes: 8, calls: ['helper'] }, helper: { bytes: 16 } })])).toBe(24);
  });

  it('follows pointers to every function whose address was taken on the way', () => {
    const caller = file({ f: { bytes: 8, calls: ['walk'] } }, { addressed: ['check', 'multiply'] });
    const walk = file({ walk: { bytes: 20, callsPointer: true } });
    const bodies = file({ check: { bytes: 30 }, multiply: { bytes: 70 }, stranger: { bytes: 900 } });
    expect(bound([caller, walk, bodies])).toBe(8 + 20 + 70);
  });

  it('includes library functions, also those that only the machine code calls', () => {
    expect(
      bound([file({ f: { bytes: 8 } }, { undefined: ['__aeabi_ldivmod'] })], { __aeabi_ldivmod: 52 }),
    ).toBe(60);
  });

  it('is refused for what can reach itself, directly or through a pointer, and for what is not there', () => {
    expect(() => bound([file({ f: { bytes: 8, calls: ['g'] }, g: { bytes: 8, calls: ['f'] } })])).toThrow(
      /^E_STACK: .*can reach itself/,
    );
    expect(() => bound([file({ f: { bytes: 8, callsPointer: true } }, { addressed: ['f'] })])).toThrow(
      /^E_STACK/,
    );
    expect(() => bound([file({ f: { bytes: 8, calls: ['g'] } })])).toThrow(/^E_STACK: .*g, which it calls/);
    expect(() => bound([])).toThrow(/^E_STACK/);
  });

  it('is refused for a frame of variable size', () => {
    const node = (size: string) => `node: { title: "a.c:f" label: "f\\na.c:1:1\\n${size}" }`;
    expect(parseCallGraph(node('24 bytes (static)'))).toMatchObject([{ name: 'f', bytes: 24 }]);
    expect(() => parseCallGraph(node('24 bytes (dynamic)'))).toThrow(/^E_STACK/);
  });

  it('reads addresses from relocations and pushes from machine code', () => {
    const relocations = [
      '00000014 R_ARM_THM_CALL    tfr_linear',
      '00000000 R_ARM_ABS32       tfr_rows_csr',
      '00000004 R_ARM_THM_MOVW_ABS_NC  .text.multiply',
    ];
    expect(parseAddressed(relocations.join('\n'))).toEqual(['tfr_rows_csr', 'multiply']);
    const code = [
      ['00000000 <f>:', 'push\t{r4, r6-r8, lr}', 'sub\tsp, #12', 'str.w\tr1, [sp, #-8]!', 'bl\t10 <g>'],
      ['00000010 <g>:', 'stmdb\tsp!, {r4, fp, lr}', 'vpush\t{d8-d9}', 'b.n\t10 <g>'],
    ];
    const lines = code.map(([title, ...body]) =>
      [title!, ...body.map((text) => ` 0:\tb500\t${text}`)].join('\n'),
    );
    const stacks = libraryStack(lines.join('\n\n'));
    expect([stacks.get('f'), stacks.get('g')]).toEqual([20 + 12 + 8 + 28, 28]);
  });

  it('includes what functions in assembly push and call', () => {
    const code = [
      '00000000 <f>:',
      '   0:\te92d 4ff0\tstmdb\tsp!, {r4, r5, r6, r7, r8, r9, sl, fp, lr}',
      '   4:\tf7ff fffe\tbl\t0 <f>',
      '\t\t\t4: R_ARM_THM_CALL\twalk',
      '   8:\t4798\tblx\tr3',
    ];
    const known = [{ name: 'f', bytes: 0, callees: ['check'], callsPointer: false }];
    expect(withMachineCode(known, parseMachineCode(code.join('\n')))).toEqual([
      { name: 'f', bytes: 36, callees: ['check', 'walk'], callsPointer: true },
    ]);
  });
});

/** A random call of every kernel as a program of its own. */
function programs(runtime: KernelRuntime) {
  return CASE_KERNELS.map((name, index): { kernel: string; program: Program } => {
    const { request } = kernelCase(createRng(9).fork(index), name);
    const { kernel, params, inputs, outputLength } = request;
    const { entry, index: place } = findKernel(runtime.manifest, kernel);
    const names = inputs.map((_, input) => `input${input}`);
    const tensors = {
      ...Object.fromEntries(inputs.map((values, input) => [names[input]!, values])),
      output: outputLength,
      scratch: runtime.scratchBytes(kernel, params),
    };
    const operands: Operand[] = [
      { words: entry.fields.map(({ name: field }) => params[field]!) },
      ...[...names, 'output', 'scratch'].map((tensor) => ({ tensor })),
    ];
    return {
      kernel,
      program: { tensors, calls: [{ table: 'kernels', function: place, operands }], output: 'output' },
    };
  });
}

describe.each(MACHINES)('On a $name', (machine) => {
  describe.each(['single', 'double'] as const)('with %s rounding', (rounding: Rounding) => {
    machineTest('no kernel takes more than its bound', async () => {
      const bounds = await kernelStackBounds({ machine, rounding });
      const runtime = await loadRuntime('wasm', { rounding });
      const calls = programs(runtime);
      const { elf } = await buildLayerFirmware({ machine, rounding, specialised: [], peer: null });
      const results = await runPrograms(
        calls.map(({ program }) => program),
        { machine, elf },
      );
      runtime.dispose();
      const seen = results.map(({ calls: [call] }, index) => ({
        kernel: calls[index]!.kernel,
        status: call!.status,
        isWithin: call!.stackBytes > 0 && call!.stackBytes <= bounds[calls[index]!.kernel]!,
      }));
      expect(seen.filter(({ status, isWithin }) => status !== 0 || !isWithin)).toEqual([]);
    });
  });
});

describe('STACK.md', () => {
  let page: string;
  beforeAll(() => {
    page = readFileSync(PAGE, 'utf8');
  });

  machineTest('has the bounds of every kernel by this compiler; written with UPDATE_GOLDEN=1', async () => {
    const compiler = await compilerVersion();
    const rendered = renderStackPage(await measureStacks(), compiler);
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(PAGE, rendered);
    else if (page.includes(compiler)) expect(page).toBe(rendered);
    for (const kernel of CASE_KERNELS) expect(rendered).toContain(`\`${kernel}\``);
  });
});
