/** @file The layers that the bench names: those of small convolution-transformer networks. */
import { createRng } from '@tinyformer/core';
import type { EncodingLayout } from '@tinyformer/sparse-engine';
import { attentionLayer, type AttentionSizes } from './attention-layer.js';
import type { LayerDraft } from './layer.js';
import {
  addLayer,
  convolutionLayer,
  depthwiseLayer,
  linearLayer,
  type LinearSizes,
  poolLayer,
  softmaxLayer,
} from './layer-makers.js';

/** Kept blocks of 4 channels at about 0, 50, 80, 90 and 95% zeros, by the columns of the weight matrix. */
const KEPT_BLOCKS: Readonly<Record<number, readonly number[]>> = {
  128: [32, 16, 6, 3, 2],
  384: [96, 48, 19, 10, 5],
  288: [72, 36, 14, 7, 4],
};

const ALL_TAPS = 9;
/** Kept taps of a depthwise window where the compiler stores them. */
const KEPT_TAPS = [2, 1];

const SEED = 20231101;

function linears(name: string, sizes: Omit<LinearSizes, 'keptBlocks'>): LayerDraft[] {
  return KEPT_BLOCKS[sizes.inputs]!.map((keptBlocks) =>
    linearLayer(createRng(SEED).fork(`${name} ${keptBlocks}`), name, { ...sizes, keptBlocks }),
  );
}

function convolutions(name: string, layouts?: readonly EncodingLayout[]): LayerDraft[] {
  const sizes = {
    layouts,
    height: 16,
    width: 16,
    channels: 32,
    outputs: 32,
    kernel: 3,
    stride: 1,
  };
  return KEPT_BLOCKS[288]!.map((keptBlocks) =>
    convolutionLayer(createRng(SEED).fork(`${name} ${keptBlocks}`), name, { ...sizes, keptBlocks }),
  );
}

function attentions(sizes: AttentionSizes): LayerDraft[] {
  const base = `attention-${sizes.heads}x${sizes.tokens}x${sizes.headWidth}`;
  const sharpness = { flat: 'flat', peaked: { nonZeroShare: 0.1 } } as const;
  return (['flat', 'peaked'] as const).map((kind) => {
    const name = `${base}-${kind}`;
    return attentionLayer(createRng(SEED).fork(name), name, { ...sizes, sharpness: sharpness[kind] });
  });
}

export interface NamedLayersOptions {
  /** That weights are pruned for; default blocks of 4 channels that 2 or 4 rows share. */
  readonly layouts?: readonly EncodingLayout[] | undefined;
}

/** In the order of the report. */
export function namedLayers({ layouts }: NamedLayersOptions = {}): readonly LayerDraft[] {
  const rng = (name: string) => createRng(SEED).fork(name);
  const depthwise = (name: string, stride: number) =>
    [ALL_TAPS, ...KEPT_TAPS].map((keptTaps) => {
      const sizes = { height: 16, width: 16, channels: 96, kernel: 3, stride };
      return depthwiseLayer(rng(name), name, keptTaps === ALL_TAPS ? sizes : { ...sizes, keptTaps });
    });
  const softmax = (name: string, op: 'softmax' | 'softmaxTflite') =>
    softmaxLayer(rng('softmax-64x64'), name, { rows: 64, columns: 64, op });
  const stem = {
    height: 32,
    width: 32,
    channels: 3,
    outputs: 16,
    kernel: 3,
    stride: 1,
    keptBlocks: 9,
    layouts,
  };
  const pool = { height: 16, width: 16, channels: 96, window: { kernel: 2, stride: 2 } };
  return [
    ...linears('linear-64x128x128', { tokens: 64, inputs: 128, outputs: 128, layouts }),
    ...linears('linear-64x384x192', { tokens: 64, inputs: 384, outputs: 192, layouts }),
    ...linears('linear-1x384x192', { tokens: 1, inputs: 384, outputs: 192, layouts }),
    ...convolutions('conv3x3-16x16x32x32', layouts),
    ...depthwise('depthwise3x3-16x16x96-s1', 1),
    ...depthwise('depthwise3x3-16x16x96-s2', 2),
    softmax('softmax-64x64', 'softmax'),
    softmax('softmax-tflite-64x64', 'softmaxTflite'),
    convolutionLayer(rng('conv3x3-32x32x3x16'), 'conv3x3-32x32x3x16', stem),
    ...[16, 32].flatMap((headWidth) => attentions({ heads: 4, tokens: 64, headWidth })),
    addLayer(rng('add-8192'), 'add-8192', 8192),
    poolLayer(rng('avgpool2x2-16x16x96'), 'avgpool2x2-16x16x96', pool),
  ];
}
