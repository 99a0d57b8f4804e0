/**
 * @file The same training on a GPU by WebGPU and on WebAssembly. Where npm's `webgpu` and `@tensorflow/tfjs-backend-webgpu` are
 * not installed, or Dawn finds no adapter, the reason is printed and the tests are skipped.
 */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import type { ScriptResult } from './engine-script.js';

const SCRIPT = fileURLToPath(new URL('engine-script.ts', import.meta.url));

function run(engine: string, ...args: (string | number)[]): ScriptResult {
  const flags = ['--import', 'tsx', '-C', '@tinyformer/source', SCRIPT, engine, ...args.map(String)];
  const { stdout, stderr } = spawnSync(process.execPath, flags, { encoding: 'utf8' });
  const printed = stdout.trim().split('\n').at(-1)!;
  if (!printed.startsWith('{')) throw new Error(`${engine}: ${stdout.slice(-500)} ${stderr.slice(-2000)}`);
  return JSON.parse(printed) as ScriptResult;
}

const { missing } = run('webgpu', 'A', 1, 0);
// Not console.warn, which jest drops where a file has no other tests.
if (missing !== undefined) process.stderr.write(`SKIPPED: training on WebGPU. ${missing}\n`);

(missing === undefined ? describe : describe.skip)('webgpu', () => {
  // TRAINING_NETWORKS=A,B for both: shaders on a software GPU take minutes to compile.
  const networks = (process.env['TRAINING_NETWORKS'] ?? 'A').split(',');

  it.each(networks)(
    'trains network %s as WebAssembly does, clipped and averaged',
    (network) => {
      const [wasm, webgpu] = [run('wasm', network, 2, 4), run('webgpu', network, 2, 4)];
      console.info(network, webgpu.losses, `${webgpu.seconds} s, WebAssembly ${wasm.seconds} s`);
      expect(wasm.losses).toHaveLength(4);
      webgpu.losses.forEach((loss, i) => expect(Math.abs(loss - wasm.losses[i]!)).toBeLessThan(1e-3));
      expect(webgpu.momentNorm / wasm.momentNorm).toBeCloseTo(1, 3);
      webgpu.averagedLogits.forEach((logit, i) =>
        expect(Math.abs(logit - wasm.averagedLogits[i]!)).toBeLessThan(5e-3),
      );
      expect(webgpu.tensors[1]).toBe(webgpu.tensors[0]);
      expect([wasm.wrongLabel, webgpu.wrongLabel]).toEqual(['E_LABEL', 'NaN']);
    },
    3_600_000,
  );
});
