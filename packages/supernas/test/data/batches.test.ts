import { describe, expect, it } from '@jest/globals';
import { drawImages, sequentialBatches, type Dataset } from '@tinyformer/supernas';

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
const firsts = (images: ArrayLike<number>) =>
  Array.from({ length: images.length / 6 }, (_, i) => images[6 * i]!);

describe('batches', () => {
  it('cover a dataset in order, the rest in a smaller batch', () => {
    const batches = [...sequentialBatches(ramp(5), { ...RAW, batchSize: 2 })];
    expect(batches.map(({ count }) => count)).toEqual([2, 2, 1]);
    expect(batches.flatMap(({ images }) => firsts(images))).toEqual([1, 11, 21, 31, 41]);
    expect(batches.map(({ labels }) => [...labels])).toEqual([[0, 1], [0, 1], [0]]);
  });

  it('normalise pixels', () => {
    const [batch] = sequentialBatches(ramp(1), { pixelScale: 0.5, pixelOffset: 2, batchSize: 1 });
    expect([...batch!.images]).toEqual([-0.5, 0, 0.5, 1, 1.5, 2]);
  });
});

describe('drawn images', () => {
  it('are different ones, with their labels, other ones for another seed', () => {
    const drawn = drawImages(ramp(20), { count: 8, seed: 3 });
    const places = firsts(drawn.images).map((first) => (first - 1) / 10);
    expect(new Set(places).size).toBe(8);
    expect([...drawn.labels]).toEqual(places.map((place) => place % 2));
    expect(drawImages(ramp(20), { count: 8, seed: 3 })).toEqual(drawn);
    expect(drawImages(ramp(20), { count: 8, seed: 4 }).images).not.toEqual(drawn.images);
  });

  it('are all of them where there are no more', () => {
    const { images, count } = drawImages(ramp(4), { count: 9, seed: 3 });
    expect(count).toBe(4);
    expect(firsts(images).sort((a, b) => a - b)).toEqual([1, 11, 21, 31]);
  });
});
