import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { tensorData } from '@tinyformer/core';
import {
  createTrainable,
  evaluateAccuracy,
  extractNetwork,
  loadSupernet,
  saveSupernet,
  Supernet,
  TrainableNetwork,
  trainNetwork,
  trainSupernet,
  type TrainingState,
} from '@tinyformer/supernas';
import { useTraining } from '@tinyformer/tfjs-wasm-training';
import { TINY_PATH, TINY_SPACE, tinyShapes } from '../tiny.js';

const splits = tinyShapes();
const OPTIONS = { epochs: 2, batchSize: 20, seed: 3 };

beforeAll(() => useTraining());

async function trained(seed: number): Promise<string> {
  const supernet = Supernet.create(TINY_SPACE, { seed });
  await trainSupernet(supernet, splits, { ...OPTIONS, seed });
  const text = saveSupernet(supernet);
  supernet.dispose();
  return text;
}

describe('training a supernet', () => {
  it('gives the same bytes for the same seed and others for another', async () => {
    const first = await trained(3);
    expect(await trained(3)).toBe(first);
    expect(await trained(4)).not.toBe(first);
  });

  it('gives the same bytes when it is interrupted, saved, loaded and resumed', async () => {
    let saved = '';
    const whole = Supernet.create(TINY_SPACE, { seed: 3 });
    await trainSupernet(whole, splits, {
      ...OPTIONS,
      onEpochEnd: ({ epoch, save }) => {
        if (epoch === 1) saved = saveSupernet(whole, save());
      },
    });
    const { supernet: resumed, training } = loadSupernet(saved);
    expect(saveSupernet(resumed)).not.toBe(saveSupernet(whole));
    await trainSupernet(resumed, splits, { ...OPTIONS, resume: training! });
    expect(saveSupernet(resumed)).toBe(saveSupernet(whole));
    whole.dispose();
    resumed.dispose();
  });

  it('refuses images of another size, or of other classes, than those of the space', async () => {
    for (const [change, code] of [
      [{ input: { ...TINY_SPACE.input, height: 2 * TINY_SPACE.input.height } }, /^E_SHAPE: the images are/],
      [{ classes: TINY_SPACE.classes + 1 }, /^E_DATASET: the network has/],
    ] as const) {
      const supernet = Supernet.create({ ...TINY_SPACE, ...change }, { seed: 3 });
      await expect(trainSupernet(supernet, splits, OPTIONS)).rejects.toThrow(code);
      supernet.dispose();
    }
  });

  it('reports every step and leaves no tensors behind', async () => {
    const supernet = Supernet.create(TINY_SPACE, { seed: 3 });
    const before = tf.memory().numTensors;
    const steps: number[] = [];
    await trainSupernet(supernet, splits, { ...OPTIONS, onProgress: ({ step }) => steps.push(step) });
    expect(steps).toEqual([1, 2, 3, 4, 5, 6]);
    expect(tf.memory().numTensors).toBe(before);
    supernet.dispose();
  });
});

describe('training a path', () => {
  it('learns: the loss falls and training images are recognised', async () => {
    const easy = { ...tinyShapes({ trainCount: 100 }), augmentation: { shift: 0, flip: false } };
    const network = TrainableNetwork.create(TINY_PATH, { seed: 1 });
    const { epochLosses } = await trainNetwork(network, easy, {
      epochs: 20,
      batchSize: 20,
      labelSmoothing: 0,
      seed: 1,
      learningRate: 1e-2,
    });
    expect(epochLosses.at(-1)!).toBeLessThan(epochLosses[0]! - 0.3);
    const run = (x: tf.Tensor4D) => network.forward(x, TINY_PATH, { training: true });
    expect(await evaluateAccuracy(run, easy.train, easy)).toBeGreaterThan(0.3);
    network.dispose();
  });

  it('keeps masked weights at exactly 0', async () => {
    const fresh = TrainableNetwork.create(TINY_PATH, { seed: 1 });
    const name = 'stage2.block0.mlp1';
    const keep = Float32Array.from({ length: 128 }, (_, i) => (i % 3 === 0 ? 1 : 0));
    const masks = { [name]: tensorData(keep, [16, 8]) };
    const network = createTrainable(extractNetwork(fresh, TINY_PATH, {}), { masks });
    await trainNetwork(network, splits, OPTIONS);
    const weights = extractNetwork(network, TINY_PATH, {}).layers[name]!.weights!.data;
    weights.forEach((weight, i) => {
      expect(weight === 0).toBe(keep[i] === 0);
    });
    fresh.dispose();
    network.dispose();
  });

  it.each([0, 1.5, 1000])('refuses a batch size of %d', async (batchSize) => {
    const network = TrainableNetwork.create(TINY_PATH, { seed: 1 });
    await expect(trainNetwork(network, splits, { ...OPTIONS, batchSize })).rejects.toThrow('E_BATCH');
    network.dispose();
  });

  it("refuses impossible options and another network's moments", async () => {
    const network = TrainableNetwork.create(TINY_PATH, { seed: 1 });
    await expect(trainNetwork(network, splits, { ...OPTIONS, epochs: 0 })).rejects.toThrow('E_OPTION');
    await expect(trainNetwork(network, splits, { ...OPTIONS, learningRate: -1 })).rejects.toThrow('E_OPTION');
    const resume: TrainingState = {
      step: 1,
      moments: { 'stem/beta': { step: 1, first: new Float32Array(3), second: new Float32Array(3) } },
    };
    await expect(trainNetwork(network, splits, { ...OPTIONS, resume })).rejects.toThrow('E_STATE');
    network.dispose();
  });

  it('stops with a remedy when the loss is no longer finite', async () => {
    const network = TrainableNetwork.create(TINY_PATH, { seed: 1 });
    const { variable } = network.variables.get('head.classifier', 'bias');
    variable.assign(tf.fill(variable.shape, NaN));
    await expect(trainNetwork(network, splits, OPTIONS)).rejects.toMatchObject({ code: 'E_DIVERGED' });
    network.dispose();
  });
});
