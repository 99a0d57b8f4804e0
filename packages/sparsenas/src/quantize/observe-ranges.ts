/**
 * @file Calibration: runs the float network over training images and keeps a histogram of every layer's output, and of every
 * attention's scores, which exist only inside the layer. Test and validation images are never looked at.
 */
import { expandArchitecture, type AttentionLayer, type Layer } from '@tinyformer/core';
import {
  createBatcher,
  createTrainable,
  imageTensor,
  type DatasetSplits,
  type FloatNetwork,
} from '@tinyformer/supernas';
import * as tf from '@tensorflow/tfjs-core';
import { networkStatistics } from '../prune/network-statistics.js';
import { attentionScores } from './attention-scores.js';
import { EMPTY_HISTOGRAM, observe, type Histogram } from './histogram.js';

/** What calibration saw, by layer name. */
export interface NetworkRanges {
  readonly outputs: Readonly<Record<string, Histogram>>;
  /** Of q k^T / sqrt(width / heads), for attention layers. */
  readonly scores: Readonly<Record<string, Histogram>>;
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
  const { train, pixelScale, pixelOffset } = splits;
  const batchSize = Math.min(BATCH, train.count);
  const batcher = createBatcher(train, { pixelScale, pixelOffset, batchSize, seed });
  const steps = Math.min(Math.ceil(images / batchSize), batcher.stepsPerEpoch);
  const observer = createObserver(expandArchitecture(network.architecture));
  const statistics = networkStatistics(network);
  const trainable = createTrainable(network);
  try {
    for (let step = 0; step < steps; step++) {
      tf.tidy(() => {
        trainable.forward(imageTensor(batcher.batch(step), train.imageShape), network.architecture, {
          training: false,
          statistics,
          onOutput: (layer, output) => observer.see(layer, output.dataSync<'float32'>()),
        });
      });
    }
  } finally {
    trainable.dispose();
  }
  return observer.ranges();
}

interface Observer {
  see(layer: Layer, output: Float32Array): void;
  ranges(): NetworkRanges;
}

/** Keeps the batch's queries and keys until the attention that reads them comes. */
function createObserver(layers: readonly Layer[]): Observer {
  const outputs: Record<string, Histogram> = {};
  const scores: Record<string, Histogram> = {};
  const attentions = layers.filter((layer): layer is AttentionLayer => layer.op === 'attention');
  const needed = new Set(attentions.flatMap(({ inputs }) => inputs.slice(0, 2)));
  const held = new Map<string, Float32Array>();
  const add = (histograms: Record<string, Histogram>, name: string, values: Float32Array) => {
    histograms[name] = observe(histograms[name] ?? EMPTY_HISTOGRAM, values);
  };
  return {
    see(layer, output) {
      add(outputs, layer.name, output);
      if (needed.has(layer.name)) held.set(layer.name, output);
      if (layer.op !== 'attention') return;
      const [query, key] = layer.inputs.slice(0, 2).map((name) => held.get(name)!) as [
        Float32Array,
        Float32Array,
      ];
      add(scores, layer.name, attentionScores(query, key, layer));
    },
    ranges: () => ({ outputs, scores }),
  };
}
