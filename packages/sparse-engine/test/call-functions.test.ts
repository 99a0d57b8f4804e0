/** @file Functions that are made for one call compile without a warning in strict C99 and give what the reference does. */
import { afterAll, describe, expect, it } from '@jest/globals';
import { createRng, elementCount, type Rounding } from '@tinyformer/core';
import type { KernelParams } from '@tinyformer/mcu-runtime-c';
import {
  definitionOf,
  generateCall,
  specializeCall,
  type CallText,
  type KernelCall,
} from '@tinyformer/sparse-engine';
import { prunedLinear, randomBytes } from '@tinyformer/sparse-engine/testing';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const STRICT = '-std=c99 -O1 -Wall -Wextra -Wpedantic -Wconversion -Wmissing-prototypes -Werror'.split(' ');
const hasCompiler = spawnSync('gcc', ['--version']).status === 0;
if (!hasCompiler) console.warn('no gcc: functions of single calls are not compiled for this computer');
const runtime = dirname(createRequire(import.meta.url).resolve('@tinyformer/mcu-runtime-c/package.json'));
const folder = mkdtempSync(join(tmpdir(), 'call-functions-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Make = (call: KernelCall, options: { readonly symbol: string }) => CallText | null;
const makers: readonly (readonly [string, Make])[] = [
  ['specialised', specializeCall],
  ['straight-line', generateCall],
  [
    'straight-line in groups',
    (call, options) => generateCall(call, { ...options, instructionCacheBytes: 900 }),
  ],
];
const bytes = (name: string, values: Int8Array): string =>
  `static const int8_t ${name}[] = {${values.join(',')}};\n`;

describe.each(makers)('a %s function', (name, make) => {
  it.each<Rounding>(hasCompiler ? ['single', 'double'] : [])('is right with %s rounding', (rounding) => {
    const rng = createRng(9);
    const layout = { kind: 'panel', blockRows: 2, blockColumns: 4, isDense: false } as const;
    const { site, encoding } = prunedLinear(rng, { tokens: 8, inputs: 70, outputs: 10, blocks: 3, layout });
    const definition = definitionOf(site.node);
    const input = randomBytes(rng, elementCount(site.inputs[0]!.shape));
    const expected = new Int8Array(elementCount(site.output.shape));
    definition.reference(site, { inputs: [input], output: expected, rounding });
    const params = { ...definition.geometry(site, encoding), ...definition.constants(site, encoding) };
    const call = {
      kernel: 'tfr_linear_panel_s8',
      struct: 'tfr_linear_panel_params',
      params: params as KernelParams,
    };
    const { prototype, text } = make(call, { symbol: 'made' })!;
    const fields = Object.entries(params).map(
      ([field, value]) => `.${field} = ${typeof value === 'number' ? value : field}`,
    );
    const source = join(folder, `${name.replaceAll(' ', '-')}-${rounding}.c`);
    writeFileSync(
      source,
      [
        '#include <stddef.h>\n#include <string.h>\n#include "tfr/tfr_kernels.h"\n',
        `${prototype};\n${text}\n`,
        bytes('weights', params['weights'] as Int8Array),
        bytes('input', input),
        bytes('expected', expected),
        'static int8_t output[sizeof expected];\nstatic uint32_t scratch[4096];\n',
        `int main(void) {\n  const struct tfr_linear_panel_params params = {${fields.join(', ')}};\n`,
        '  if (made(&params, input, output, scratch) != TFR_OK) return 2;\n',
        '  return memcmp(output, expected, sizeof expected) != 0;\n}\n',
      ].join(''),
    );
    const includes = ['include', 'src'].map((path) => `-I${join(runtime, path)}`);
    const defines = rounding === 'double' ? ['-DTFR_DOUBLE_ROUNDING'] : [];
    execFileSync('gcc', [...STRICT, ...defines, ...includes, '-o', `${source}.out`, source]);
    expect(spawnSync(`${source}.out`).status).toBe(0);
  });
});
