/** @file Drawing paths from a search space and varying them, as random and evolutionary search need it. */
import type { Architecture, EncoderBlock, InvertedResidual, Rng, Stage } from '@tinyformer/core';
import type { SearchSpace, StageSpace } from './search-space.js';

/** Makes one decision: which of these choices, given what a parent chose there (if it did). */
type Decide = <T>(choices: readonly T[], inherited: T | undefined) => T;

/** Every decision uniform and independent. */
export function sampleArchitecture(space: SearchSpace, rng: Rng): Architecture {
  return decideAll(space, { decide: (choices) => rng.pick(choices) });
}

/** Chance that a mutation decides a given point anew. */
const MUTATION_RATE = 0.15;

/**
 * A neighbour: every decision is made anew with a small chance (it may come out the same), otherwise inherited.
 * Blocks that a greater depth adds are sampled.
 */
export function mutateArchitecture(space: SearchSpace, architecture: Architecture, rng: Rng): Architecture {
  const decide: Decide = (choices, inherited) =>
    inherited === undefined || rng.next() < MUTATION_RATE ? rng.pick(choices) : inherited;
  return decideAll(space, { decide, parent: architecture });
}

/** The stem and every stage come whole from one parent or the other. Both must be of the same space. */
export function crossArchitectures(a: Architecture, b: Architecture, rng: Rng): Architecture {
  const either = () => rng.pick([a, b]);
  return { ...a, stem: either().stem, stages: a.stages.map((_, index) => either().stages[index]!) };
}

interface Decisions {
  readonly decide: Decide;
  readonly parent?: Architecture;
}

function decideAll(space: SearchSpace, { decide, parent }: Decisions): Architecture {
  return {
    input: space.input,
    classes: space.classes,
    stem: {
      channels: decide(space.stem.channels, parent?.stem.channels),
      kernel: decide(space.stem.kernel, parent?.stem.kernel),
      stride: decide(space.stem.stride, parent?.stem.stride),
    },
    stages: space.stages.map((stage, index) => decideStage(stage, { decide, parent: parent?.stages[index] })),
  };
}

function decideStage(
  space: StageSpace,
  { decide, parent }: { readonly decide: Decide; readonly parent: Stage | undefined },
): Stage {
  const stride = decide(space.stride, parent?.stride);
  const blocks = Array.from(
    { length: decide(space.depth, parent?.blocks.length) },
    (_, index) => parent?.blocks[index],
  );
  if (space.kind === 'convolution') {
    return {
      kind: space.kind,
      channels: decide(space.channels, parent?.kind === space.kind ? parent.channels : undefined),
      stride,
      blocks: (blocks as (InvertedResidual | undefined)[]).map((block) => ({
        kernel: decide(space.kernel, block?.kernel),
        expansion: decide(space.expansion, block?.expansion),
      })),
    };
  }
  return {
    kind: space.kind,
    width: decide(space.width, parent?.kind === space.kind ? parent.width : undefined),
    stride,
    blocks: (blocks as (EncoderBlock | undefined)[]).map((block) => ({
      heads: decide(space.heads, block?.heads),
      mlpRatio: decide(space.mlpRatio, block?.mlpRatio),
    })),
  };
}
