/**
 * @file An architecture is one path through a search space: a convolution stem, stages of MobileNetV2 inverted residuals
 * (Sandler et al., 2018) or of pre-norm transformer encoder blocks over the feature map's positions, and a linear head.
 * It is plain data; `expandArchitecture` is the one place that says which layers it means.
 */
import type { ImageShape } from './shape.js';

export interface InvertedResidual {
  readonly kernel: 3 | 5;
  /** Hidden channels = expansion * input channels; 1 leaves the expanding 1x1 convolution out. */
  readonly expansion: number;
}

export interface EncoderBlock {
  /** Must divide the stage's width. */
  readonly heads: number;
  /** Hidden width of the MLP = mlpRatio * width. */
  readonly mlpRatio: number;
}

export interface ConvolutionStage {
  readonly kind: 'convolution';
  readonly channels: number;
  /** Of the first block; the others have stride 1. */
  readonly stride: 1 | 2;
  readonly blocks: readonly InvertedResidual[];
}

export interface TransformerStage {
  readonly kind: 'transformer';
  readonly width: number;
  /** Of the convolution that enters the stage: 1x1 at stride 1, 3x3 at stride 2. */
  readonly stride: 1 | 2;
  readonly blocks: readonly EncoderBlock[];
}

export type Stage = ConvolutionStage | TransformerStage;

export interface Architecture {
  readonly input: ImageShape;
  readonly classes: number;
  readonly stem: { readonly channels: number; readonly kernel: 3 | 5; readonly stride: 1 | 2 };
  readonly stages: readonly Stage[];
}
