/**
 * @file The one training loop: AdamW, one learning-rate cycle, clipped gradients, label smoothing. Every step is a function of
 * seed, step number, weights and moments, so that a resumed training gives the same bits as one that was not interrupted.
 */
import * as tf from '@tensorflow/tfjs-core';
import { TinyFormerError } from '@tinyformer/core';
import {
  adamW,
  clipGradientNorm,
  createImageLoader,
  softmaxCrossEntropy,
  type ImageBatch,
  type ImageLoader,
  type Optimizer,
} from '@tinyformer/tfjs-wasm-training';
import type { DatasetSplits } from '../data/dataset.js';
import { imageTensor } from '../network/norm-statistics.js';
import type { NetworkVariable, NetworkVariables } from '../network/variables.js';
import type { TrainingState } from '../supernet/training-state.js';
import { learningRateAt } from './schedule.js';

export interface TrainingOptions {
  readonly epochs: number;
  /** Orders and augments the images and draws the paths. */
  readonly seed: number;
  /** At most the number of training images; default 64. */
  readonly batchSize?: number;
  /** The peak of the cycle, default 8e-3. */
  readonly learningRate?: number;
  /** Default 0.02. */
  readonly weightDecay?: number;
  /** Default 0.1. */
  readonly labelSmoothing?: number;
  /** Limit of the gradients' common norm, default 2. */
  readonly clipNorm?: number;
  /** Continues where this state was taken; all other options must be those of the interrupted training. */
  readonly resume?: TrainingState;
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** Called after every epoch. */
  readonly onEpochEnd?: (epoch: EpochEnd) => void | Promise<void>;
}

export interface TrainingProgress {
  /** Steps done and to do, over all epochs. */
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
}

export interface EpochEnd {
  /** Epochs done. */
  readonly epoch: number;
  /** Mean over the epoch's steps in this process. */
  readonly loss: number;
  /** What a resumed training needs beside the weights. */
  readonly save: () => TrainingState;
}

export interface TrainingResult {
  readonly steps: number;
  /** Mean loss of every epoch run in this process. */
  readonly epochLosses: readonly number[];
}

const DEFAULT_BATCH = 64;

interface LoopOptions extends TrainingOptions {
  readonly splits: DatasetSplits;
  readonly variables: NetworkVariables;
  readonly logits: (x: tf.Tensor4D, step: number) => tf.Tensor2D;
}

/** @throws E_OPTION, E_BATCH for impossible options, E_DIVERGED when the loss is no longer finite. */
export async function runTraining(options: LoopOptions): Promise<TrainingResult> {
  const { epochs, weightDecay = 0.02, resume } = options;
  checkOptions(options);
  const loader = loaderOf(options);
  const { stepsPerEpoch } = loader;
  const steps = epochs * stepsPerEpoch;
  const optimizer = adamW({ weightDecay });
  const epochLosses: number[] = [];
  try {
    if (resume) restoreMoments(optimizer, { variables: options.variables.all, state: resume });
    let lossSum = 0;
    let lossCount = 0;
    for (let step = resume?.step ?? 0; step < steps; step++) {
      const batch = await loader.batch(step);
      const loss = await trainStep({ ...options, step, steps, optimizer, batch });
      lossSum += loss;
      lossCount += 1;
      options.onProgress?.({ step: step + 1, steps, loss });
      if ((step + 1) % stepsPerEpoch !== 0) continue;
      epochLosses.push(lossSum / lossCount);
      const save = () => saveState(optimizer, { variables: options.variables.all, step: step + 1 });
      const epoch = (step + 1) / stepsPerEpoch;
      await options.onEpochEnd?.({ epoch, loss: lossSum / lossCount, save });
      lossSum = lossCount = 0;
    }
  } finally {
    optimizer.dispose();
    await loader.dispose();
  }
  return { steps, epochLosses };
}

/** Augments the next steps' images in a thread of its own; a batch is a function of seed and step. */
function loaderOf({ splits, seed, batchSize = DEFAULT_BATCH }: LoopOptions): ImageLoader {
  const { train, augmentation, pixelOffset, pixelScale } = splits;
  const { height, width, channels } = train.imageShape;
  return createImageLoader({
    ...{ images: train.images, labels: train.labels, imageShape: [height, width, channels] },
    ...{ batchSize, seed, augmentation, pixelOffset, pixelScale },
  });
}

interface StepOptions extends LoopOptions {
  readonly step: number;
  readonly steps: number;
  readonly optimizer: Optimizer;
  readonly batch: ImageBatch;
}

async function trainStep(options: StepOptions): Promise<number> {
  const { splits, variables, logits, optimizer, batch, step, steps } = options;
  const { learningRate = 8e-3, labelSmoothing = 0.1, clipNorm = 2 } = options;
  const x = imageTensor({ images: batch.images, count: batch.labels.length }, splits.train.imageShape);
  const labels = tf.tensor1d(batch.labels, 'int32');
  const { value, grads } = tf.variableGrads(
    () => softmaxCrossEntropy(logits(x, step), labels, { labelSmoothing }),
    variables.all.map(({ variable }) => variable),
  );
  const [loss] = await value.data<'float32'>();
  if (Number.isFinite(loss)) {
    clipGradientNorm(grads, clipNorm);
    optimizer.step(variables.all, grads, learningRateAt(step, { steps, peak: learningRate }));
  }
  tf.dispose([x, labels, value, ...Object.values(grads)]);
  if (Number.isFinite(loss)) return loss!;
  throw new TinyFormerError('E_DIVERGED', `the loss is ${loss} at step ${step} of ${steps}`, {
    hint: `use a learning rate below ${learningRate}`,
    details: { step, loss, learningRate },
  });
}

function checkOptions({
  epochs,
  learningRate = 1,
  resume,
  batchSize = DEFAULT_BATCH,
  splits,
}: LoopOptions): void {
  const { count } = splits.train;
  const wrong =
    !Number.isInteger(epochs) || epochs < 1
      ? `epochs is ${epochs}`
      : !(learningRate > 0)
        ? `learningRate is ${learningRate}`
        : resume && (!Number.isInteger(resume.step) || resume.step < 0)
          ? `the training state has step ${resume.step}`
          : undefined;
  if (wrong !== undefined) {
    throw new TinyFormerError('E_OPTION', wrong, {
      hint: 'epochs is a whole number of at least 1, the learning rate is positive',
    });
  }
  if (Number.isInteger(batchSize) && batchSize >= 1 && batchSize <= count) return;
  throw new TinyFormerError('E_BATCH', `a batch of ${batchSize} cannot be drawn from ${count} images`, {
    hint: `choose a whole number from 1 to ${count}`,
    details: { batchSize, count },
  });
}

/** The optimizer knows variables by their name in this process, a state by their key. */
function saveState(
  optimizer: Optimizer,
  { variables, step }: { readonly variables: readonly NetworkVariable[]; readonly step: number },
): TrainingState {
  const saved = optimizer.save();
  const moments = variables.flatMap(({ key, variable }) => {
    const state = saved[variable.name];
    return state ? [[key, state] as const] : [];
  });
  return { step, moments: Object.fromEntries(moments) };
}

function restoreMoments(
  optimizer: Optimizer,
  { variables, state }: { readonly variables: readonly NetworkVariable[]; readonly state: TrainingState },
): void {
  const moments = variables.flatMap(({ key, variable }) => {
    const saved = state.moments[key];
    return saved ? [[variable.name, saved] as const] : [];
  });
  optimizer.restore(Object.fromEntries(moments));
}
