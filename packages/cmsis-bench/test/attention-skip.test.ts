/** @file What attention need not compute it does not: instructions by mask, pruned heads and how peaked probabilities are. */
import { afterAll, describe, expect } from '@jest/globals';
import { createRng } from '@tinyformer/core';
import { loadRuntime, type KernelParams } from '@tinyformer/mcu-runtime-c';
import { OPS, type Attributes } from '@tinyformer/sparse-engine';
import { MACHINES } from '../src/machine/cortex-machine.js';
import { runKernels } from '../src/workload/run-kernels.js';
import { machineTest } from './support/snippets.js';

const [HEADS, TOKENS, WIDTH] = [2, 64, 16];
const NO_MASK = { before: TOKENS, after: TOKENS, valid: TOKENS, prunedHeads: 0 };

const runtime = await loadRuntime('wasm');
afterAll(() => runtime.dispose());

/** @param deviation of the scores. */
function problem({ deviation = 0.5, ...mask }: { deviation?: number } & Partial<typeof NO_MASK>) {
  const shape = [1, TOKENS, HEADS * WIDTH];
  const attributes: Attributes = { heads: HEADS, ...NO_MASK, ...mask };
  const rng = createRng(5);
  const inputs = ['q', 'k', 'v'].map((name) => {
    const own = rng.fork(name);
    return Int8Array.from({ length: TOKENS * HEADS * WIDTH }, () => own.below(256) - 128);
  });
  const scale = Math.sqrt(deviation) / 74;
  const tensors = inputs.map((_, i) => ({ name: `x${i}`, shape, quant: { scale, zeroPoint: 0 } }));
  const node = {
    name: 'a',
    op: 'attention',
    inputs: tensors.map(({ name }) => name),
    output: 'y',
    attributes,
  };
  const site = { node, inputs: tensors, output: { name: 'y', shape, quant: { scale, zeroPoint: 0 } } };
  const { geometry, constants, reference } = OPS['attention']!;
  const expected = new Int8Array(TOKENS * HEADS * WIDTH);
  reference(site, { inputs, output: expected, rounding: 'single' });
  const dense = { kind: 'dense' } as const;
  const params = { ...geometry(site, dense), ...constants(site, dense) } as KernelParams;
  return { expected, request: { kernel: 'tfr_attention_s8', params, inputs, outputLength: expected.length } };
}

// A group of four keys is multiplied whole, and what is done once a row or a head stays.
const CASES = [
  {
    title: 'two thirds for a causal mask, half of whose pairs are hidden',
    change: { after: 0 },
    share: 2 / 3,
  },
  { title: 'half for a window of 17 of 64 tokens', change: { before: 8, after: 8 }, share: 1 / 2 },
  { title: 'a third when half of the tokens are padding', change: { valid: TOKENS / 2 }, share: 1 / 3 },
  { title: '55% when one of two heads is pruned', change: { prunedHeads: 1 }, share: 0.55 },
  { title: '80% when probabilities are peaked', change: { deviation: 8 }, share: 0.8 },
];

describe.each(MACHINES)('Attention on a $name', (machine) => {
  for (const { title, change, share } of CASES) {
    machineTest(`executes at most ${title}`, async () => {
      const problems = [problem({}), problem(change)];
      const requests = problems.map(({ request }) => request);
      const { results } = await runKernels(requests, { machine, runtime });
      expect(results.map(({ output }) => output)).toEqual(problems.map(({ expected }) => expected));
      expect(results[1]!.instructions / results[0]!.instructions).toBeLessThan(share);
    });
  }
});
