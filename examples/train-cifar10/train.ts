/**
 * @file The recipe: AdamW, one cycle of the learning rate, label smoothing, random crop and flip. Nothing is chosen by the
 * test images: the last epoch's weights are the result, and the accuracy after every epoch is only shown.
 */
import * as tf from '@tensorflow/tfjs';
import { evaluateAccuracy, type DatasetSplits } from '@tinyformer/supernas';
import { adamW, createImageLoader, softmaxCrossEntropy } from '@tinyformer/tfjs-wasm-training';
import type { ImageBatch, ImageLoader, Optimizer } from '@tinyformer/tfjs-wasm-training';
import { loadCheckpoint, saveCheckpoint, type Epoch } from './checkpoint.js';
import { Cifar10Network } from './network.js';

export const RECIPE = {
  ...{ batchSize: 128, peakRate: 2e-3, warmUp: 0.15, weightDecay: 0.05, labelSmoothing: 0.1 },
  augmentation: { shift: 4, flip: true },
};

export interface Progress {
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
}

export interface TrainingRun {
  readonly splits: DatasetSplits;
  readonly epochs: number;
  readonly seed: number;
  /** Of the engine; equal work on another one differs in the last bits. */
  readonly engine: string;
  /** Where checkpoints lie. */
  readonly folder: string;
  readonly onStep: (progress: Progress) => void;
  readonly onEpoch: (epoch: Epoch) => void;
}

/** Trains to the end, from the folder's checkpoint if there is one. */
export async function train(run: TrainingRun): Promise<void> {
  const { splits, epochs, seed, folder } = run;
  const { train: data, pixelOffset, pixelScale } = splits;
  const { batchSize, augmentation, weightDecay } = RECIPE;
  const work = { data: data.name, images: data.count, epochs, seed, engine: run.engine, recipe: RECIPE };
  const network = new Cifar10Network({ seed, classes: data.classes });
  const optimizer = adamW({ weightDecay });
  const done = loadCheckpoint(folder, work);
  if (done) {
    network.parameters.restore(done.weights);
    optimizer.restore(done.optimizer);
  }
  const rows = [...(done?.epochs ?? [])];
  const { height, width, channels } = data.imageShape;
  const imageShape = [height, width, channels] as const;
  const pixels = { images: data.images, labels: data.labels, imageShape, pixelOffset, pixelScale };
  const loader = createImageLoader({ ...pixels, batchSize, seed, augmentation });
  try {
    while (rows.length < epochs) {
      const start = performance.now() - 1000 * (rows.at(-1)?.seconds ?? 0);
      const epoch = rows.length + 1;
      const trainingLoss = await trainEpoch({ ...run, epoch, loader, network, optimizer, imageShape });
      const logits = (images: tf.Tensor4D) => tf.tidy(() => network.logits(images, { training: false }));
      const testAccuracy = await evaluateAccuracy(logits, splits.test, splits);
      rows.push({ epoch, trainingLoss, testAccuracy, seconds: (performance.now() - start) / 1000 });
      const state = { weights: await network.parameters.save(), optimizer: await optimizer.saveAsync() };
      saveCheckpoint(folder, { work, epochs: rows, ...state });
      run.onEpoch(rows.at(-1)!);
    }
  } finally {
    await loader.dispose();
  }
}

interface EpochRun extends TrainingRun {
  /** From 1. */
  readonly epoch: number;
  readonly loader: ImageLoader;
  readonly network: Cifar10Network;
  readonly optimizer: Optimizer;
  readonly imageShape: readonly [number, number, number];
}

/** Returns the mean loss. */
async function trainEpoch(run: EpochRun): Promise<number> {
  const { stepsPerEpoch } = run.loader;
  const steps = run.epochs * stepsPerEpoch;
  let sum = 0;
  for (let step = (run.epoch - 1) * stepsPerEpoch; step < run.epoch * stepsPerEpoch; step++) {
    const batch = await run.loader.batch(step);
    const loss = await trainStep(run, { batch, learningRate: oneCycle(step / steps) });
    sum += loss;
    run.onStep({ step: step + 1, steps, loss });
  }
  return sum / stepsPerEpoch;
}

async function trainStep(
  { network, optimizer, imageShape }: EpochRun,
  { batch, learningRate }: { readonly batch: ImageBatch; readonly learningRate: number },
): Promise<number> {
  const images = tf.tensor4d(batch.images, [batch.labels.length, ...imageShape]);
  const labels = tf.tensor1d(batch.labels, 'int32');
  const variables = [...network.parameters.trainable];
  const { labelSmoothing } = RECIPE;
  const { value, grads } = tf.variableGrads(
    () => softmaxCrossEntropy(network.logits(images, { training: true }), labels, { labelSmoothing }),
    variables,
  );
  const decaying = variables.map((variable) => ({ variable, decay: true }));
  optimizer.step(decaying, grads, learningRate);
  const [loss] = await value.data<'float32'>();
  tf.dispose([images, labels, value, ...Object.values(grads)]);
  return loss!;
}

/** Up and down along half a cosine each, from a 25th of the peak to nothing (Smith, arXiv 1708.07120); `share` of the steps is done. */
function oneCycle(share: number): number {
  const { peakRate, warmUp } = RECIPE;
  const between = (from: number, to: number, part: number) =>
    to + ((from - to) * (1 + Math.cos(Math.PI * part))) / 2;
  return share < warmUp
    ? between(peakRate / 25, peakRate, share / warmUp)
    : between(peakRate, peakRate / 250_000, (share - warmUp) / (1 - warmUp));
}
