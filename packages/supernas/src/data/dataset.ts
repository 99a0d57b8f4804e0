/**
 * @file Labelled images as flat typed arrays. Search, pruning and early stopping look at `validation`, a class-balanced cut of
 * the training images; `test` is for the one reported number.
 */
import { createRng, TinyFormerError, type ImageShape } from '@tinyformer/core';
import type { Augmentation as LoaderAugmentation } from '@tinyformer/tfjs-wasm-training';

export interface Dataset {
  readonly name: string;
  readonly imageShape: ImageShape;
  readonly classes: number;
  readonly classNames: readonly string[];
  /** [count, height, width, channels], 0 to 255. */
  readonly images: Uint8Array;
  /** [count], each below `classes`. */
  readonly labels: Uint8Array;
  readonly count: number;
}

/** What a training image may undergo without changing its class. */
export type Augmentation = Omit<LoaderAugmentation, 'mixup'>;

export interface DatasetSplits {
  readonly train: Dataset;
  readonly validation: Dataset;
  readonly test: Dataset;
  readonly augmentation: Augmentation;
  /** A network reads (pixel - pixelOffset) * pixelScale, about [-1, 1], in every channel alike. */
  readonly pixelScale: number;
  readonly pixelOffset: number;
}

/** Maps 0..255 onto [-1, 1). The offset is a whole number so that an int8 network reads exactly pixel - 128. */
export const PIXEL_SCALE = 1 / 128;
export const PIXEL_OFFSET = 128;

export function imageLength({ height, width, channels }: ImageShape): number {
  return height * width * channels;
}

/** The images at these positions, in this order, as a dataset of their own. */
export function subset(dataset: Dataset, positions: readonly number[]): Dataset {
  const length = imageLength(dataset.imageShape);
  const images = new Uint8Array(positions.length * length);
  const labels = new Uint8Array(positions.length);
  positions.forEach((position, index) => {
    images.set(dataset.images.subarray(position * length, (position + 1) * length), index * length);
    labels[index] = dataset.labels[position]!;
  });
  return { ...dataset, images, labels, count: positions.length };
}

/**
 * Cuts `validationCount` images off, an equal number of every class (the first classes get one more when it does not
 * divide); both parts keep the order of the whole.
 * @throws E_DATASET when a class has too few images to leave one for training.
 */
export function cutValidation(
  dataset: Dataset,
  { validationCount, seed }: { readonly validationCount: number; readonly seed: number },
): { readonly train: Dataset; readonly validation: Dataset } {
  const rng = createRng(seed).fork('validation');
  const chosen = new Set<number>();
  for (let label = 0; label < dataset.classes; label++) {
    const members = positionsOf(dataset, label);
    const wanted =
      Math.floor(validationCount / dataset.classes) + (label < validationCount % dataset.classes ? 1 : 0);
    if (members.length <= wanted) {
      throw new TinyFormerError(
        'E_DATASET',
        `class "${dataset.classNames[label]}" has ${members.length} images, validation wants ${wanted} of them`,
        { hint: 'use more training images or a smaller validation count', details: { label, wanted } },
      );
    }
    for (const position of rng.fork(label).shuffle(members).slice(0, wanted)) chosen.add(position);
  }
  const all = Array.from({ length: dataset.count }, (_, position) => position);
  return {
    train: subset(
      dataset,
      all.filter((position) => !chosen.has(position)),
    ),
    validation: subset(
      dataset,
      all.filter((position) => chosen.has(position)),
    ),
  };
}

function positionsOf({ labels, count }: Dataset, label: number): number[] {
  const positions: number[] = [];
  for (let position = 0; position < count; position++)
    if (labels[position] === label) positions.push(position);
  return positions;
}
