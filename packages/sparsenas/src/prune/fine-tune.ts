/**
 * @file Gradual magnitude pruning while the network trains on (Zhu and Gupta, 2017): masks are made from the current weights
 * several times on the way to the final density, after which training continues with the last ones. A block that is gone has
 * no energy left, so it never comes back. BatchNorm statistics are measured afresh at the end. A fine-tuning that is resumed
 * from a checkpoint gives the same bits as one that was not interrupted.
 */
import { createHash } from 'node:crypto';
import { TinyFormerError, type SparsityPattern } from '@tinyformer/core';
import {
  createTrainable,
  extractNetwork,
  recalibrateNorm,
  saveFloatNetwork,
  TrainableNetwork,
  trainNetwork,
  type DatasetSplits,
  type FloatNetwork,
  type TrainingOptions,
} from '@tinyformer/supernas';
import { parseCheckpoint, saveCheckpoint, type FineTuneWork } from './fine-tune-checkpoint.js';
import { networkMasks } from './prune-network.js';
import { scheduledDensity } from './schedule.js';

export interface FineTuneOptions extends Omit<TrainingOptions, 'resume' | 'onEpochEnd'> {
  /** The final densities; layers that are not named stay dense. */
  readonly pattern: SparsityPattern;
  /** The share of the steps over which the density falls, in [0, 1]; default 0.5, 0 prunes at once. */
  readonly pruningShare?: number;
  /** How often masks are made on the way; default 10. */
  readonly pruningRounds?: number;
  /** A checkpoint's text: goes on where it was taken; network, images and options must be those of the interrupted work. */
  readonly resume?: string;
  /** Called with a checkpoint after every epoch. */
  readonly onCheckpoint?: (text: string) => void;
}

/**
 * The network pruned to the pattern and trained on; masked weights are exactly 0. Only training images are used.
 * @throws E_SPARSITY for a pattern that does not fit the network, E_OPTION and E_DIVERGED as `trainNetwork` does; for a
 * checkpoint E_ARTEFACT, E_FORMAT_VERSION when it is damaged or of another version, E_RESUME when it is of other work.
 */
export async function fineTune(
  network: FloatNetwork,
  splits: DatasetSplits,
  options: FineTuneOptions,
): Promise<FloatNetwork> {
  const { resume, onProgress, onCheckpoint, ...training } = options;
  const { pattern, pruningShare = 0.5, pruningRounds = 10, seed } = training;
  checkSchedule(pruningShare, pruningRounds);
  const work = workOf(network, splits, { ...training, pruningShare, pruningRounds });
  const saved = resume === undefined ? undefined : parseCheckpoint(resume, work);
  const { architecture } = network;
  const trainable = saved
    ? TrainableNetwork.restore(architecture, { seed: network.seed, values: saved.values })
    : createTrainable(network);
  try {
    const firstRound = pruningShare === 0 ? pruningRounds : 0;
    let round = pruneFor(trainable, { pattern, round: saved?.round ?? firstRound, pruningRounds });
    await trainNetwork(trainable, splits, {
      ...training,
      ...(saved && { resume: saved.training }),
      onProgress: (progress) => {
        const share = progress.step / progress.steps;
        const due = Math.min(pruningRounds, Math.floor((share / pruningShare) * pruningRounds));
        if (due > round) round = pruneFor(trainable, { pattern, round: due, pruningRounds });
        onProgress?.(progress);
      },
      onEpochEnd: ({ save }) => {
        onCheckpoint?.(saveCheckpoint(trainable, { work, round, training: save() }));
      },
    });
    const statistics = recalibrateNorm(trainable, architecture, { splits, seed });
    return extractNetwork(trainable, architecture, statistics);
  } finally {
    trainable.dispose();
  }
}

function workOf(network: FloatNetwork, { train }: DatasetSplits, options: FineTuneOptions): FineTuneWork {
  const { seed, pattern, pruningShare, pruningRounds, epochs, batchSize } = options;
  const { learningRate, weightDecay, labelSmoothing, clipNorm } = options;
  const start = createHash('sha256').update(saveFloatNetwork(network)).digest('hex');
  const data = { name: train.name, count: train.count };
  const pruning = { pattern, pruningShare, pruningRounds };
  const training = { epochs, batchSize, learningRate, weightDecay, labelSmoothing, clipNorm };
  return { seed, start, settings: { data, ...pruning, ...training } };
}

interface Round {
  readonly pattern: SparsityPattern;
  readonly round: number;
  readonly pruningRounds: number;
}

function pruneFor(trainable: TrainableNetwork, { pattern, round, pruningRounds }: Round): number {
  const current = Object.entries(pattern).map(([name, sparsity]) => {
    const density = scheduledDensity(sparsity.density, round / pruningRounds);
    return [name, { ...sparsity, density }] as const;
  });
  const weights = extractNetwork(trainable, trainable.architecture, {});
  trainable.setMasks(networkMasks(weights, Object.fromEntries(current)));
  return round;
}

function checkSchedule(pruningShare: number, pruningRounds: number): void {
  if (pruningShare >= 0 && pruningShare <= 1 && Number.isInteger(pruningRounds) && pruningRounds > 0) return;
  throw new TinyFormerError(
    'E_OPTION',
    `pruning over the share ${pruningShare} of the training in ${pruningRounds} rounds is not possible`,
    { hint: 'choose a share in [0, 1] and a whole number of rounds of at least 1' },
  );
}
