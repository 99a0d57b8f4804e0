/**
 * @file A candidate: one path and how sparse its layers are. Density is decided a group of layers (a stage's pointwise
 * convolutions, its attention projections, its MLP), so that a child can inherit it whatever its depth and width are.
 */
import {
  DEFAULT_BLOCK,
  TinyFormerError,
  type Architecture,
  type Layer,
  type SparsityPattern,
} from '@tinyformer/core';
import { prunableLayers, type PrunableOptions } from '../prune/prunable-layers.js';

export interface Candidate {
  readonly architecture: Architecture;
  /** The share of blocks kept, in (0, 1], by density group; see {@link densityGroup}. */
  readonly densities: Readonly<Record<string, number>>;
}

const ROLES: Readonly<Record<string, string>> = {
  expand: 'pointwise',
  project: 'pointwise',
  query: 'attention',
  key: 'attention',
  value: 'attention',
  output: 'attention',
  mlp1: 'mlp',
  mlp2: 'mlp',
};

/** `stage2.block1.mlp1` -> `stage2.mlp`; a layer that shares its role with no other is a group of its own. */
export function densityGroup({ name }: Pick<Layer, 'name'>): string {
  const [stage, ...rest] = name.split('.');
  const role = rest.at(-1) ?? '';
  return `${stage}.${ROLES[role] ?? role}`;
}

/** The groups of an architecture's prunable layers, in execution order. */
export function densityGroups(architecture: Architecture, options: PrunableOptions = {}): readonly string[] {
  return [...new Set(prunableLayers(architecture, options).map(densityGroup))];
}

/**
 * The sparsity that a candidate means, by layer; layers at density 1 are left out, they are dense.
 * @throws E_SPARSITY when a group has no density.
 */
export function candidateSparsity(candidate: Candidate, options: PrunableOptions = {}): SparsityPattern {
  const { block = DEFAULT_BLOCK } = options;
  const { architecture, densities } = candidate;
  const layers = prunableLayers(architecture, options).map((layer) => {
    const group = densityGroup(layer);
    const density = densities[group];
    if (density === undefined) {
      throw new TinyFormerError('E_SPARSITY', `the candidate gives "${group}" no density`, {
        hint: `give one to each of ${densityGroups(architecture, options).join(', ')}`,
        details: { group },
      });
    }
    return [layer.name, { ...block, density }] as const;
  });
  return Object.fromEntries(layers.filter(([, { density }]) => density < 1));
}
