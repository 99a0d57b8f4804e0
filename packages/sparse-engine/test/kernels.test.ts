/** @file One suite over all runtimes: every kernel on random layers equals its op's plain-loop reference, tolerance 0. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRng, type Rounding } from '@tinyformer/core';
import { loadRuntime, runtimeAvailability, type KernelRuntime } from '@tinyformer/mcu-runtime-c';
import fc from 'fast-check';
import { CASE_KERNELS, kernelCase } from '@tinyformer/sparse-engine/testing';

const available = runtimeAvailability();
if (!available.native) console.warn('no native kernels: that half of the kernel suite is left out');
const runtimes = (['wasm', 'native'] as const).filter((name) => available[name]);

describe.each(runtimes)('%s kernels', (name) => {
  describe.each(['single', 'double'] as const)('with %s rounding', (rounding: Rounding) => {
    let runtime: KernelRuntime;
    beforeAll(async () => {
      runtime = await loadRuntime(name, { rounding });
    });
    afterAll(() => runtime.dispose());

    it('are exactly the ones that cases are made for', () => {
      expect(runtime.manifest.kernels.map((kernel) => kernel.name)).toEqual(CASE_KERNELS);
    });

    it.each(CASE_KERNELS)('%s equals the reference on random layers', (kernel) => {
      fc.assert(
        fc.property(fc.integer({ min: 0 }), (seed) => {
          const { request, expected } = kernelCase(createRng(seed), kernel, { rounding });
          expect(runtime.run(request)).toEqual(expected);
        }),
        { numRuns: 40, seed: 1 },
      );
    });
  });
});
