/** @file Tensors and byte streams at addresses that are no multiples of four: the cores have instructions that would fault. */
import { afterAll, describe, expect } from '@jest/globals';
import { createRng } from '@tinyformer/core';
import { loadRuntime, type EncodedRequests, type KernelRequest } from '@tinyformer/mcu-runtime-c';
import { CASE_KERNELS, kernelCases } from '@tinyformer/sparse-engine/testing';
import { MACHINES } from '../src/machine/cortex-machine.js';
import { runKernels } from '../src/workload/run-kernels.js';
import { machineTest } from './support/snippets.js';

const runtime = await loadRuntime('wasm');

afterAll(() => runtime.dispose());

/** The same calls with every tensor and every array of bytes moved so many bytes behind a multiple of 16. */
function misalign(
  encoded: EncodedRequests,
  requests: readonly KernelRequest[],
  shift: number,
): EncodedRequests {
  const moved: { from: number; to: number; bytes: number }[] = [];
  let end = encoded.heap.length;
  const words = new Int32Array(encoded.heap.slice().buffer);
  const move = (word: number, bytes: number): number => {
    const to = Math.ceil(end / 16) * 16 + shift;
    moved.push({ from: words[word]!, to, bytes });
    words[word] = to;
    end = to + bytes;
    return to;
  };
  const calls = encoded.calls.map((call, index) => {
    const { params, inputs } = requests[index]!;
    let word = call.wordsOffset / 4;
    for (const { name, type } of runtime.manifest.kernels[call.kernel]!.fields) {
      const value = params[name]!;
      if (/^[iu]8\*$/.test(type) && typeof value !== 'number') move(word, value.byteLength);
      word++;
    }
    inputs.forEach(({ length }) => move(word++, length));
    return { ...call, outputOffset: move(word, call.outputLength) };
  });
  const heap = new Uint8Array(Math.ceil(end / 16) * 16);
  heap.set(new Uint8Array(words.buffer));
  for (const { from, to, bytes } of moved) heap.copyWithin(to, from, from + bytes);
  return { heap, calls };
}

const cases = kernelCases(createRng(12), { count: 12 * CASE_KERNELS.length });
const requests = cases.map(({ request }) => request);

describe.each(MACHINES)('On a $name', (machine) => {
  describe.each([1, 2, 3])('tensors and streams %i bytes behind a multiple of 16', (shift) => {
    machineTest('give the results of the references', async () => {
      const misaligned = {
        rounding: runtime.rounding,
        encodeRequests: (all: readonly KernelRequest[]) => misalign(runtime.encodeRequests(all), all, shift),
      };
      const { results } = await runKernels(requests, { machine, runtime: misaligned });
      results.forEach(({ status, output }, index) => {
        const { request, expected } = cases[index]!;
        expect([request.kernel, status, output]).toEqual([request.kernel, 0, expected]);
      });
    });
  });
});
