/** @file How many paths a search space has, its extremes, and whether a path belongs to it. */
import type { Architecture, Stage } from '@tinyformer/core';
import type { SearchSpace, StageSpace } from './search-space.js';

/** The number of distinct architectures: decisions multiply, and a stage's depths add. */
export function countArchitectures(space: SearchSpace): bigint {
  const { channels, kernel, stride } = space.stem;
  const stem = product([channels, kernel, stride]);
  return space.stages.reduce((total, stage) => total * countStages(stage), stem);
}

function countStages(stage: StageSpace): bigint {
  const [outputs, blockChoices] =
    stage.kind === 'convolution'
      ? [stage.channels, [stage.kernel, stage.expansion]]
      : [stage.width, [stage.heads, stage.mlpRatio]];
  const block = product(blockChoices);
  const depths = stage.depth.reduce((sum, depth) => sum + block ** BigInt(depth), 0n);
  return product([outputs, stage.stride]) * depths;
}

function product(lists: readonly (readonly unknown[])[]): bigint {
  return lists.reduce((total, list) => total * BigInt(list.length), 1n);
}

/** The path with every size at its largest and every stride at its smallest: the most weights and the most MACs. */
export function largestArchitecture(space: SearchSpace): Architecture {
  return extreme(space, {
    size: (choices) => Math.max(...choices),
    stride: (choices) => Math.min(...choices),
  });
}

/** The path with every size at its smallest and every stride at its largest. */
export function smallestArchitecture(space: SearchSpace): Architecture {
  return extreme(space, {
    size: (choices) => Math.min(...choices),
    stride: (choices) => Math.max(...choices),
  });
}

type Choose = (choices: readonly number[]) => number;

function extreme(
  space: SearchSpace,
  choose: { readonly size: Choose; readonly stride: Choose },
): Architecture {
  const { input, classes, stem } = space;
  const size = <T extends number>(choices: readonly T[]) => choose.size(choices) as T;
  const stride = (choices: readonly (1 | 2)[]) => choose.stride(choices) as 1 | 2;
  const repeat = <T>(depth: readonly number[], block: T) => Array.from({ length: size(depth) }, () => block);
  return {
    input,
    classes,
    stem: { channels: size(stem.channels), kernel: size(stem.kernel), stride: stride(stem.stride) },
    stages: space.stages.map((stage): Stage => {
      const shared = { stride: stride(stage.stride) };
      return stage.kind === 'convolution'
        ? {
            kind: stage.kind,
            channels: size(stage.channels),
            ...shared,
            blocks: repeat(stage.depth, { kernel: size(stage.kernel), expansion: size(stage.expansion) }),
          }
        : {
            kind: stage.kind,
            width: size(stage.width),
            ...shared,
            blocks: repeat(stage.depth, { heads: size(stage.heads), mlpRatio: size(stage.mlpRatio) }),
          };
    }),
  };
}

export function containsArchitecture(space: SearchSpace, architecture: Architecture): boolean {
  const { input, classes, stem, stages } = architecture;
  return (
    input.height === space.input.height &&
    input.width === space.input.width &&
    input.channels === space.input.channels &&
    classes === space.classes &&
    space.stem.channels.includes(stem.channels) &&
    space.stem.kernel.includes(stem.kernel) &&
    space.stem.stride.includes(stem.stride) &&
    stages.length === space.stages.length &&
    space.stages.every((stage, index) => containsStage(stage, stages[index]!))
  );
}

function containsStage(space: StageSpace, stage: Stage): boolean {
  if (!space.stride.includes(stage.stride) || !space.depth.includes(stage.blocks.length)) return false;
  if (space.kind === 'convolution') {
    return (
      stage.kind === 'convolution' &&
      space.channels.includes(stage.channels) &&
      stage.blocks.every(
        (block) => space.kernel.includes(block.kernel) && space.expansion.includes(block.expansion),
      )
    );
  }
  return (
    stage.kind === 'transformer' &&
    space.width.includes(stage.width) &&
    stage.blocks.every(
      (block) => space.heads.includes(block.heads) && space.mlpRatio.includes(block.mlpRatio),
    )
  );
}
