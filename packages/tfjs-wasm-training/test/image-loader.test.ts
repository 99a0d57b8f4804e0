/** @file The data loader: what the augmentations do to pixels, seeds, prefetching. */

import { afterEach, describe, expect, it } from '@jest/globals';
import { createImageLoader } from '../src/index.js';
import type { Augmentation, ImageLoader } from '../src/index.js';
import { augmenterOptions } from '../src/loader/image-loader.js';
import { createAugmenter } from '../worker/augment.mjs';

const COUNT = 10;
const [HEIGHT, WIDTH, CHANNELS] = [4, 5, 3] as const;
const LENGTH = HEIGHT * WIDTH * CHANNELS;

/** Image i holds i + 1 everywhere but for its left column, which holds 200. */
function data() {
  const images = new Uint8Array(COUNT * LENGTH).map((_, at) =>
    Math.floor(at / CHANNELS) % WIDTH === 0 ? 200 : Math.floor(at / LENGTH) + 1,
  );
  return { images, labels: Uint8Array.from({ length: COUNT }, (_, i) => i) };
}

const base = { ...data(), imageShape: [HEIGHT, WIDTH, CHANNELS] as const, pixelOffset: 0, pixelScale: 1 };

function batches(augmentation: Augmentation, options: { seed?: number; steps?: number } = {}) {
  const { seed = 3, steps = 20 } = options;
  const batchOf = createAugmenter(base, augmenterOptions({ ...base, batchSize: 5, seed, augmentation }));
  return Array.from({ length: steps }, (_, step) => batchOf(step));
}

/** Images with their labels. */
const imagesOf = (augmentation: Augmentation) =>
  batches(augmentation).flatMap(({ images, labels }) =>
    [...labels].map((label, i) => ({ label, pixels: [...images.slice(i * LENGTH, (i + 1) * LENGTH)] })),
  );

const pixel = (pixels: readonly number[], row: number, column: number) =>
  pixels[(row * WIDTH + column) * CHANNELS]!;

describe('a batch', () => {
  it('has every image once an epoch, in another order each', () => {
    const labels = batches({}).map((batch) => [...batch.labels]);
    const epochs = Array.from({ length: 10 }, (_, i) => [...labels[2 * i]!, ...labels[2 * i + 1]!]);
    for (const epoch of epochs) expect([...epoch].sort((a, b) => a - b)).toEqual([...base.labels]);
    expect(new Set(epochs.map(String)).size).toBeGreaterThan(5);
  });

  it('holds the pixels as they are without augmentation', () => {
    for (const { label, pixels } of imagesOf({})) {
      expect(pixels).toEqual([...base.images.slice(label * LENGTH, (label + 1) * LENGTH)]);
    }
  });

  it('mirrors about half of the images', () => {
    const left = imagesOf({ flip: true }).filter(({ pixels }) => pixel(pixels, 0, 0) === 200).length;
    const right = imagesOf({ flip: true }).filter(({ pixels }) => pixel(pixels, 0, WIDTH - 1) === 200).length;
    expect(left + right).toBe(100);
    expect(Math.abs(left - right)).toBeLessThan(30);
  });

  it('shifts by up to as many pixels as asked for, and fills up with 0', () => {
    const shifted = imagesOf({ shift: 1 });
    const emptyTop = shifted.filter(({ pixels }) => pixel(pixels, 0, 2) === 0).length;
    const gone = shifted.filter(({ pixels }) => !pixels.includes(200)).length;
    expect(emptyTop).toBeGreaterThan(15);
    expect(emptyTop).toBeLessThan(55);
    expect(gone).toBeGreaterThan(15);
    expect(shifted.every(({ pixels }) => pixel(pixels, 1, 2) !== 0 && pixel(pixels, 2, 2) !== 0)).toBe(true);
  });

  it('cuts a square out of every image', () => {
    for (const { pixels } of imagesOf({ cutout: 3 })) {
      const cut = pixels.filter((value) => value === 0).length / CHANNELS;
      expect(cut).toBeGreaterThanOrEqual(4);
      expect(cut).toBeLessThanOrEqual(9);
    }
  });

  it('changes contrast and brightness of every channel for itself, within limits', () => {
    const values = imagesOf({ colour: 0.2 }).map(({ pixels }) => pixels.slice(0, CHANNELS));
    expect(new Set(values.flat()).size).toBeGreaterThan(200);
    // 200 is 72.5 above the middle: at most 20% of it and 20% of 127.5 more.
    for (const value of values.flat())
      expect(Math.abs(value - 200)).toBeLessThanOrEqual(0.2 * (72.5 + 127.5) + 1e-3);
  });

  it('mixes every image with the next, by one share a batch', () => {
    for (const { images, labels, share } of batches({ mixup: 0.5 })) {
      [...labels].forEach((label, i) => {
        const other = labels[(i + 1) % labels.length]!;
        const inner = images[i * LENGTH + CHANNELS]!;
        expect(inner).toBeCloseTo(share * (label + 1) + (1 - share) * (other + 1), 4);
      });
    }
    const shares = batches({ mixup: 0.5 }).map(({ share }) => share);
    expect(Math.min(...shares)).toBeLessThan(0.3);
    expect(Math.max(...shares)).toBeGreaterThan(0.7);
  });

  it('is the same for the same seed and step, and another for another seed', () => {
    const all = { shift: 1, flip: true, colour: 0.1, cutout: 2, mixup: 0.3 };
    expect(batches(all)).toEqual(batches(all));
    expect(batches(all)).not.toEqual(batches(all, { seed: 4 }));
  });
});

describe('the loader', () => {
  let loader: ImageLoader | undefined;
  afterEach(() => loader?.dispose());

  it('gives the batches of the steps asked for, in any order', async () => {
    const augmentation = { shift: 1, flip: true };
    loader = createImageLoader({ ...base, batchSize: 5, seed: 3, augmentation });
    expect(loader.stepsPerEpoch).toBe(2);
    const expected = batches(augmentation);
    for (const step of [0, 1, 2, 9, 4, 5]) expect(await loader.batch(step)).toEqual(expected[step]);
  });

  it('refuses what it cannot load, and use after its end', async () => {
    expect(() => createImageLoader({ ...base, labels: new Uint8Array(3), batchSize: 1 })).toThrow(
      /E_SHAPE: 600/,
    );
    expect(() => createImageLoader({ ...base, batchSize: 11 })).toThrow(/E_OPTION: batchSize is 11/);
    const options = { ...base, batchSize: 5, augmentation: { mixup: 2 } };
    expect(() => createImageLoader(options)).toThrow(/E_OPTION: augmentation is \{"mixup":2\}/);
    loader = createImageLoader({ ...base, batchSize: 5 });
    await loader.batch(0);
    await loader.dispose();
    await expect(loader.batch(1)).rejects.toThrow(/E_DISPOSED: the image loader was disposed/);
  });
});
