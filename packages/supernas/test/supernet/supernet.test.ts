import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createRng, tensorData, type Architecture } from '@tinyformer/core';
import {
  createMasks,
  createTrainable,
  extractNetwork,
  imageTensor,
  largestArchitecture,
  recalibrateNorm,
  sampleArchitecture,
  sequentialBatches,
  smallestArchitecture,
  Supernet,
} from '@tinyformer/supernas';
import { useTraining } from '@tinyformer/tfjs-wasm-training';
import { TINY_PATH, TINY_SPACE, tinyShapes } from '../tiny.js';

const splits = tinyShapes();
let supernet: Supernet;
let images: tf.Tensor4D;

beforeAll(() => useTraining());
beforeEach(() => {
  supernet = Supernet.create(TINY_SPACE, { seed: 1 });
  const [batch] = sequentialBatches(splits.validation, { ...splits, batchSize: 8 });
  images = imageTensor(batch!, splits.validation.imageShape);
});
afterEach(() => {
  supernet.dispose();
  images.dispose();
});

const train = { training: true };
const logits = (path: Architecture) => {
  const y = supernet.forward(images, path, train);
  const values = y.dataSync<'float32'>().slice();
  y.dispose();
  return values;
};

describe('the forward pass of a supernet', () => {
  it('gives logits for every path', () => {
    const rng = createRng(1);
    const paths = Array.from({ length: 12 }, () => sampleArchitecture(TINY_SPACE, rng));
    for (const path of [smallestArchitecture(TINY_SPACE), largestArchitecture(TINY_SPACE), ...paths]) {
      const y = supernet.forward(images, path, train);
      expect(y.shape).toEqual([8, 10]);
      expect(y.dataSync().every(Number.isFinite)).toBe(true);
      y.dispose();
    }
  });

  it('leaves no tensors behind', () => {
    const before = tf.memory().numTensors;
    logits(TINY_PATH);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('changes nothing: a path gives the same bits before and after another ran', () => {
    const first = logits(TINY_PATH);
    logits(largestArchitecture(TINY_SPACE));
    expect(logits(TINY_PATH)).toEqual(first);
  });

  it('refuses a path of another space', () => {
    const foreign = { ...TINY_PATH, stem: { ...TINY_PATH.stem, channels: 12 } };
    expect(() => supernet.forward(images, foreign, train)).toThrow('E_ARCHITECTURE');
  });

  it('refuses inference without BatchNorm statistics', () => {
    expect(() => supernet.forward(images, TINY_PATH, { training: false })).toThrow('E_STATISTICS');
  });

  it('starts from other weights under another seed', () => {
    const before = logits(TINY_PATH);
    supernet.dispose();
    supernet = Supernet.create(TINY_SPACE, { seed: 2 });
    expect(logits(TINY_PATH)).not.toEqual(before);
  });
});

describe('shared weights', () => {
  /** Adds 1 to one element of a variable. */
  const nudge = (layer: string, index: readonly number[]) => {
    const { variable } = supernet.variables.get(layer, 'weights');
    tf.tidy(() => {
      const buffer = tf.buffer(variable.shape, 'float32', variable.dataSync<'float32'>().slice());
      buffer.set(buffer.get(...index) + 1, ...index);
      variable.assign(buffer.toTensor());
    });
  };
  const narrow = { ...TINY_PATH, stem: { ...TINY_PATH.stem, channels: 4 } };

  it('reach a narrow path from the leading channels and the centre of the kernel only', () => {
    const before = logits(narrow);
    nudge('stem', [1, 1, 0, 5]); // the sixth output channel: not in a path with four
    nudge('stem', [0, 2, 0, 1]); // the rim of the 5x5 kernel: not in a path with 3x3
    expect(logits(narrow)).toEqual(before);
    nudge('stem', [1, 1, 0, 1]);
    expect(logits(narrow)).not.toEqual(before);
  });

  it('are the same for a wide path and a narrow one', () => {
    const before = [logits(narrow), logits(TINY_PATH)];
    nudge('stem', [2, 2, 1, 2]);
    expect(logits(narrow)).not.toEqual(before[0]);
    expect(logits(TINY_PATH)).not.toEqual(before[1]);
  });
});

/** The same float arithmetic on the same slices: only the order of BatchNorm's statistics could differ, and it does not. */
const SAME_NETWORK_TOLERANCE = 1e-6;

function largestDifference(a: tf.Tensor, b: tf.Tensor): number {
  return tf.tidy(() => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]!);
}

describe('an extracted network', () => {
  it('computes what its path computes in the supernet', () => {
    const rng = createRng(3);
    for (const path of [TINY_PATH, ...Array.from({ length: 4 }, () => sampleArchitecture(TINY_SPACE, rng))]) {
      const statistics = recalibrateNorm(supernet, path, { splits, seed: 1, batchSize: 16, batches: 2 });
      const own = createTrainable(extractNetwork(supernet, path, statistics));
      const inference = { training: false, statistics };
      const difference = largestDifference(
        supernet.forward(images, path, inference),
        own.forward(images, path, inference),
      );
      expect(difference).toBeLessThan(SAME_NETWORK_TOLERANCE);
      own.dispose();
    }
  });

  it('carries BatchNorm statistics of the images it was shown', () => {
    const statistics = recalibrateNorm(supernet, TINY_PATH, { splits, seed: 1, batchSize: 60, batches: 1 });
    const options = { splits, seed: 9, batchSize: 60, batches: 1 };
    const again = recalibrateNorm(supernet, TINY_PATH, options);
    again['stem']!.mean.forEach((mean, c) => {
      expect(mean).toBeCloseTo(statistics['stem']!.mean[c]!, 4);
    });
    expect(statistics['stem']!.variance.every((variance) => variance > 0)).toBe(true);
  });
});

describe('masks', () => {
  const mask = {
    'head.classifier': tensorData(
      Float32Array.from({ length: 80 }, (_, i) => i % 2),
      [10, 8],
    ),
  };

  it('act as zeros in the weights, without changing them', () => {
    const dense = logits(TINY_PATH);
    const masks = createMasks(TINY_PATH, mask);
    const masked = supernet.forward(images, TINY_PATH, { training: true, masks });
    expect(masked.dataSync<'float32'>()).not.toEqual(dense);
    expect(logits(TINY_PATH)).toEqual(dense);

    const statistics = recalibrateNorm(supernet, TINY_PATH, { splits, seed: 1, batchSize: 16 });
    const pruned = createTrainable(extractNetwork(supernet, TINY_PATH, statistics), { masks: mask });
    const own = pruned.forward(images, TINY_PATH, train);
    expect(largestDifference(masked, own)).toBeLessThan(SAME_NETWORK_TOLERANCE);
    tf.dispose([masked, own, ...Object.values(masks)]);
    pruned.dispose();
  });
});
