/**
 * @file Block sparsity: a weight matrix [rows, columns] is cut into blocks, and every group of `blockRows` rows keeps the
 * same number of blocks ("row-balanced"), the layout that the fastest kernels want.
 */

export interface BlockShape {
  readonly blockRows: number;
  readonly blockColumns: number;
}

/** The default: 2 output rows x 4 input channels share a pattern. */
export const DEFAULT_BLOCK: BlockShape = { blockRows: 2, blockColumns: 4 };

export interface LayerSparsity extends BlockShape {
  /** The share of blocks kept in every row group, in (0, 1]. */
  readonly density: number;
}

/** Sparsity by layer name; a layer that is not named is dense. */
export type SparsityPattern = Readonly<Record<string, LayerSparsity>>;

/** Blocks kept of every row group of a matrix with this many columns: at least one. */
export function keptBlocksPerGroup(columns: number, { blockColumns, density }: LayerSparsity): number {
  const blocks = Math.ceil(columns / blockColumns);
  return Math.max(1, Math.min(blocks, Math.round(blocks * density)));
}
