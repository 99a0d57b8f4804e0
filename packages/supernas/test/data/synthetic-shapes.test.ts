import { beforeAll, describe, expect, it } from '@jest/globals';
import { linearBaseline, syntheticShapes } from '@tinyformer/supernas';
import { useTraining } from '@tinyformer/tfjs-wasm-training';

const SMALL = { trainCount: 40, validationCount: 10, testCount: 10 };

describe('the drawn shapes', () => {
  it('are the same bytes for the same seed and others for another', () => {
    const { train } = syntheticShapes({ seed: 5, ...SMALL });
    expect(syntheticShapes({ seed: 5, ...SMALL }).train.images).toEqual(train.images);
    expect(syntheticShapes({ seed: 6, ...SMALL }).train.images).not.toEqual(train.images);
  });

  it('are balanced, and no two splits share their first images', () => {
    const { train, validation, test } = syntheticShapes({ seed: 5, ...SMALL });
    for (let label = 0; label < 10; label++) {
      expect(train.labels.filter((found) => found === label)).toHaveLength(4);
    }
    const first = [train, validation, test].map(({ images }) => images.slice(0, 3072).join());
    expect(new Set(first).size).toBe(3);
  });

  it('do not depend on how many there are', () => {
    const few = syntheticShapes({ seed: 5, ...SMALL });
    const more = syntheticShapes({ seed: 5, ...SMALL, trainCount: 60 });
    expect(more.train.images.slice(0, few.train.images.length)).toEqual(few.train.images);
  });

  it('refuse counts below one image a class', () => {
    expect(() => syntheticShapes({ seed: 1, trainCount: 9 })).toThrow('E_DATASET');
  });
});

describe('a linear classifier', () => {
  beforeAll(() => useTraining());

  it('stays far below 50% on the shapes', async () => {
    const splits = syntheticShapes({
      seed: 1,
      trainCount: 1000,
      validationCount: 300,
      testCount: 300,
      size: 16,
    });
    const { testAccuracy, validationAccuracy } = await linearBaseline(splits, { seed: 1, epochs: 4 });
    expect(testAccuracy).toBeLessThan(0.4);
    expect(validationAccuracy).toBeGreaterThan(0.05);
  });

  it('solves a set that is linear, so that its failure means something', async () => {
    const splits = syntheticShapes({
      seed: 1,
      trainCount: 400,
      validationCount: 100,
      testCount: 100,
      size: 8,
    });
    const light = ({ images, labels, ...rest }: typeof splits.train) => {
      const lit = images.map((pixel, i) =>
        Math.floor((i % 192) / 18) === labels[Math.floor(i / 192)] ? 255 : pixel >> 1,
      );
      return { ...rest, labels, images: lit };
    };
    const linear = {
      ...splits,
      train: light(splits.train),
      validation: light(splits.validation),
      test: light(splits.test),
    };
    const { testAccuracy } = await linearBaseline(linear, { seed: 1, epochs: 10 });
    expect(testAccuracy).toBeGreaterThan(0.9);
  });
});
