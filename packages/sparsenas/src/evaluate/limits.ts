/** @file What a candidate must keep to: the board's memory, and if wanted a latency and a density. */
import type { Board, Cost } from '@tinyformer/core';

export interface Limits {
  readonly board: Board;
  /** The longest estimated inference, in milliseconds. */
  readonly latencyMs?: number;
  /** The largest share of non-zero weights over all convolutions and linear layers, in (0, 1]. */
  readonly maximumDensity?: number;
}

/** A figure beyond its limit. */
export interface Violation {
  readonly figure: 'flashBytes' | 'sramBytes' | 'latencyMs' | 'density';
  readonly value: number;
  readonly limit: number;
}

/** Every limit that these figures break; empty when the candidate is feasible. */
export function violations(
  { cost, density }: { readonly cost: Cost; readonly density: number },
  { board, latencyMs = Infinity, maximumDensity = 1 }: Limits,
): readonly Violation[] {
  const figures: readonly Violation[] = [
    { figure: 'flashBytes', value: cost.flashBytes, limit: board.flashBytes },
    { figure: 'sramBytes', value: cost.sramBytes, limit: board.sramBytes },
    { figure: 'latencyMs', value: cost.latencyMs, limit: latencyMs },
    { figure: 'density', value: density, limit: maximumDensity },
  ];
  return figures.filter(({ value, limit }) => value > limit);
}
