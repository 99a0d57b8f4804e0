/** @file SparseNAS: the search for the best sparse single path of a trained supernet under a board's limits. */
import { createHash } from 'node:crypto';
import { DEFAULT_BLOCK, toBytes, type Board, type CostModel } from '@tinyformer/core';
import type { DatasetSplits, Supernet } from '@tinyformer/supernas';
import { supernetAccuracy } from '../evaluate/supernet-accuracy.js';
import type { PrunableOptions } from '../prune/prunable-layers.js';
import { evolveSparse, type EvolutionOptions, type SearchResult } from './evolve-sparse.js';

export interface SparseNASOptions extends PrunableOptions {
  /** Trained; it is only read, and stays the caller's to dispose. */
  readonly supernet: Supernet;
  /** Accuracy is measured on `validation`, BatchNorm on `train`; `test` is never read. */
  readonly splits: DatasetSplits;
  readonly board: Board;
  readonly costModel: CostModel;
  readonly seed: number;
  /** The choices of every density group; default 1, 0.75, 0.5, 0.375 and 0.25. */
  readonly densities?: readonly number[];
  /** The longest estimated inference, in milliseconds. */
  readonly latencyMs?: number;
  /** The largest share of weights kept over all convolutions and linear layers; default 1. */
  readonly maximumDensity?: number;
  /** How many validation images judge a candidate; default all. */
  readonly validationImages?: number;
}

export type SparseSearchOptions = Pick<
  EvolutionOptions,
  'generations' | 'population' | 'resume' | 'onProgress'
>;

export const DEFAULT_DENSITIES: readonly number[] = [1, 0.75, 0.5, 0.375, 0.25];

export class SparseNAS {
  constructor(private readonly options: SparseNASOptions) {}

  /** @throws E_SEARCH, E_RESUME, E_OPTION as {@link evolveSparse} does. */
  search(options: SparseSearchOptions = {}): Promise<SearchResult> {
    const { supernet, splits, board, costModel, seed, latencyMs, maximumDensity, validationImages } =
      this.options;
    const { block = DEFAULT_BLOCK, classifier = false, densities = DEFAULT_DENSITIES } = this.options;
    const prunable = { block, classifier };
    const limits = {
      board,
      ...(latencyMs !== undefined && { latencyMs }),
      ...(maximumDensity !== undefined && { maximumDensity }),
    };
    return evolveSparse({
      ...options,
      ...prunable,
      space: supernet.space,
      densities,
      limits,
      costModel,
      seed,
      accuracyOf: supernetAccuracy(supernet, {
        ...prunable,
        splits,
        seed,
        ...(validationImages !== undefined && { validationImages }),
      }),
      context: {
        weights: weightsDigest(supernet),
        data: splits.validation.name,
        validationImages: validationImages ?? splits.validation.count,
      },
    });
  }
}

/** Tells whether a saved history was made with these very weights. */
function weightsDigest({ variables }: Supernet): string {
  const hash = createHash('sha256');
  for (const { variable } of variables.all) hash.update(toBytes(variable.dataSync<'float32'>()));
  return hash.digest('hex');
}
