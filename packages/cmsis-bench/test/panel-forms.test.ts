/** @file The general panel kernels in every form of blocks, windows and clamps: what files without generated code run. */
import { describe, expect, it } from '@jest/globals';
import { createRng, type Rounding } from '@tinyformer/core';
import { loadRuntime, type KernelRequest } from '@tinyformer/mcu-runtime-c';
import { kernelCase, type KernelCase } from '@tinyformer/sparse-engine/testing';
import { MACHINES } from '../src/machine/cortex-machine.js';
import { runKernels } from '../src/workload/run-kernels.js';
import { machineTest } from './support/snippets.js';

const CONVOLUTION = 'tfr_convolution_panel_s8';
const LINEAR = 'tfr_linear_panel_s8';

function panelCases(rounding: Rounding): readonly KernelCase[] {
  const rng = createRng(7);
  return Array.from({ length: 1500 }, (_, index) =>
    kernelCase(rng.fork(index), index % 4 === 0 ? LINEAR : CONVOLUTION, { rounding }),
  );
}

/** What decides which function of the kernel runs: the block, dense or not, and where its activations lie. */
function formOf({ kernel, params }: KernelRequest): string {
  const weights = params['weights'] as Int8Array;
  const block = `${weights[4]}x${weights[5]}${weights[3]! & 1 ? ' dense' : ''}`;
  if (kernel === LINEAR) return `${block}, ${Number(params['tokens']) < 4 ? 'one token' : 'tokens'}`;
  if (params['gathers'] === 1) return `${block}, copied windows`;
  const stride = params['kernel_width'] === 1 ? 1 : Number(params['stride_width']);
  return `${block}, ${String(params['kernel_width'])} wide, stride ${stride}`;
}

const isClamped = ({ params }: KernelRequest): boolean =>
  params['output_min'] !== -128 || params['output_max'] !== 127;

const BLOCKS = ['2x4', '4x4', '2x8', '2x4 dense', '4x4 dense'];
const PLACES = [
  ...['one token', 'tokens', 'copied windows', '1 wide, stride 1'],
  ...[2, 3, 4, 5, 7].flatMap((width) => [1, 2].map((stride) => `${width} wide, stride ${stride}`)),
];
const EVERY_FORM = PLACES.flatMap((place) => BLOCKS.map((block) => `${block}, ${place}`));

describe.each(['single', 'double'] as const)('Random panel layers with %s rounding', (rounding) => {
  const cases = panelCases(rounding);

  it('have every form, with a clamp inside of int8 and without', () => {
    for (const clamped of [true, false]) {
      const requests = cases.map(({ request }) => request).filter((each) => isClamped(each) === clamped);
      const blocks = requests.map((each) => formOf(each).split(',')[0]);
      expect(blocks).toEqual(expect.arrayContaining(BLOCKS));
    }
    expect(cases.map(({ request }) => formOf(request))).toEqual(expect.arrayContaining(EVERY_FORM));
  });

  describe.each(MACHINES)('on a $name', (machine) => {
    machineTest('equal the reference', async () => {
      const runtime = await loadRuntime('wasm', { rounding });
      for (let first = 0; first < cases.length; first += 300) {
        const part = cases.slice(first, first + 300);
        const requests = part.map(({ request }) => request);
        const { results } = await runKernels(requests, { machine, runtime });
        const wrong = part.filter(
          ({ expected }, index) =>
            Buffer.compare(Buffer.from(results[index]!.output), Buffer.from(expected)) !== 0,
        );
        expect(wrong.map(({ request }) => formOf(request))).toEqual([]);
      }
      runtime.dispose();
    });
  });
});
