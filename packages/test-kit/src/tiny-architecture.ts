/** @file Architectures small enough that a whole network runs in milliseconds, with every kind of layer in them. */
import type { Architecture, EncoderBlock, InvertedResidual, Rng, Stage } from '@tinyformer/core';

/** Stem, an inverted residual with its addition, an encoder block, pool and classifier: 8x8 images, three classes. */
export const TINY_ARCHITECTURE: Architecture = {
  input: { height: 8, width: 8, channels: 3 },
  classes: 3,
  stem: { channels: 8, kernel: 3, stride: 2 },
  stages: [
    { kind: 'convolution', channels: 8, stride: 1, blocks: [{ kernel: 3, expansion: 2 }] },
    { kind: 'transformer', width: 16, stride: 2, blocks: [{ heads: 2, mlpRatio: 2 }] },
  ],
};

/** One to three stages over images of 5 to 12 pixels; channels are seldom multiples of a kernel's tile. */
export function tinyArchitecture(rng: Rng): Architecture {
  return {
    input: { height: 5 + rng.below(8), width: 5 + rng.below(8), channels: rng.pick([1, 3]) },
    classes: 2 + rng.below(9),
    stem: { channels: 2 + rng.below(10), kernel: rng.pick([3, 5]), stride: rng.pick([1, 2]) },
    stages: Array.from({ length: 1 + rng.below(3) }, () => tinyStage(rng)),
  };
}

function tinyStage(rng: Rng): Stage {
  const depth = 1 + rng.below(2);
  if (rng.below(2) === 0) {
    const block = (): InvertedResidual => ({ kernel: rng.pick([3, 5]), expansion: 1 + rng.below(3) });
    const blocks = Array.from({ length: depth }, block);
    return { kind: 'convolution', channels: 2 + rng.below(14), stride: rng.pick([1, 2]), blocks };
  }
  const heads = 1 + rng.below(3);
  const block = (): EncoderBlock => ({ heads, mlpRatio: 1 + rng.below(2) });
  const width = heads * (1 + rng.below(6)) * 2;
  return {
    kind: 'transformer',
    width,
    stride: rng.pick([1, 2]),
    blocks: Array.from({ length: depth }, block),
  };
}
