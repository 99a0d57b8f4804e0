/** @file Whole random networks: every layer on every runtime, in its planned memory, equals the reference, tolerance 0. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRng, type Rounding } from '@tinyformer/core';
import { loadRuntime, runtimeAvailability, type KernelRuntime } from '@tinyformer/mcu-runtime-c';
import {
  compile,
  createRuntimeExecutor,
  runReference,
  type QuantizedNetwork,
} from '@tinyformer/sparse-engine';
import {
  arbitraryQuantizedNetwork,
  randomImage,
  TINY_ARCHITECTURE,
  tinyQuantizedNetwork,
} from '@tinyformer/test-kit';
import fc from 'fast-check';

const available = runtimeAvailability();
if (!available.native) console.warn('no native kernels: whole networks run on WebAssembly alone');
const runtimes = (['wasm', 'native'] as const).filter((name) => available[name]);

describe.each(runtimes)('whole networks on %s', (name) => {
  describe.each(['single', 'double'] as const)('with %s rounding', (rounding: Rounding) => {
    let runtime: KernelRuntime;
    beforeAll(async () => {
      runtime = await loadRuntime(name, { rounding });
    });
    afterAll(() => runtime.dispose());

    it('equal the reference layer by layer', async () => {
      await fc.assert(
        fc.asyncProperty(arbitraryQuantizedNetwork(), async (network: QuantizedNetwork) => {
          const model = await compile(network, { runtime });
          const image = randomImage(createRng(7), network.input.shape);
          const expected: Record<string, Int8Array> = {};
          const result = runReference(model, image, {
            rounding,
            onLayer: ({ name: layer, output }) => (expected[layer] = output.slice()),
          });
          const executor = createRuntimeExecutor(model, runtime);
          const actual: Record<string, Int8Array> = {};
          const run = () =>
            executor.run(image, { onLayer: ({ name: layer, output }) => (actual[layer] = output) });
          expect(run()).toEqual(result);
          expect(actual).toEqual(expected);
          expect(run()).toEqual(result);
          executor.dispose();
        }),
        { numRuns: 15, seed: 2 },
      );
    });
  });
});

describe('the arena', () => {
  it('shows a plan that lays one live tensor over another', async () => {
    const network = tinyQuantizedNetwork(createRng(1), { architecture: TINY_ARCHITECTURE });
    const model = await compile(network);
    const { tensorOffsets } = model.plan;
    const over = { ...tensorOffsets, 'stage1.block0.expand': tensorOffsets['stem']! };
    const runtime = await loadRuntime('wasm');
    const image = randomImage(createRng(7), network.input.shape);
    const scores = (tensors: typeof tensorOffsets) => {
      const plan = { ...model.plan, tensorOffsets: tensors };
      return createRuntimeExecutor({ ...model, plan }, runtime).run(image);
    };
    expect(scores(tensorOffsets)).toEqual(runReference(model, image));
    expect(scores(over)).not.toEqual(runReference(model, image));
    runtime.dispose();
  });
});
