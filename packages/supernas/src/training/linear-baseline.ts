/** @file What softmax regression on the pixels reaches: the figure that says how much of a task needs more than a linear map. */
import * as tf from '@tensorflow/tfjs-core';
import { INPUT, type Layer } from '@tinyformer/core';
import { imageLength, type DatasetSplits } from '../data/dataset.js';
import { forward } from '../network/forward.js';
import { NetworkVariables } from '../network/variables.js';
import { evaluateAccuracy } from './evaluate.js';
import { runTraining, type TrainingProgress } from './loop.js';

export interface LinearBaselineOptions {
  readonly seed: number;
  /** Default 10; the epoch with the best validation accuracy counts. */
  readonly epochs?: number;
  readonly onProgress?: (progress: TrainingProgress) => void;
}

export interface LinearBaseline {
  /** Shares in [0, 1]. */
  readonly validationAccuracy: number;
  readonly testAccuracy: number;
  /** The epoch that was kept. */
  readonly epoch: number;
}

export async function linearBaseline(
  splits: DatasetSplits,
  options: LinearBaselineOptions,
): Promise<LinearBaseline> {
  const { seed, epochs = 10, onProgress } = options;
  const layers = [classifier(splits)];
  const variables = NetworkVariables.create(layers, { seed });
  const logits = (x: tf.Tensor4D) =>
    tf.tidy(() => forward(flatten(x), layers, { training: false, variables }));
  let best: LinearBaseline = { validationAccuracy: -1, testAccuracy: 0, epoch: 0 };
  let bestValues: tf.Tensor[] = [];
  const keepIfBest = async (epoch: number) => {
    const validationAccuracy = await evaluateAccuracy(logits, splits.validation, splits);
    if (validationAccuracy <= best.validationAccuracy) return;
    best = { validationAccuracy, testAccuracy: 0, epoch };
    tf.dispose(bestValues);
    bestValues = variables.all.map(({ variable }) => tf.clone(variable as tf.Tensor));
  };
  try {
    await runTraining({
      splits: { ...splits, augmentation: { shift: 0, flip: false } },
      variables,
      logits,
      epochs,
      seed,
      batchSize: Math.min(64, splits.train.count),
      learningRate: 1e-3,
      labelSmoothing: 0,
      ...(onProgress && { onProgress }),
      onEpochEnd: ({ epoch }) => keepIfBest(epoch),
    });
    variables.all.forEach(({ variable }, index) => {
      variable.assign(bestValues[index]!);
    });
    return { ...best, testAccuracy: await evaluateAccuracy(logits, splits.test, splits) };
  } finally {
    variables.dispose();
    tf.dispose(bestValues);
  }
}

function classifier({ train }: DatasetSplits): Layer {
  return {
    op: 'linear',
    name: 'classifier',
    inputs: [INPUT],
    inputShape: [1, 1, imageLength(train.imageShape)],
    outputShape: [1, 1, train.classes],
  };
}

function flatten(x: tf.Tensor4D): tf.Tensor4D {
  return tf.reshape(x, [x.shape[0], 1, 1, -1]);
}
