/** @file Everything that runs kernels, behind one call: WebAssembly, native code, both simulated cores. */
import { test } from '@jest/globals';
import {
  loadRuntime,
  runtimeAvailability,
  type KernelRequest,
  type Rounding,
} from '@tinyformer/mcu-runtime-c';
import { MACHINES } from '../../src/machine/cortex-machine.js';
import { runKernels } from '../../src/workload/run-kernels.js';
import { machineTest, type Test } from './snippets.js';

export interface TestedRuntime {
  readonly name: string;
  /** Runs a test, or skips it aloud where the runtime is missing. */
  readonly test: Test;
  /** Every output; rejects when a kernel refuses its call. */
  run(requests: readonly KernelRequest[], rounding: Rounding): Promise<Int8Array[]>;
}

const available = runtimeAvailability();

function hostRuntime(name: 'wasm' | 'native'): TestedRuntime {
  if (!available[name]) console.warn(`SKIPPED: tests of the ${name} kernels, because they are not built`);
  return {
    name,
    test: available[name] ? test : test.skip,
    run: async (requests, rounding) => {
      const runtime = await loadRuntime(name, { rounding });
      const outputs = requests.map((request) => runtime.run(request));
      runtime.dispose();
      return outputs;
    },
  };
}

const machineRuntimes = MACHINES.map((machine): TestedRuntime => ({
  name: machine.name,
  test: machineTest,
  run: async (requests, rounding) => {
    const runtime = await loadRuntime('wasm', { rounding });
    const { results } = await runKernels(requests, { machine, runtime });
    runtime.dispose();
    const refused = results.find(({ status }) => status !== 0);
    if (refused) throw new Error(`a kernel returned ${refused.status}`);
    return results.map(({ output }) => output);
  },
}));

export const RUNTIMES: readonly TestedRuntime[] = [
  hostRuntime('wasm'),
  hostRuntime('native'),
  ...machineRuntimes,
];
