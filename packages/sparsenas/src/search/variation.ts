/** @file Random candidates and their variation: the architecture varies as supernas defines it, densities a group at a time. */
import type { Rng } from '@tinyformer/core';
import {
  crossArchitectures,
  mutateArchitecture,
  sampleArchitecture,
  type SearchSpace,
} from '@tinyformer/supernas';
import { candidateSparsity, densityGroups, type Candidate } from '../evaluate/candidate.js';
import { patternDensity, type PrunableOptions } from '../prune/prunable-layers.js';

export interface CandidateSpace extends PrunableOptions {
  readonly space: SearchSpace;
  /** The choices of every density group, in (0, 1]. */
  readonly densities: readonly number[];
  /** Candidates that keep more of their weights are made sparser until they do not; default 1. */
  readonly maximumDensity?: number;
}

/** Chance that a mutation decides a group's density anew. */
const DENSITY_MUTATION_RATE = 0.25;

export function sampleCandidate(options: CandidateSpace, rng: Rng): Candidate {
  const architecture = sampleArchitecture(options.space, rng);
  return complete({ architecture, densities: {} }, options, rng);
}

export function mutateCandidate(parent: Candidate, options: CandidateSpace, rng: Rng): Candidate {
  const architecture = mutateArchitecture(options.space, parent.architecture, rng);
  const inherited = Object.entries(parent.densities).filter(() => rng.next() >= DENSITY_MUTATION_RATE);
  return complete({ architecture, densities: Object.fromEntries(inherited) }, options, rng);
}

export function crossCandidates(
  [a, b]: readonly [Candidate, Candidate],
  options: CandidateSpace,
  rng: Rng,
): Candidate {
  const architecture = crossArchitectures(a.architecture, b.architecture, rng);
  const groups = new Set([...Object.keys(a.densities), ...Object.keys(b.densities)]);
  const densities = [...groups].map((group) => {
    const [first, second] = rng.next() < 0.5 ? [a, b] : [b, a];
    return [group, (first.densities[group] ?? second.densities[group])!] as const;
  });
  return complete({ architecture, densities: Object.fromEntries(densities) }, options, rng);
}

/** Exactly the architecture's groups, in its order; missing ones are drawn, then the limit on the density is met. */
function complete(partial: Candidate, options: CandidateSpace, rng: Rng): Candidate {
  const { architecture, densities } = partial;
  const drawn = densityGroups(architecture, options).map(
    (group) => [group, densities[group] ?? rng.pick(options.densities)] as const,
  );
  return thinned({ architecture, densities: Object.fromEntries(drawn) }, options, rng);
}

/** Steps random groups down to their next smaller choice while the candidate is too dense and a smaller choice is left. */
function thinned(candidate: Candidate, options: CandidateSpace, rng: Rng): Candidate {
  const { densities: choices, maximumDensity = 1 } = options;
  let current = candidate;
  while (patternDensity(current.architecture, candidateSparsity(current, options)) > maximumDensity) {
    const smallerThan = (density: number) => choices.filter((choice) => choice < density);
    const open = Object.entries(current.densities).filter(([, density]) => smallerThan(density).length > 0);
    if (open.length === 0) break;
    const [group, density] = rng.pick(open);
    const densities = { ...current.densities, [group]: Math.max(...smallerThan(density)) };
    current = { ...current, densities };
  }
  return current;
}
