import { beforeAll, describe, expect } from '@jest/globals';
import type { KernelRequest } from '@tinyformer/mcu-runtime-c';
import { networkRequests, type CheckedRequest } from './support/network-requests.js';
import { randomRequests } from './support/random-requests.js';
import { RUNTIMES } from './support/runtimes.js';

const KERNELS = 12;

/** The requests whose outputs differ, with both. */
function differences(
  requests: readonly KernelRequest[],
  outputs: readonly Int8Array[],
  expected: readonly Int8Array[],
) {
  return requests.flatMap((request, index) => {
    const same = Buffer.compare(Buffer.from(outputs[index]!), Buffer.from(expected[index]!)) === 0;
    return same ? [] : [{ request, output: outputs[index], expected: expected[index] }];
  });
}

describe.each(['single', 'double'] as const)('With %s rounding', (rounding) => {
  let checked: CheckedRequest[];
  let unrestrained: KernelRequest[];
  let onWasm: Int8Array[];

  beforeAll(async () => {
    checked = await networkRequests({ networks: 30, seed: 11, rounding });
    unrestrained = randomRequests({ perKernel: 50, seed: 20 });
    onWasm = await RUNTIMES[0]!.run(unrestrained, rounding);
  });

  describe.each(RUNTIMES)('every kernel on $name', (runtime) => {
    runtime.test('equals the plain loops on the layers of random networks', async () => {
      const requests = checked.map(({ request }) => request);
      expect(new Set(requests.map(({ kernel }) => kernel)).size).toBe(KERNELS);
      const outputs = await runtime.run(requests, rounding);
      expect(
        differences(
          requests,
          outputs,
          checked.map(({ expected }) => expected),
        ),
      ).toEqual([]);
    });

    runtime.test('equals WebAssembly on parameters that no network has', async () => {
      expect(differences(unrestrained, await runtime.run(unrestrained, rounding), onWasm)).toEqual([]);
    });
  });
});
