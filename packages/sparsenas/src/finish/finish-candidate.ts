/**
 * @file The tail of SparseNAS: the found path leaves the supernet with its own copy of the weights, is pruned gradually while
 * it trains on, and becomes integers. Test images are never read.
 */
import type { SparsityPattern } from '@tinyformer/core';
import type { QuantizedNetwork } from '@tinyformer/sparse-engine';
import {
  createTrainable,
  evaluateAccuracy,
  extractNetwork,
  recalibrateNorm,
  type DatasetSplits,
  type FloatNetwork,
  type Supernet,
} from '@tinyformer/supernas';
import { candidateSparsity, type Candidate } from '../evaluate/candidate.js';
import { fineTune, type FineTuneOptions } from '../prune/fine-tune.js';
import { networkStatistics } from '../prune/network-statistics.js';
import type { PrunableOptions } from '../prune/prunable-layers.js';
import { inputQuant } from '../quantize/input-quant.js';
import { observeRanges } from '../quantize/observe-ranges.js';
import { quantizeNetwork, type QuantizeOptions } from '../quantize/quantize-network.js';

export interface FinishOptions extends PrunableOptions, Omit<FineTuneOptions, 'pattern'> {
  readonly splits: DatasetSplits;
  /** Of the quantised network: becomes the name of the C project. */
  readonly name: string;
  /** How many training images calibrate the activations' scales; default 256. */
  readonly calibrationImages?: number;
  readonly range?: QuantizeOptions['range'];
}

export interface FinishedNetwork {
  readonly sparsity: SparsityPattern;
  readonly float: FloatNetwork;
  readonly quantized: QuantizedNetwork;
  /** On validation images, in [0, 1]. */
  readonly validationAccuracy: {
    /** The dense path with the supernet's weights. */
    readonly extracted: number;
    /** Pruned and trained on. */
    readonly float: number;
  };
}

export async function finishCandidate(
  supernet: Supernet,
  candidate: Candidate,
  options: FinishOptions,
): Promise<FinishedNetwork> {
  const { splits, seed } = options;
  const { architecture } = candidate;
  const sparsity = candidateSparsity(candidate, options);
  const statistics = recalibrateNorm(supernet, architecture, { splits, seed });
  const extracted = extractNetwork(supernet, architecture, statistics);
  const float = await fineTune(extracted, splits, { ...options, pattern: sparsity });
  return {
    sparsity,
    float,
    quantized: quantizeTrained(float, { ...options, sparsity }),
    validationAccuracy: {
      extracted: await floatAccuracy(extracted, splits),
      float: await floatAccuracy(float, splits),
    },
  };
}

export type QuantizeTrainedOptions = Pick<
  FinishOptions,
  'splits' | 'seed' | 'name' | 'calibrationImages' | 'range'
> & { readonly sparsity?: SparsityPattern };

/** Calibrates on training images and quantises. */
export function quantizeTrained(network: FloatNetwork, options: QuantizeTrainedOptions): QuantizedNetwork {
  const { splits, seed, name, calibrationImages, range, sparsity } = options;
  const ranges = observeRanges(network, {
    splits,
    seed,
    ...(calibrationImages !== undefined && { images: calibrationImages }),
  });
  return quantizeNetwork(network, {
    ranges,
    input: inputQuant(splits),
    name,
    classes: splits.train.classNames,
    ...(sparsity && { sparsity }),
    ...(range && { range }),
  });
}

/** Of a float network with its own BatchNorm statistics, on validation images unless another set is given. */
export async function floatAccuracy(
  network: FloatNetwork,
  splits: DatasetSplits,
  { dataset = splits.validation }: { readonly dataset?: DatasetSplits['test'] } = {},
): Promise<number> {
  const trainable = createTrainable(network);
  const inference = { training: false, statistics: networkStatistics(network) };
  try {
    return await evaluateAccuracy(
      (x) => trainable.forward(x, network.architecture, inference),
      dataset,
      splits,
    );
  } finally {
    trainable.dispose();
  }
}
