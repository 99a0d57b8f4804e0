/**
 * @file The accuracy of a sparse path with a supernet's shared weights: masks from those weights, BatchNorm statistics of the
 * masked path from training images, correct answers on validation images. The supernet is not changed.
 */
import * as tf from '@tensorflow/tfjs-core';
import {
  createMasks,
  evaluatePath,
  extractNetwork,
  subset,
  type DatasetSplits,
  type Supernet,
} from '@tinyformer/supernas';
import type { PrunableOptions } from '../prune/prunable-layers.js';
import { networkMasks } from '../prune/prune-network.js';
import { candidateSparsity } from './candidate.js';
import type { AccuracyOf } from './evaluate-candidate.js';

export interface SupernetAccuracyOptions extends PrunableOptions {
  readonly splits: DatasetSplits;
  /** Draws the images for the BatchNorm statistics. */
  readonly seed: number;
  /** How many validation images are looked at, from the first; default all. */
  readonly validationImages?: number;
  /** Batches of 128 training images for the BatchNorm statistics; default 4. */
  readonly recalibrationBatches?: number;
}

export function supernetAccuracy(supernet: Supernet, options: SupernetAccuracyOptions): AccuracyOf {
  const { splits, seed, validationImages = Infinity, recalibrationBatches = 4 } = options;
  const { validation } = splits;
  const looked = Math.min(validation.count, validationImages);
  const dataset = subset(validation, [...Array(looked).keys()]);
  return async (candidate) => {
    const { architecture } = candidate;
    const weights = extractNetwork(supernet, architecture, {});
    const masks = createMasks(architecture, networkMasks(weights, candidateSparsity(candidate, options)));
    try {
      return await evaluatePath(supernet, architecture, {
        splits,
        dataset,
        seed,
        masks,
        batches: recalibrationBatches,
      });
    } finally {
      tf.dispose(Object.values(masks));
    }
  };
}
