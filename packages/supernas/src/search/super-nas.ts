/**
 * @file SuperNAS (TinyFormer, arXiv 2311.01759) finds the supernet worth training: parts of a vast space are ranked by what
 * they can hold on the board and by the accuracy of their fitting paths after a short training. Validation images decide.
 */
import {
  createRng,
  formatBytes,
  TinyFormerError,
  type Architecture,
  type Board,
  type CostModel,
  type Rng,
} from '@tinyformer/core';
import type { DatasetSplits } from '../data/dataset.js';
import { cutSpaces } from '../space/cut.js';
import { countArchitectures, smallestArchitecture } from '../space/measure.js';
import type { SearchSpace } from '../space/search-space.js';
import { Supernet } from '../supernet/supernet.js';
import { evaluatePath } from '../training/evaluate.js';
import type { TrainingOptions, TrainingProgress } from '../training/loop.js';
import { trainSupernet } from '../training/train.js';
import { macsRange, measureCapacity, type Capacity, type MacsRange } from './capacity.js';

export interface SuperNASOptions {
  /** The vast space that candidates are cut from. */
  readonly space: SearchSpace;
  readonly board: Board;
  readonly costModel: CostModel;
  readonly seed: number;
}

export interface SuperNASSearchOptions extends Pick<
  TrainingOptions,
  'batchSize' | 'learningRate' | 'weightDecay' | 'labelSmoothing' | 'clipNorm'
> {
  /** Parts of the space to compare, default 4. */
  readonly candidates?: number;
  /** Of each candidate's short training, default 1. */
  readonly epochs?: number;
  /** Paths a candidate whose cost is asked, default 64. */
  readonly capacitySamples?: number;
  /** Fitting paths a candidate whose validation accuracy is measured, default 4. */
  readonly accuracySamples?: number;
  /** Weight of accuracy against capacity in the score, in [0, 1]; default 0.5. */
  readonly accuracyWeight?: number;
  readonly onProgress?: (progress: SuperNASProgress) => void;
}

export interface SuperNASProgress extends TrainingProgress {
  /** Candidate in training, from 0. */
  readonly candidate: number;
  readonly candidates: number;
}

export interface RankedSpace {
  readonly space: SearchSpace;
  /** Paths of the space, a decimal whole number. */
  readonly architectures: string;
  readonly capacity: Capacity;
  /** Mean validation accuracy, in [0, 1], of sampled fitting paths after the short training; 0 when none fits. */
  readonly accuracy: number;
  readonly score: number;
}

/** Plain data. */
export interface SuperNASResult {
  readonly best: SearchSpace;
  /** All candidates, the best first. */
  readonly ranking: readonly RankedSpace[];
}

export class SuperNAS {
  readonly #options: SuperNASOptions;

  constructor(options: SuperNASOptions) {
    this.#options = options;
  }

  /**
   * Cuts, measures, trains and ranks. Needs an engine in use (`useTraining`).
   * @throws E_SPACE_FITS_NO_BOARD when no sampled path of any candidate fits the board, before anything is trained.
   */
  async search(splits: DatasetSplits, options: SuperNASSearchOptions = {}): Promise<SuperNASResult> {
    const { candidates: count = 4, capacitySamples = 64, accuracyWeight = 0.5 } = options;
    const { space, seed } = this.#options;
    const rng = createRng(seed).fork('supernas');
    const range = macsRange(space, this.#options);
    const candidates = cutSpaces(space, count, rng.fork('cut')).map((part) => ({
      part,
      ...this.#measure(part, { rng: rng.fork(part.name), samples: capacitySamples, range }),
    }));
    if (candidates.every(({ fitting }) => fitting.length === 0)) throw this.#fitsNoBoard();
    const ranking: RankedSpace[] = [];
    for (const [candidate, { part, capacity, fitting }] of candidates.entries()) {
      const accuracy = await this.#probe(part, fitting, { ...options, splits, candidate, candidates: count });
      ranking.push({
        space: part,
        architectures: countArchitectures(part).toString(),
        capacity,
        accuracy,
        score: accuracyWeight * accuracy + (1 - accuracyWeight) * capacity.score,
      });
    }
    ranking.sort((a, b) => b.score - a.score);
    return { best: ranking.find(({ capacity }) => capacity.fitShare > 0)!.space, ranking };
  }

  #measure(
    part: SearchSpace,
    { rng, samples, range }: { readonly rng: Rng; readonly samples: number; readonly range: MacsRange },
  ) {
    const { board, costModel } = this.#options;
    return measureCapacity(part, { board, costModel, rng, samples, macsRange: range });
  }

  /** A short training, then the mean validation accuracy of a few fitting paths. */
  async #probe(
    part: SearchSpace,
    fitting: readonly Architecture[],
    options: SuperNASSearchOptions & {
      readonly splits: DatasetSplits;
      readonly candidate: number;
      readonly candidates: number;
    },
  ): Promise<number> {
    const { splits, epochs = 1, accuracySamples = 4, candidate, candidates, onProgress } = options;
    const { seed } = this.#options;
    const paths = fitting.slice(0, accuracySamples);
    if (paths.length === 0) return 0;
    const supernet = Supernet.create(part, { seed });
    try {
      await trainSupernet(supernet, splits, {
        ...options,
        epochs,
        seed,
        onProgress: (progress) => onProgress?.({ ...progress, candidate, candidates }),
      });
      let sum = 0;
      for (const path of paths) sum += await evaluatePath(supernet, path, { splits, seed, batches: 4 });
      return sum / paths.length;
    } finally {
      supernet.dispose();
    }
  }

  #fitsNoBoard(): TinyFormerError {
    const { space, board, costModel } = this.#options;
    const cost = costModel.estimate(smallestArchitecture(space), { board });
    return new TinyFormerError(
      'E_SPACE_FITS_NO_BOARD',
      `no sampled path of "${space.name}" fits ${board.name}: the smallest needs ${formatBytes(cost.flashBytes)} of ` +
        `flash and ${formatBytes(cost.sramBytes)} of SRAM, the board has ${formatBytes(board.flashBytes)} and ` +
        formatBytes(board.sramBytes),
      {
        hint: 'allow fewer channels, smaller widths or more strides, or choose a larger board',
        details: { space: space.name, board: board.name, smallest: cost },
      },
    );
  }
}
