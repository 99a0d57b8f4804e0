/** @file Accuracy on images that training did not see. */
import type * as tf from '@tensorflow/tfjs-core';
import type { Architecture } from '@tinyformer/core';
import { sequentialBatches, type PixelNormalisation } from '../data/batches.js';
import type { Dataset, DatasetSplits } from '../data/dataset.js';
import { imageTensor } from '../network/norm-statistics.js';
import { recalibrateNorm, type RecalibrationOptions } from '../supernet/extract.js';
import type { Network } from '../supernet/network.js';

export interface EvaluationOptions extends PixelNormalisation {
  /** Default 250. */
  readonly batchSize?: number;
  readonly onProgress?: (progress: { readonly done: number; readonly count: number }) => void;
}

/** The share of images, in [0, 1], whose largest logit is that of their label; the first of equal ones counts. */
export async function evaluateAccuracy(
  logits: (x: tf.Tensor4D) => tf.Tensor2D,
  dataset: Dataset,
  options: EvaluationOptions,
): Promise<number> {
  const { batchSize = 250, onProgress } = options;
  let correct = 0;
  let done = 0;
  for (const batch of sequentialBatches(dataset, { ...options, batchSize })) {
    const x = imageTensor(batch, dataset.imageShape);
    const y = logits(x);
    const values = await y.data<'float32'>();
    x.dispose();
    y.dispose();
    batch.labels.forEach((label, i) => {
      if (largest(values.subarray(i * dataset.classes, (i + 1) * dataset.classes)) === label) correct += 1;
    });
    done += batch.count;
    onProgress?.({ done, count: dataset.count });
  }
  return correct / dataset.count;
}

/** Measures a path's BatchNorm statistics on training images, then its accuracy on the given part of the data. */
export async function evaluatePath(
  network: Network,
  architecture: Architecture,
  options: RecalibrationOptions & {
    readonly splits: DatasetSplits;
    /** Default `splits.validation`. */
    readonly dataset?: Dataset;
  },
): Promise<number> {
  const { splits, dataset = splits.validation, masks } = options;
  const statistics = recalibrateNorm(network, architecture, options);
  const inference = { training: false, statistics, ...(masks && { masks }) };
  return evaluateAccuracy((x) => network.forward(x, architecture, inference), dataset, splits);
}

function largest(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
