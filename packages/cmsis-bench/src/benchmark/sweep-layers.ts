/** @file Layers of random sizes, odd ones included, over all ops: that no shape is slower than CMSIS-NN's. */
import { createRng, type Rng } from '@tinyformer/core';
import { between } from './draw.js';
import { attentionLayer } from './attention-layer.js';
import type { LayerDraft } from './layer.js';
import {
  addLayer,
  blocksIn,
  convolutionLayer,
  depthwiseLayer,
  linearLayer,
  poolLayer,
  softmaxLayer,
} from './layer-makers.js';

export const SWEEP_LAYERS = 60;
export const DEFAULT_SWEEP_SEED = 1;

/** Kept shares of blocks that a sweep draws from. */
const SHARES = [1, 1, 0.5, 0.2, 0.1];

function drawKept(rng: Rng, blocks: number): number {
  return Math.max(1, Math.round(blocks * rng.pick(SHARES)));
}

function drawLinear(rng: Rng): LayerDraft {
  const [tokens, inputs, outputs] = [between(rng, 1, 70), between(rng, 1, 200), between(rng, 1, 140)];
  const keptBlocks = drawKept(rng, blocksIn(inputs));
  return linearLayer(rng, `sweep-linear-${tokens}x${inputs}x${outputs}`, {
    tokens,
    inputs,
    outputs,
    keptBlocks,
  });
}

/** Half the tokens are one, as in a classifier. */
function drawOneToken(rng: Rng): LayerDraft {
  const [inputs, outputs] = [between(rng, 8, 300), between(rng, 1, 200)];
  const keptBlocks = drawKept(rng, blocksIn(inputs));
  return linearLayer(rng, `sweep-linear-1x${inputs}x${outputs}`, { tokens: 1, inputs, outputs, keptBlocks });
}

function drawConvolution(rng: Rng): LayerDraft {
  const [height, width, channels, outputs] = [
    between(rng, 3, 17),
    between(rng, 3, 17),
    between(rng, 1, 40),
    between(rng, 1, 40),
  ];
  const [kernel, stride] = [rng.pick([1, 3, 3, 3, 5]), rng.pick([1, 1, 2])];
  const keptBlocks = drawKept(rng, blocksIn(channels, kernel * kernel));
  const name = `sweep-conv${kernel}x${kernel}-${height}x${width}x${channels}x${outputs}-s${stride}`;
  return convolutionLayer(rng, name, { height, width, channels, outputs, kernel, stride, keptBlocks });
}

function drawDepthwise(rng: Rng): LayerDraft {
  const [height, width, channels] = [between(rng, 3, 20), between(rng, 3, 20), between(rng, 1, 100)];
  const [kernel, stride] = [rng.pick([3, 3, 5]), rng.pick([1, 2])];
  const name = `sweep-depthwise${kernel}x${kernel}-${height}x${width}x${channels}-s${stride}`;
  return depthwiseLayer(rng, name, { height, width, channels, kernel, stride });
}

function drawSoftmax(rng: Rng): LayerDraft {
  const [rows, columns] = [between(rng, 1, 70), between(rng, 2, 100)];
  return softmaxLayer(rng, `sweep-softmax-${rows}x${columns}`, { rows, columns, op: 'softmax' });
}

function drawAdd(rng: Rng): LayerDraft {
  const size = between(rng, 1, 6000);
  return addLayer(rng, `sweep-add-${size}`, size);
}

function drawPool(rng: Rng): LayerDraft {
  const [height, width, channels] = [between(rng, 2, 14), between(rng, 2, 14), between(rng, 1, 200)];
  const window = rng.pick([
    null,
    { kernel: 2, stride: 2 },
    { kernel: 3, stride: 2 },
    { kernel: 3, stride: 1 },
  ]);
  const kind = window ? `avgpool${window.kernel}x${window.kernel}` : 'avgpool';
  const name = `sweep-${kind}-${height}x${width}x${channels}${window ? `-s${window.stride}` : ''}`;
  return poolLayer(rng, name, { height, width, channels, window });
}

function drawAttention(rng: Rng): LayerDraft {
  const sizes = { heads: between(rng, 1, 4), tokens: between(rng, 2, 70), headWidth: between(rng, 4, 40) };
  const kind = rng.pick(['flat', 'peaked'] as const);
  const name = `sweep-attention-${sizes.heads}x${sizes.tokens}x${sizes.headWidth}-${kind}`;
  const sharpness = kind === 'flat' ? kind : { nonZeroShare: Math.max(0.1, 1.5 / sizes.tokens) };
  return attentionLayer(rng, name, { ...sizes, sharpness });
}

/** In turn, so that every op has its share. */
const DRAWS = [
  drawLinear,
  drawConvolution,
  drawDepthwise,
  drawOneToken,
  drawConvolution,
  drawSoftmax,
  drawLinear,
  drawAdd,
  drawDepthwise,
  drawPool,
  drawConvolution,
  drawAttention,
];

export function sweepLayers(seed = DEFAULT_SWEEP_SEED): readonly LayerDraft[] {
  const rng = createRng(seed);
  return Array.from({ length: SWEEP_LAYERS }, (_, index) =>
    DRAWS[index % DRAWS.length]!(rng.fork(`sweep ${index}`)),
  );
}
