/** @file A space, images and a stand-in for the engine's cost model that are small enough for seconds of testing. */
import {
  createRng,
  expandArchitecture,
  findBoard,
  weightMatrixShape,
  type Architecture,
  type Board,
  type CostModel,
} from '@tinyformer/core';
import type { Dataset, DatasetSplits, SearchSpace } from '@tinyformer/supernas';
import { patternDensity } from '../src/prune/prunable-layers.js';

export const tinySpace: SearchSpace = {
  name: 'tiny',
  input: { height: 8, width: 8, channels: 3 },
  classes: 3,
  stem: { channels: [8], kernel: [3], stride: [1] },
  stages: [
    { kind: 'convolution', channels: [8, 12], stride: [2], depth: [1, 2], kernel: [3], expansion: [1, 2] },
    { kind: 'transformer', width: [8, 16], stride: [1], depth: [1], heads: [2], mlpRatio: [1, 2] },
  ],
};

/** An inverted residual with a skip connection, a strided one and an encoder block. */
export const tinyArchitecture: Architecture = {
  input: { height: 8, width: 8, channels: 3 },
  classes: 3,
  stem: { channels: 8, kernel: 3, stride: 1 },
  stages: [
    {
      kind: 'convolution',
      channels: 8,
      stride: 1,
      blocks: [{ kernel: 3, expansion: 2 }],
    },
    { kind: 'convolution', channels: 12, stride: 2, blocks: [{ kernel: 5, expansion: 1 }] },
    { kind: 'transformer', width: 16, stride: 2, blocks: [{ heads: 2, mlpRatio: 2 }] },
  ],
};

/** Three classes told apart by which colour is brightest, under noise. */
function colouredImages(count: number, seed: number): Dataset {
  const rng = createRng(seed);
  const labels = Uint8Array.from({ length: count }, (_, index) => index % 3);
  const images = Uint8Array.from({ length: count * 8 * 8 * 3 }, (_, index) => {
    const label = labels[Math.floor(index / 192)];
    return (index % 3 === label ? 90 : 40) + rng.below(120);
  });
  return {
    name: 'coloured',
    imageShape: { height: 8, width: 8, channels: 3 },
    classes: 3,
    classNames: ['red', 'green', 'blue'],
    images,
    labels,
    count,
  };
}

/** Reading `test` throws: search, pruning and calibration have no business there. */
export function splitsWithoutTest({ seed = 1 } = {}): DatasetSplits {
  const splits = {
    train: colouredImages(192, seed),
    validation: colouredImages(96, seed + 1),
    pixelScale: 1 / 128,
    pixelOffset: 128,
    augmentation: { shift: 0, flip: false },
  };
  return Object.defineProperty(splits, 'test', {
    get: () => {
      throw new Error('the test images were read');
    },
  }) as unknown as DatasetSplits;
}

/** A byte a kept weight, an activation byte an output: enough to make some candidates too large. */
export const countingCosts: CostModel = {
  estimate(architecture, { board, sparsity = {} }) {
    const layers = expandArchitecture(architecture);
    let weights = 0;
    let macs = 0;
    for (const layer of layers) {
      const matrix = weightMatrixShape(layer);
      const [height, width] = layer.outputShape as [number, number, number];
      if (matrix) {
        weights += matrix.rows * matrix.columns;
        macs += matrix.rows * matrix.columns * height * width;
      }
    }
    const density = patternDensity(architecture, sparsity);
    const largest = Math.max(...layers.map(({ outputShape: [h, w, c] }) => h! * w! * c!));
    const cycles = macs * density;
    return {
      flashBytes: Math.round(weights * density),
      sramBytes: 2 * largest,
      macs,
      nonZeroMacs: Math.round(macs * density),
      cycles,
      latencyMs: (1000 * cycles) / board.clockHz,
    };
  },
};

export const roomyBoard: Board = findBoard('stm32f746');
