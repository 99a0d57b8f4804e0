/** @file Training a supernet by sampling one path a step (Guo et al., 2019), and training one path, in the same loop. */
import { createRng, TinyFormerError, type Architecture } from '@tinyformer/core';
import type { DatasetSplits } from '../data/dataset.js';
import { largestArchitecture } from '../space/measure.js';
import { sampleArchitecture } from '../space/sample.js';
import type { Network } from '../supernet/network.js';
import type { Supernet } from '../supernet/supernet.js';
import type { TrainableNetwork } from '../supernet/trainable-network.js';
import { runTraining, type TrainingOptions, type TrainingResult } from './loop.js';

export interface SupernetTrainingOptions extends TrainingOptions {
  /** Every so many steps the largest path is trained, which reaches all weights (after Yu et al., "BigNAS", 2020); 0 for never, default 3. */
  readonly largestEvery?: number;
}

/** Trains the shared weights in place; each step one path, uniform over the space's decisions. */
export function trainSupernet(
  supernet: Supernet,
  splits: DatasetSplits,
  options: SupernetTrainingOptions,
): Promise<TrainingResult> {
  const { seed, largestEvery = 3 } = options;
  const rng = createRng(seed).fork('paths');
  const largest = largestArchitecture(supernet.space);
  const pathAt = (step: number) =>
    largestEvery > 0 && step % largestEvery === 0
      ? largest
      : sampleArchitecture(supernet.space, rng.fork(step));
  return trainPaths(supernet, pathAt, { ...options, splits });
}

/** Trains a single path in place, keeping its masked weights at 0. */
export function trainNetwork(
  network: TrainableNetwork,
  splits: DatasetSplits,
  options: TrainingOptions,
): Promise<TrainingResult> {
  return trainPaths(network, () => network.architecture, { ...options, splits });
}

async function trainPaths(
  network: Network,
  pathAt: (step: number) => Architecture,
  options: TrainingOptions & { readonly splits: DatasetSplits },
): Promise<TrainingResult> {
  checkClasses(pathAt(0), options.splits);
  return runTraining({
    ...options,
    variables: network.variables,
    logits: (x, step) => network.forward(x, pathAt(step), { training: true }),
  });
}

/** Labels beyond the network's classes would fail in the loss, classes without images never. */
function checkClasses({ classes }: Architecture, { train }: DatasetSplits): void {
  if (classes === train.classes) return;
  throw new TinyFormerError(
    'E_DATASET',
    `the network has ${classes} classes, "${train.name}" ${train.classes}`,
    {
      hint: 'give the search space the number of classes of the images',
      details: { classes, dataset: train.classes },
    },
  );
}
