/** @file Images in the form that a network reads: a dataset in order, or the part of it that a seed draws. */
import { createRng } from '@tinyformer/core';
import { imageLength, subset, type Dataset, type DatasetSplits } from './dataset.js';

export interface Batch {
  /** [count, height, width, channels], normalised. */
  readonly images: Float32Array;
  readonly labels: Int32Array;
  readonly count: number;
}

export type PixelNormalisation = Pick<DatasetSplits, 'pixelScale' | 'pixelOffset'>;

/** The whole dataset once and in order, unchanged; the last batch may be smaller. */
export function* sequentialBatches(
  dataset: Dataset,
  options: PixelNormalisation & { readonly batchSize: number },
): Generator<Batch> {
  const { batchSize, pixelScale, pixelOffset } = options;
  const length = imageLength(dataset.imageShape);
  for (let start = 0; start < dataset.count; start += batchSize) {
    const end = Math.min(start + batchSize, dataset.count);
    const pixels = dataset.images.subarray(start * length, end * length);
    const images = new Float32Array(pixels.length);
    for (let i = 0; i < images.length; i++) images[i] = (pixels[i]! - pixelOffset) * pixelScale;
    yield { images, labels: Int32Array.from(dataset.labels.subarray(start, end)), count: end - start };
  }
}

/** So many different images, in random order; all of them if there are no more. */
export function drawImages(
  dataset: Dataset,
  { count, seed }: { readonly count: number; readonly seed: number },
): Dataset {
  const positions = Array.from({ length: dataset.count }, (_, position) => position);
  return subset(dataset, createRng(seed).fork('drawn images').shuffle(positions).slice(0, count));
}
