/** @file Small spaces, data and a plain cost model for the tests of this package. */
import { expandArchitecture, type Architecture, type CostModel, type Layer } from '@tinyformer/core';
import {
  parseSearchSpace,
  syntheticShapes,
  type DatasetSplits,
  type SearchSpace,
} from '@tinyformer/supernas';

/** Every kind of choice, on 8x8 images. */
export const TINY_SPACE: SearchSpace = parseSearchSpace({
  name: 'tiny',
  input: { height: 8, width: 8, channels: 3 },
  classes: 10,
  stem: { channels: [4, 8], kernel: [3, 5], stride: [1, 2] },
  stages: [
    {
      kind: 'convolution',
      channels: [4, 8],
      stride: [1, 2],
      depth: [1, 2],
      kernel: [3, 5],
      expansion: [1, 2],
    },
    { kind: 'transformer', width: [4, 8], stride: [1, 2], depth: [1, 2], heads: [1, 2], mlpRatio: [1, 2] },
  ],
});

export const TINY_PATH: Architecture = {
  input: TINY_SPACE.input,
  classes: 10,
  stem: { channels: 8, kernel: 3, stride: 1 },
  stages: [
    { kind: 'convolution', channels: 8, stride: 2, blocks: [{ kernel: 3, expansion: 2 }] },
    { kind: 'transformer', width: 8, stride: 1, blocks: [{ heads: 2, mlpRatio: 2 }] },
  ],
};

export function tinyShapes(
  options: { readonly trainCount?: number; readonly seed?: number } = {},
): DatasetSplits {
  const { trainCount = 60, seed = 1 } = options;
  return syntheticShapes({ seed, trainCount, validationCount: 20, testCount: 20, size: 8 });
}

/** One byte a weight, two bytes an output of the largest layer: coarse, but it grows with the network. */
export const PLAIN_COST_MODEL: CostModel = {
  estimate(architecture, { board }) {
    const layers = expandArchitecture(architecture);
    const macs = layers.reduce((sum, layer) => sum + positions(layer) * weights(layer), 0);
    const flashBytes = layers.reduce((sum, layer) => sum + weights(layer), 0);
    const sramBytes = Math.max(...layers.map((layer) => 2 * positions(layer) * layer.outputShape[2]!));
    const latencyMs = (macs / board.clockHz) * 1000;
    return { flashBytes, sramBytes, macs, nonZeroMacs: macs, cycles: macs, latencyMs };
  },
};

function positions({ outputShape }: Layer): number {
  return outputShape[0]! * outputShape[1]!;
}

function weights(layer: Layer): number {
  const inputs = layer.inputShape[2]!;
  const outputs = layer.outputShape[2]!;
  switch (layer.op) {
    case 'convolution':
      return layer.kernel ** 2 * inputs * outputs;
    case 'depthwise':
      return layer.kernel ** 2 * outputs;
    case 'linear':
      return inputs * outputs;
    default:
      return 0;
  }
}
