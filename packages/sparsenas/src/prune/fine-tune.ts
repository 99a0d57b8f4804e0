/**
 * @file Gradual magnitude pruning while the network trains on (Zhu and Gupta, 2017): masks are made from the current weights
 * several times on the way to the final density, after which training continues with the last ones. A block that is gone has
 * no energy left, so it never comes back. BatchNorm statistics are measured afresh at the end.
 */
import { TinyFormerError, type SparsityPattern } from '@tinyformer/core';
import {
  createTrainable,
  extractNetwork,
  recalibrateNorm,
  trainNetwork,
  type DatasetSplits,
  type FloatNetwork,
  type TrainableNetwork,
  type TrainingOptions,
} from '@tinyformer/supernas';
import { networkMasks } from './prune-network.js';
import { scheduledDensity } from './schedule.js';

export interface FineTuneOptions extends Omit<TrainingOptions, 'resume' | 'onEpochEnd'> {
  /** The final densities; layers that are not named stay dense. */
  readonly pattern: SparsityPattern;
  /** The share of the steps over which the density falls, in [0, 1]; default 0.5, 0 prunes at once. */
  readonly pruningShare?: number;
  /** How often masks are made on the way; default 10. */
  readonly pruningRounds?: number;
}

/**
 * The network pruned to the pattern and trained on; masked weights are exactly 0. Only training images are used.
 * @throws E_SPARSITY for a pattern that does not fit the network, E_OPTION and E_DIVERGED as `trainNetwork` does.
 */
export async function fineTune(
  network: FloatNetwork,
  splits: DatasetSplits,
  options: FineTuneOptions,
): Promise<FloatNetwork> {
  const { pattern, pruningShare = 0.5, pruningRounds = 10, onProgress, seed } = options;
  checkSchedule(pruningShare, pruningRounds);
  const trainable = createTrainable(network);
  try {
    let round = pruneFor(trainable, {
      pattern,
      round: pruningShare === 0 ? pruningRounds : 0,
      pruningRounds,
    });
    await trainNetwork(trainable, splits, {
      ...options,
      onProgress: (progress) => {
        const share = progress.step / progress.steps;
        const due = Math.min(pruningRounds, Math.floor((share / pruningShare) * pruningRounds));
        if (due > round) round = pruneFor(trainable, { pattern, round: due, pruningRounds });
        onProgress?.(progress);
      },
    });
    const statistics = recalibrateNorm(trainable, network.architecture, { splits, seed });
    return extractNetwork(trainable, network.architecture, statistics);
  } finally {
    trainable.dispose();
  }
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
