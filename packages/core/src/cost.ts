/** @file What a candidate costs on a board, and who may be asked for it. supernas is handed a model and knows no engine. */
import type { Architecture } from './architecture.js';
import type { Board } from './board.js';
import type { SparsityPattern } from './sparsity.js';

export interface Cost {
  /** Weights, encodings and tables; code not included. */
  readonly flashBytes: number;
  /** Activation arena plus kernel scratch. */
  readonly sramBytes: number;
  readonly macs: number;
  /** MACs with a weight that is kept. */
  readonly nonZeroMacs: number;
  /** An estimate, never a measurement. */
  readonly cycles: number;
  readonly latencyMs: number;
}

export interface CostModel {
  /** The cost of one inference. Pure: the same question has the same answer. */
  estimate(
    architecture: Architecture,
    options: { readonly board: Board; readonly sparsity?: SparsityPattern },
  ): Cost;
}

/** Does it fit? Latency is not a limit here. */
export function fits(cost: Pick<Cost, 'flashBytes' | 'sramBytes'>, board: Board): boolean {
  return cost.flashBytes <= board.flashBytes && cost.sramBytes <= board.sramBytes;
}
