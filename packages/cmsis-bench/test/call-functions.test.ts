/** @file Panel layers against the reference: the general kernel, and functions made for one call, specialised and straight-line. */
import { describe, expect } from '@jest/globals';
import { createRng, elementCount, type Rng, type Rounding } from '@tinyformer/core';
import { runtimeIncludeDirectories, runtimeSources, type KernelParams } from '@tinyformer/mcu-runtime-c';
import {
  definitionOf,
  generateCall,
  specializeCall,
  type CallText,
  type KernelCall,
} from '@tinyformer/sparse-engine';
import { prunedLinear, randomBytes, type PrunedLinear } from '@tinyformer/sparse-engine/testing';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { linkFirmware } from '../src/firmware/link-firmware.js';
import { MACHINES } from '../src/machine/cortex-machine.js';
import { runFirmware } from '../src/machine/run-firmware.js';
import { machineTest, scratch, writeScratch } from './support/snippets.js';

const root = join(scratch, 'runtime');
const files = runtimeSources().map(({ path, text }) => {
  const target = join(root, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
  return target;
});

type Make = (call: KernelCall, options: { readonly symbol: string }) => CallText | null;

interface Layer {
  readonly call: KernelCall;
  readonly input: Int8Array;
  readonly expected: Int8Array;
}

function layerOf(rng: Rng, shape: PrunedLinear, rounding: Rounding): Layer {
  const { site, encoding } = prunedLinear(rng, shape);
  const definition = definitionOf(site.node);
  const input = randomBytes(rng, elementCount(site.inputs[0]!.shape));
  const expected = new Int8Array(elementCount(site.output.shape));
  definition.reference(site, { inputs: [input], output: expected, rounding });
  const params = { ...definition.geometry(site, encoding), ...definition.constants(site, encoding) };
  const kernel = definition.kernel(encoding);
  return {
    call: { kernel, struct: 'tfr_linear_panel_params', params: params as KernelParams },
    input,
    expected,
  };
}

const bytes = (name: string, values: Int8Array): string =>
  `static const int8_t ${name}[] __attribute__((aligned(4))) = {${values.join(',')}};\n`;

interface Try {
  readonly layer: Layer;
  readonly make: Make;
}

/** A main that gives 1 + the number of the first call that fails or whose output differs; else 0. */
function firmwareText(tries: readonly Try[]): string {
  const parts = tries.map(({ layer: { call, input, expected }, make }, index) => {
    const made = make(call, { symbol: `call${index}` })!;
    const { weights, ...numbers } = call.params;
    const fields = Object.entries(numbers).map(([field, value]) => `.${field} = ${String(value)}, `);
    return {
      text: [
        `${made.prototype};\n${made.text}`,
        bytes(`weights${index}`, weights as Int8Array),
        bytes(`input${index}`, input),
        bytes(`expected${index}`, expected),
      ].join(''),
      run: [
        `  { const struct ${call.struct} params = {${fields.join('')}.weights = weights${index}};`,
        `    memset(output, 0x55, sizeof output);`,
        `    if (call${index}(&params, input${index}, output, scratch) != TFR_OK) return ${1 + index};`,
        `    if (memcmp(output, expected${index}, sizeof expected${index}) != 0) return ${1 + index};`,
        `    if (output[sizeof expected${index}] != 0x55) return ${1 + index}; }`,
      ].join('\n'),
    };
  });
  return [
    '#include <stddef.h>\n#include <string.h>\n#include "tfr/tfr_kernels.h"\n',
    'static int8_t output[8192];\nstatic uint32_t scratch[8192];\n',
    ...parts.map(({ text }) => text),
    `int main(void) {\n${parts.map(({ run }) => run).join('\n')}\n  return 0;\n}\n`,
  ].join('');
}

/** The runtime's own kernel under another name. */
const general: Make = ({ kernel, struct }, { symbol }) => {
  const prototype = `tfr_status ${symbol}(const struct ${struct} *params, const int8_t *input, int8_t *output, void *scratch)`;
  return { symbol, prototype, text: `${prototype} { return ${kernel}(params, input, output, scratch); }\n` };
};

const layout = (blockRows: number, blockColumns: number, isDense = false) =>
  ({ kind: 'panel', blockRows, blockColumns, isDense }) as const;

/** Blocks of every parity, tokens with and without a tile, rows and columns that fill their last block or do not. */
const shapes = (layouts: readonly PrunedLinear['layout'][], tokens: readonly number[]): PrunedLinear[] =>
  layouts.flatMap((each, i) =>
    tokens.flatMap((count, j) =>
      (each.isDense ? [1, 2] : [1, 2, 3, 9]).map((blocks, k) => ({
        ...{ layout: each, tokens: count, blocks, hasRowShifts: ((i + j) >> 1) % 2 === k % 2 },
        ...{ inputs: 72 + 4 * (i + j) + (k % 2), outputs: 8 + (j % 2) * 3, isClamped: k % 2 === 1 },
      })),
    ),
  );

const ROUNDINGS: readonly Rounding[] = ['single', 'double'];
const TARGETS = MACHINES.flatMap((machine) => ROUNDINGS.map((rounding) => ({ machine, rounding })));

describe.each(TARGETS)('on $machine.name with $rounding rounding', ({ machine, rounding }) => {
  /** All calls in one firmware: the runtime is compiled once for them. */
  const run = async (tries: readonly Try[]): Promise<number> => {
    const elf = await linkFirmware({
      machine,
      sources: [writeScratch('c', firmwareText(tries)), ...files.filter((path) => path.endsWith('.c'))],
      headers: files.filter((path) => /\.(h|def)$/.test(path)),
      includeDirectories: runtimeIncludeDirectories.map((directory) => join(root, directory)),
      defines: rounding === 'double' ? { TFR_DOUBLE_ROUNDING: 1 } : {},
    });
    return (await runFirmware({ machine, elf })).exitCode;
  };

  machineTest(
    'panels of every block and form, specialised and on the general kernel, equal the reference',
    async () => {
      const rng = createRng(41);
      const kinds = [layout(2, 4), layout(4, 4), layout(2, 8), layout(2, 4, true), layout(4, 4, true)];
      const layers = shapes(kinds, [1, 4, 9]).map((shape, index) =>
        layerOf(rng.fork(index), shape, rounding),
      );
      const tries = [specializeCall, general].flatMap((make) => layers.map((layer) => ({ layer, make })));
      expect(await run(tries)).toBe(0);
    },
    240_000,
  );

  machineTest(
    'straight-line code in one group or in several equals the reference',
    async () => {
      const rng = createRng(42);
      const all = shapes([layout(2, 4)], [4, 8]).filter(({ outputs }) => outputs % 2 === 0);
      const layers = all.map((shape, index) => layerOf(rng.fork(index), { ...shape, inputs: 160 }, rounding));
      const inGroups: Make = (call, options) =>
        generateCall(call, { ...options, instructionCacheBytes: 700 });
      const tries = [generateCall, inGroups].flatMap((make) => layers.map((layer) => ({ layer, make })));
      expect(await run(tries)).toBe(0);
    },
    240_000,
  );
});
