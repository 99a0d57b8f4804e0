import { afterAll, describe, expect } from '@jest/globals';
import { loadRuntime } from '@tinyformer/mcu-runtime-c';
import { randomRequests } from '@tinyformer/test-kit/kernel-requests';
import { CORTEX_M4, MACHINES } from '../src/machine/cortex-machine.js';
import { runKernels } from '../src/workload/run-kernels.js';
import { machineTest } from './support/snippets.js';

const runtime = await loadRuntime('wasm');

afterAll(() => runtime.dispose());

const requests = randomRequests({ perOp: 30, seed: 20 });

describe.each(MACHINES)('A batch of kernel calls on a $name', (machine) => {
  machineTest('writes only its outputs and their scratch memory', async () => {
    const { heap } = await runKernels(requests, { machine, runtime });
    const { heap: before, calls } = runtime.encodeRequests(requests);
    const scratchBytes = requests.map(({ kernel, params }) => runtime.scratchBytes(kernel, params));
    const after = heap.slice();
    after.fill(0, 16, 16 + Math.max(...scratchBytes)); // the shared scratch memory begins at 16
    for (const { outputOffset, outputLength } of calls)
      after.fill(0, outputOffset, outputOffset + outputLength);
    expect(Buffer.compare(after, before)).toBe(0);
  });

  machineTest('executes the same number of instructions in every run', async () => {
    const first = await runKernels(requests.slice(0, 20), { machine, runtime });
    const second = await runKernels(requests.slice(0, 20), { machine, runtime });
    expect(second.results).toEqual(first.results);
    expect(first.results.every(({ instructions, cycles }) => instructions > 50 && cycles > 40)).toBe(true);
  });
});

describe('A batch of kernel calls', () => {
  machineTest('reports a refused call as its status', async () => {
    const [request] = requests;
    const refused = { ...request!, params: { ...request!.params, tokens: 0 } };
    const { results } = await runKernels([refused, request!], { machine: CORTEX_M4, runtime });
    expect(results.map(({ status }) => status)).toEqual([-2, 0]);
  });

  machineTest('that is too long for one run is refused', async () => {
    const many = Array.from({ length: 1024 }, () => requests[0]!);
    await expect(runKernels(many, { machine: CORTEX_M4, runtime })).rejects.toMatchObject({
      code: 'E_BATCH',
    });
  });
});
