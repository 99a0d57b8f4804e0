/** @file Where the images come from: drawn shapes or CIFAR-10 files, by the text that users write for it. */
import { createHash } from 'node:crypto';
import { TinyFormerError } from '@tinyformer/core';
import { loadCifar10, subset, syntheticShapes, type Dataset, type DatasetSplits } from '@tinyformer/supernas';

export type DataSource =
  | { readonly kind: 'synthetic' }
  /** `note` is what a reader of the figures must know of this copy, for example "JPEG copy". */
  | { readonly kind: 'cifar10'; readonly directory: string; readonly note?: string };

export interface ImageCounts {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/** `synthetic` or `cifar10:DIR`. @throws E_OPTION */
export function parseDataSource(text: string, note?: string): DataSource {
  if (text === 'synthetic') return { kind: 'synthetic' };
  const [, directory] = /^cifar10:(.+)$/.exec(text) ?? [];
  if (directory !== undefined) return { kind: 'cifar10', directory, ...(note !== undefined && { note }) };
  throw new TinyFormerError('E_OPTION', `there is no data source "${text}"`, {
    hint: 'write synthetic, or cifar10:DIR with the folder of data_batch_1.bin',
    details: { data: text },
  });
}

/** The images, or the first so many of each split. @throws E_DATASET when files are missing or truncated. */
export async function loadSplits(
  data: DataSource,
  { seed, images }: { readonly seed: number; readonly images: ImageCounts | null },
): Promise<DatasetSplits> {
  if (data.kind === 'synthetic') {
    if (images === null) return syntheticShapes({ seed });
    const { train, validation, test } = images;
    return syntheticShapes({ seed, trainCount: train, validationCount: validation, testCount: test });
  }
  const splits = await loadCifar10(data.directory, { seed });
  return images === null
    ? splits
    : {
        ...splits,
        train: firstOf(splits.train, images.train),
        validation: firstOf(splits.validation, images.validation),
        test: firstOf(splits.test, images.test),
      };
}

/** The first so many images, or all where there are fewer. */
export function firstOf(dataset: Dataset, count: number): Dataset {
  return subset(dataset, [...Array(Math.min(count, dataset.count)).keys()]);
}

/** Plain data that says which images these are. */
export interface DatasetSummary {
  readonly name: string;
  readonly note: string | null;
  readonly train: number;
  readonly validation: number;
  readonly test: number;
  /** SHA-256 over all images and labels, in this order of splits. */
  readonly digest: string;
}

export function summariseDataset(splits: DatasetSplits, data: DataSource): DatasetSummary {
  const { train, validation, test } = splits;
  const hash = createHash('sha256');
  for (const { images, labels } of [train, validation, test] as readonly Dataset[]) {
    hash.update(images).update(labels);
  }
  return {
    name: train.name,
    note: (data.kind === 'cifar10' && data.note) || null,
    train: train.count,
    validation: validation.count,
    test: test.count,
    digest: hash.digest('hex'),
  };
}
