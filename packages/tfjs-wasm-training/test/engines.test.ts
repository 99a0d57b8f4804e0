/** @file Engines and their threads: the same bits for any number, and use after they have ended. */

import { createRequire } from 'node:module';
import { afterAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { availableEngines, conv2d, useTraining } from '../src/index.js';
import { HEAP_ENGINES, engineTitle } from './compare.js';
import { trainNetworkA } from './train-network.js';

/** TRAINING_STEPS=200 for the long run of docs/training.md. */
const STEPS = Number(process.env['TRAINING_STEPS'] ?? 20);

describe.each(HEAP_ENGINES.map((engine) => ({ ...engine, title: engineTitle(engine) })))(
  '$title',
  (engine) => {
    afterAll(async () => {
      for (const threads of [1, 2, 4]) (await useTraining({ ...engine, threads })).dispose();
    });

    it(`gives the same bits for 1, 2 and 4 threads over ${STEPS} steps`, async () => {
      const trainedWith = async (threads: number) => {
        const started = await useTraining({ ...engine, threads });
        expect(started).toMatchObject({ name: engine.engine, threads });
        return trainNetworkA(STEPS, { batch: 5 });
      };
      const single = await trainedWith(1);
      expect(single.losses.every(Number.isFinite)).toBe(true);
      expect(await trainedWith(2)).toEqual(single);
      expect(await trainedWith(4)).toEqual(single);
      expect(await trainedWith(2)).toEqual(single);
    });
  },
);

describe('auto', () => {
  it('takes the first engine that there is, and says why not an earlier one', async () => {
    const started = await useTraining();
    const engines = availableEngines();
    const first = engines.findIndex(({ missing }) => missing === undefined);
    expect(started.name).toBe(engines[first]!.engine);
    expect(started.passedOver).toEqual(
      Object.fromEntries(engines.slice(0, first).map(({ engine, missing }) => [engine, missing])),
    );
  });
});

describe('an engine that was disposed', () => {
  it('says so until the next start', async () => {
    const x = () => conv2d(tf.tensor4d([5], [1, 1, 1, 1]), tf.tensor4d([2], [1, 1, 1, 1]), { stride: 1 });
    for (const engine of HEAP_ENGINES) {
      const started = await useTraining({ ...engine, threads: 2 });
      expect(x().dataSync()[0]).toBe(10);
      started.dispose();
      started.dispose();
      expect(x).toThrow('E_DISPOSED: the training engine was disposed. Await useTraining() again');
      await useTraining({ ...engine, threads: 2 });
      expect(x().dataSync()[0]).toBe(10);
    }
  });

  it('leaves another one in use alone', async () => {
    const wasm = await useTraining({ engine: 'wasm', threads: 2 });
    await useTraining({ engine: 'wasm', threads: 1 });
    wasm.dispose();
    expect(
      tf.tidy(() => conv2d(tf.ones([1, 2, 2, 1]), tf.ones([1, 1, 1, 1]), { stride: 1 }).dataSync()[0]),
    ).toBe(1);
  });
});

const PACKAGES = { webgpu: '@tensorflow/tfjs-backend-webgpu', 'node-gpu': '@tensorflow/tfjs-node-gpu' };

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}

describe('options', () => {
  it('refuses threads and instruction sets that there are not', async () => {
    await expect(useTraining({ engine: 'wasm', threads: 0 })).rejects.toThrow(/E_OPTION: threads is 0/);
    await expect(useTraining({ engine: 'wasm', threads: 65 })).rejects.toThrow(/from 1 to 64/);
    const [native] = availableEngines();
    const message = native!.missing === undefined ? /no variant sse9/ : /the native addon did not load/;
    await expect(useTraining({ engine: 'native', variant: 'sse9' })).rejects.toThrow(message);
  });

  for (const engine of ['webgpu', 'node-gpu'] as const) {
    (isInstalled(PACKAGES[engine]) ? it.skip : it)(`says what to install for ${engine}`, async () => {
      await expect(useTraining({ engine })).rejects.toThrow(
        /E_ENGINE: engine .* did not load. Install @tensorflow/,
      );
    });
  }
});
