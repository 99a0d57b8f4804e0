/**
 * @file How much a space can hold on a board, without training: the share of its paths that fit, and how large the fitting
 * ones are. More MACs within the same memory go with more accuracy (after Lin et al., "MCUNet", 2020).
 */
import { fits, type Architecture, type Board, type CostModel, type Rng } from '@tinyformer/core';
import { largestArchitecture, smallestArchitecture } from '../space/measure.js';
import { sampleArchitecture } from '../space/sample.js';
import type { SearchSpace } from '../space/search-space.js';

export interface Capacity {
  /** Paths asked for their cost. */
  readonly samples: number;
  /** Share of them that fit the board, in [0, 1]. */
  readonly fitShare: number;
  /** Geometric mean of the MACs of those that fit; 0 when none does. */
  readonly meanMacs: number;
  /** 90th percentile of the same; 0 when none fits. */
  readonly upperMacs: number;
  /** fitShare times the mean of log MACs, placed on [0, 1] between the vast space's smallest and largest path. */
  readonly score: number;
}

export interface CapacityOptions {
  readonly board: Board;
  readonly costModel: CostModel;
  readonly rng: Rng;
  readonly samples: number;
  /** MACs of the vast space's extremes. */
  readonly macsRange: MacsRange;
}

export interface MacsRange {
  readonly smallest: number;
  readonly largest: number;
}

/** The MACs of a space's smallest and largest path. */
export function macsRange(
  space: SearchSpace,
  { board, costModel }: { readonly board: Board; readonly costModel: CostModel },
): MacsRange {
  return {
    smallest: costModel.estimate(smallestArchitecture(space), { board }).macs,
    largest: costModel.estimate(largestArchitecture(space), { board }).macs,
  };
}

/** The capacity of a space, and the sampled paths that fit, in the order drawn. */
export function measureCapacity(
  space: SearchSpace,
  options: CapacityOptions,
): { readonly capacity: Capacity; readonly fitting: readonly Architecture[] } {
  const { board, costModel, rng, samples, macsRange } = options;
  const priced = Array.from({ length: samples }, () => {
    const architecture = sampleArchitecture(space, rng);
    return { architecture, cost: costModel.estimate(architecture, { board }) };
  });
  const fitting = priced.filter(({ cost }) => fits(cost, board));
  const logs = fitting.map(({ cost }) => Math.log(cost.macs)).sort((a, b) => a - b);
  const fitShare = fitting.length / samples;
  const meanLog = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  const upperLog = logs[Math.floor((logs.length - 1) * 0.9)];
  return {
    capacity: {
      samples,
      fitShare,
      meanMacs: logs.length > 0 ? Math.exp(meanLog) : 0,
      upperMacs: upperLog === undefined ? 0 : Math.exp(upperLog),
      score: logs.length > 0 ? fitShare * place(meanLog, macsRange) : 0,
    },
    fitting: fitting.map(({ architecture }) => architecture),
  };
}

function place(logMacs: number, { smallest, largest }: MacsRange): number {
  if (largest <= smallest) return 1;
  return (logMacs - Math.log(smallest)) / (Math.log(largest) - Math.log(smallest));
}
