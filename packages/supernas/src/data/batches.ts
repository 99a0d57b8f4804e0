/**
 * @file Batches as a pure function of (seed, step): a shuffle an epoch, a shift and a flip an image. Nothing is remembered
 * between calls but the epoch's order, so that training resumes at any step with the same images.
 */
import { createRng, TinyFormerError, type Rng } from '@tinyformer/core';
import { imageLength, type Augmentation, type Dataset, type DatasetSplits } from './dataset.js';

export interface Batch {
  /** [count, height, width, channels], normalised; valid until the next batch is made. */
  readonly images: Float32Array;
  readonly labels: Int32Array;
  readonly count: number;
}

export type PixelNormalisation = Pick<DatasetSplits, 'pixelScale' | 'pixelOffset'>;

export interface Batcher {
  readonly batchSize: number;
  /** Whole batches only; the images left over are other ones in every epoch. */
  readonly stepsPerEpoch: number;
  /** The batch of this step, counted from the first epoch's first. */
  batch(step: number): Batch;
}

export interface BatcherOptions extends PixelNormalisation {
  readonly batchSize: number;
  readonly seed: number;
  readonly augmentation?: Augmentation;
}

const NO_AUGMENTATION: Augmentation = { shift: 0, flip: false };

/** @throws E_BATCH when the batch size is not a whole number from 1 to the number of images. */
export function createBatcher(dataset: Dataset, options: BatcherOptions): Batcher {
  const { batchSize, seed, augmentation = NO_AUGMENTATION } = options;
  checkBatchSize(batchSize, dataset.count);
  const stepsPerEpoch = Math.floor(dataset.count / batchSize);
  const rng = createRng(seed).fork('batches');
  const length = imageLength(dataset.imageShape);
  const images = new Float32Array(batchSize * length);
  const labels = new Int32Array(batchSize);
  const positions = Array.from({ length: dataset.count }, (_, position) => position);
  let order: { readonly epoch: number; readonly positions: readonly number[] } | undefined;
  return {
    batchSize,
    stepsPerEpoch,
    batch(step) {
      const epoch = Math.floor(step / stepsPerEpoch);
      if (order?.epoch !== epoch) {
        order = { epoch, positions: rng.fork(`epoch ${epoch}`).shuffle(positions) };
      }
      const random = rng.fork(`step ${step}`);
      for (let i = 0; i < batchSize; i++) {
        const position = order.positions[(step % stepsPerEpoch) * batchSize + i]!;
        const target = images.subarray(i * length, (i + 1) * length);
        copyImage(dataset, { position, target, view: randomView(random, augmentation), ...options });
        labels[i] = dataset.labels[position]!;
      }
      return { images, labels, count: batchSize };
    },
  };
}

/** The whole dataset once and in order, unchanged; the last batch may be smaller. */
export function* sequentialBatches(
  dataset: Dataset,
  options: PixelNormalisation & { readonly batchSize: number },
): Generator<Batch> {
  const { batchSize } = options;
  const length = imageLength(dataset.imageShape);
  for (let start = 0; start < dataset.count; start += batchSize) {
    const count = Math.min(batchSize, dataset.count - start);
    const images = new Float32Array(count * length);
    for (let i = 0; i < count; i++) {
      const target = images.subarray(i * length, (i + 1) * length);
      copyImage(dataset, { position: start + i, target, view: UNCHANGED, ...options });
    }
    yield { images, labels: Int32Array.from(dataset.labels.subarray(start, start + count)), count };
  }
}

interface View {
  readonly down: number;
  readonly right: number;
  readonly mirrored: boolean;
}

const UNCHANGED: View = { down: 0, right: 0, mirrored: false };

function randomView(rng: Rng, { shift, flip }: Augmentation): View {
  const offset = () => rng.below(2 * shift + 1) - shift;
  return { down: offset(), right: offset(), mirrored: flip && rng.below(2) === 1 };
}

interface CopyOptions extends PixelNormalisation {
  readonly position: number;
  readonly target: Float32Array;
  readonly view: View;
}

function copyImage({ images, imageShape }: Dataset, options: CopyOptions): void {
  const { position, target, view, pixelScale, pixelOffset } = options;
  const { height, width, channels } = imageShape;
  const start = position * imageLength(imageShape);
  target.fill(-pixelOffset * pixelScale);
  for (let row = Math.max(0, -view.down); row < Math.min(height, height - view.down); row++) {
    for (let column = Math.max(0, -view.right); column < Math.min(width, width - view.right); column++) {
      const sourceColumn = view.mirrored ? width - 1 - (column + view.right) : column + view.right;
      const from = start + ((row + view.down) * width + sourceColumn) * channels;
      const to = (row * width + column) * channels;
      for (let c = 0; c < channels; c++) target[to + c] = (images[from + c]! - pixelOffset) * pixelScale;
    }
  }
}

function checkBatchSize(batchSize: number, count: number): void {
  if (Number.isInteger(batchSize) && batchSize >= 1 && batchSize <= count) return;
  throw new TinyFormerError('E_BATCH', `a batch of ${batchSize} cannot be drawn from ${count} images`, {
    hint: `choose a whole number from 1 to ${count}`,
    details: { batchSize, count },
  });
}
