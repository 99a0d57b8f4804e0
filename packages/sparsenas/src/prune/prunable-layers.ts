/**
 * @file Which layers may be pruned, and patterns over them. Blocks run along the input channels, so that those must be a
 * multiple of the block's columns; the stem (few input channels, few weights) always stays dense.
 */
import {
  DEFAULT_BLOCK,
  expandArchitecture,
  INPUT,
  keptBlocksPerGroup,
  weightMatrixShape,
  type Architecture,
  type BlockShape,
  type Layer,
  type SparsityPattern,
} from '@tinyformer/core';

export interface PrunableOptions {
  /** Default 2 output rows x 4 input channels. */
  readonly block?: BlockShape;
  /** Whether the last linear layer is pruned too; default false. */
  readonly classifier?: boolean;
}

/** The convolutions and linear layers that block sparsity can cut, in execution order. */
export function prunableLayers(architecture: Architecture, options: PrunableOptions = {}): readonly Layer[] {
  const { block = DEFAULT_BLOCK, classifier = false } = options;
  const layers = expandArchitecture(architecture);
  const last = layers.at(-1);
  return layers.filter((layer) => isPrunable(layer, block) && (classifier || layer !== last));
}

/** Whether the layer's input channels divide into whole blocks; the last row group may be smaller. */
export function isPrunable(layer: Layer, { blockColumns }: Pick<BlockShape, 'blockColumns'>): boolean {
  if (weightMatrixShape(layer) === null || layer.inputs[0] === INPUT) return false;
  return layer.inputShape[2]! % blockColumns === 0;
}

/** The same density for every prunable layer. */
export function uniformSparsity(
  architecture: Architecture,
  { density, ...options }: PrunableOptions & { readonly density: number },
): SparsityPattern {
  const { block = DEFAULT_BLOCK } = options;
  return Object.fromEntries(
    prunableLayers(architecture, options).map((layer) => [layer.name, { ...block, density }]),
  );
}

/** The share of the weights of all convolutions and linear layers, stem and classifier included, that a pattern keeps. */
export function patternDensity(architecture: Architecture, pattern: SparsityPattern): number {
  let total = 0;
  let kept = 0;
  for (const layer of expandArchitecture(architecture)) {
    const matrix = weightMatrixShape(layer);
    if (matrix === null) continue;
    const sparsity = pattern[layer.name];
    total += matrix.rows * matrix.columns;
    kept +=
      matrix.rows *
      (sparsity ? keptBlocksPerGroup(matrix.columns, sparsity) * sparsity.blockColumns : matrix.columns);
  }
  return kept / total;
}
