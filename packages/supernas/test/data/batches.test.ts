import { describe, expect, it } from '@jest/globals';
import { createBatcher, sequentialBatches, type Dataset } from '@tinyformer/supernas';

/** Image i is 2x3 with one channel; its pixels are 10 i + 1 to 10 i + 6. */
function ramp(count: number): Dataset {
  return {
    name: 'ramp',
    imageShape: { height: 2, width: 3, channels: 1 },
    classes: 2,
    classNames: ['even', 'odd'],
    images: Uint8Array.from({ length: count * 6 }, (_, i) => 10 * Math.floor(i / 6) + (i % 6) + 1),
    labels: Uint8Array.from({ length: count }, (_, i) => i % 2),
    count,
  };
}

const RAW = { pixelScale: 1, pixelOffset: 0 };
const firsts = (images: Float32Array) => Array.from({ length: images.length / 6 }, (_, i) => images[i * 6]);

describe('batches', () => {
  it('show every image once an epoch, in another order each time', () => {
    const batcher = createBatcher(ramp(6), { ...RAW, batchSize: 2, seed: 1 });
    expect(batcher.stepsPerEpoch).toBe(3);
    const epoch = (start: number) => [0, 1, 2].flatMap((i) => firsts(batcher.batch(start + i).images));
    const [one, two] = [epoch(0), epoch(3)];
    expect([...one].sort((a, b) => a! - b!)).toEqual([1, 11, 21, 31, 41, 51]);
    expect([...two].sort((a, b) => a! - b!)).toEqual([1, 11, 21, 31, 41, 51]);
    expect(two).not.toEqual(one);
  });

  it('depend on seed and step alone, whatever was asked before', () => {
    const options = { ...RAW, batchSize: 4, seed: 3, augmentation: { shift: 1, flip: true } };
    const asked = createBatcher(ramp(20), options);
    for (let step = 0; step < 7; step++) asked.batch(step);
    expect(asked.batch(11).images).toEqual(createBatcher(ramp(20), options).batch(11).images);
    expect(createBatcher(ramp(20), { ...options, seed: 4 }).batch(11).images).not.toEqual(
      asked.batch(11).images,
    );
  });

  it('mirror and shift only whole images, filling with black', () => {
    const augmentation = { shift: 1, flip: true };
    const batcher = createBatcher(ramp(1), { ...RAW, batchSize: 1, seed: 1, augmentation });
    const seen = new Set<string>();
    for (let step = 0; step < 200; step++) seen.add(batcher.batch(step).images.join(' '));
    expect(seen).toContain('1 2 3 4 5 6');
    expect(seen).toContain('3 2 1 6 5 4');
    expect(seen).toContain('0 0 0 0 1 2');
    expect(seen).toContain('5 6 0 0 0 0');
    expect(seen.size).toBe(18);
  });

  it('normalise pixels', () => {
    const batcher = createBatcher(ramp(1), { pixelScale: 0.5, pixelOffset: 2, batchSize: 1, seed: 1 });
    expect([...batcher.batch(0).images]).toEqual([-0.5, 0, 0.5, 1, 1.5, 2]);
  });

  it('cover a dataset in order for evaluation, the rest in a smaller batch', () => {
    const batches = [...sequentialBatches(ramp(5), { ...RAW, batchSize: 2 })];
    expect(batches.map(({ count }) => count)).toEqual([2, 2, 1]);
    expect(batches.flatMap(({ images }) => firsts(images))).toEqual([1, 11, 21, 31, 41]);
    expect(batches.flatMap(({ labels }) => [...labels])).toEqual([0, 1, 0, 1, 0]);
  });

  it.each([0, 1.5, 7])('refuse a batch size of %d from 6 images', (batchSize) => {
    expect(() => createBatcher(ramp(6), { ...RAW, batchSize, seed: 1 })).toThrow('E_BATCH');
  });
});
