/**
 * @file Calibration: runs the float network over training images and keeps a histogram of every layer's output. Test and
 * validation images are never looked at.
 */
import {
  createTrainable,
  drawImages,
  imageTensor,
  sequentialBatches,
  type DatasetSplits,
  type FloatNetwork,
} from '@tinyformer/supernas';
import * as tf from '@tensorflow/tfjs-core';
import { networkStatistics } from '../prune/network-statistics.js';
import { EMPTY_HISTOGRAM, observe, type Histogram } from './histogram.js';

/** What calibration saw, by layer name. */
export interface NetworkRanges {
  readonly outputs: Readonly<Record<string, Histogram>>;
}

export interface CalibrationOptions {
  readonly splits: Pick<DatasetSplits, 'train' | 'pixelScale' | 'pixelOffset'>;
  /** Which training images are drawn. */
  readonly seed: number;
  /** How many; default 256, or all if they are fewer. */
  readonly images?: number;
}

const BATCH = 32;

export function observeRanges(network: FloatNetwork, options: CalibrationOptions): NetworkRanges {
  const { splits, seed, images = 256 } = options;
  const drawn = drawImages(splits.train, { count: images, seed });
  const outputs: Record<string, Histogram> = {};
  const statistics = networkStatistics(network);
  const trainable = createTrainable(network);
  try {
    for (const batch of sequentialBatches(drawn, { ...splits, batchSize: BATCH })) {
      tf.tidy(() => {
        trainable.forward(imageTensor(batch, drawn.imageShape), network.architecture, {
          training: false,
          statistics,
          onOutput: ({ name }, output) => {
            outputs[name] = observe(outputs[name] ?? EMPTY_HISTOGRAM, output.dataSync<'float32'>());
          },
        });
      });
    }
  } finally {
    trainable.dispose();
  }
  return { outputs };
}
