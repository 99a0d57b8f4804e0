import { beforeAll, describe, expect } from '@jest/globals';
import { createRng } from '@tinyformer/core';
import type { KernelRequest } from '@tinyformer/mcu-runtime-c';
import { CASE_KERNELS, kernelCases } from '@tinyformer/sparse-engine/testing';
import { randomRequests } from '@tinyformer/test-kit/kernel-requests';
import { RUNTIMES } from './support/runtimes.js';

interface Answers {
  readonly outputs: readonly Int8Array[];
  readonly expected: readonly Int8Array[];
}

/** The requests whose outputs differ, with both. */
function differences(requests: readonly KernelRequest[], { outputs, expected }: Answers) {
  return requests.flatMap((request, index) => {
    const same = Buffer.compare(Buffer.from(outputs[index]!), Buffer.from(expected[index]!)) === 0;
    return same ? [] : [{ request, output: outputs[index], expected: expected[index] }];
  });
}

const unrestrained = randomRequests({ perOp: 50, seed: 20 });

describe.each(['single', 'double'] as const)('With %s rounding', (rounding) => {
  const cases = kernelCases(createRng(11), { count: 50 * CASE_KERNELS.length, rounding });
  let onWasm: Int8Array[];

  beforeAll(async () => {
    onWasm = await RUNTIMES[0]!.run(unrestrained, rounding);
  });

  describe.each(RUNTIMES)('every kernel on $name', (runtime) => {
    runtime.test('equals the plain loops of its op', async () => {
      const requests = cases.map(({ request }) => request);
      const outputs = await runtime.run(requests, rounding);
      const expected = cases.map((each) => each.expected);
      expect(differences(requests, { outputs, expected })).toEqual([]);
    });

    runtime.test('equals WebAssembly on parameters that no layer has', async () => {
      const outputs = await runtime.run(unrestrained, rounding);
      expect(differences(unrestrained, { outputs, expected: onWasm })).toEqual([]);
    });
  });
});
