/**
 * @file The two networks of the benchmark: A with 1.84 and B with 19.75 million multiply-accumulates an image. Both are
 * a 3x3 stem, inverted residuals (arXiv 1801.04381) and one pre-norm transformer encoder over the remaining pixels.
 */

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import {
  conv2dBatchNorm,
  dense,
  depthwiseConv2dBatchNorm,
  globalAveragePool,
  layerNorm,
  selfAttention,
} from '../index.js';
import type { DenseOptions, Projection } from '../index.js';

interface Residual {
  readonly channels: number;
  readonly expansion: number;
  readonly stride: number;
}

export interface NetworkShape {
  /** Input height and width, pixels; three channels. */
  readonly extent: number;
  readonly stem: { readonly channels: number; readonly stride: number };
  readonly residuals: readonly Residual[];
  /** Channels of a further 3x3 convolution, if any. */
  readonly convolution?: number;
  readonly encoder: { readonly width: number; readonly heads: number; readonly mlp: number };
  readonly classes: number;
}

export type NetworkName = 'A' | 'B';

export const NETWORKS: Readonly<Record<NetworkName, NetworkShape>> = {
  A: {
    extent: 32,
    stem: { channels: 16, stride: 2 },
    residuals: [
      { channels: 16, expansion: 2, stride: 1 },
      { channels: 24, expansion: 3, stride: 2 },
      { channels: 24, expansion: 3, stride: 1 },
    ],
    encoder: { width: 32, heads: 4, mlp: 64 },
    classes: 10,
  },
  B: {
    extent: 32,
    stem: { channels: 24, stride: 1 },
    residuals: [
      { channels: 32, expansion: 4, stride: 2 },
      { channels: 32, expansion: 4, stride: 1 },
      { channels: 64, expansion: 4, stride: 2 },
      { channels: 64, expansion: 4, stride: 1 },
    ],
    convolution: 64,
    encoder: { width: 96, heads: 4, mlp: 288 },
    classes: 10,
  },
};

/** A network's variables, created in the order of their first use, and its forward pass. */
export class Network {
  readonly variables = new Map<string, Variable>();

  constructor(
    readonly shape: NetworkShape,
    readonly prefix: string,
  ) {}

  #weights<T extends Tensor>(name: string, shape: readonly number[]): T {
    let variable = this.variables.get(name);
    if (variable === undefined) {
      const fanIn = shape.slice(0, -1).reduce((product, extent) => product * extent, 1);
      const initial =
        shape.length === 1
          ? tf.fill([...shape], name.endsWith('gamma') ? 1 : 0)
          : tf.randomNormal([...shape], 0, Math.sqrt(2 / fanIn), 'float32', this.variables.size + 1);
      variable = tf.variable(initial, true, `${this.prefix}/${name}`);
      initial.dispose();
      this.variables.set(name, variable);
    }
    return variable as unknown as T;
  }

  #norm(name: string, channels: number): [Tensor1D, Tensor1D] {
    return [this.#weights(`${name}/gamma`, [channels]), this.#weights<Tensor1D>(`${name}/beta`, [channels])];
  }

  /** With its normalisation. */
  #convolution(
    x: Tensor4D,
    name: string,
    out: number,
    options: { kernel: number; stride?: number; activation?: 'relu6'; residual?: Tensor4D },
  ): Tensor4D {
    const { kernel, stride = 1, ...rest } = options;
    const filter = this.#weights<Tensor4D>(name, [kernel, kernel, x.shape[3], out]);
    return conv2dBatchNorm(x, filter, ...this.#norm(`${name}-norm`, out), { stride, ...rest }).y;
  }

  #residual(x: Tensor4D, name: string, { channels, expansion, stride }: Residual): Tensor4D {
    const wide = x.shape[3] * expansion;
    let y = this.#convolution(x, `${name}/expand`, wide, { kernel: 1, activation: 'relu6' });
    const filter = this.#weights<Tensor3D>(`${name}/depthwise`, [3, 3, wide]);
    const norm = this.#norm(`${name}/depthwise-norm`, wide);
    y = depthwiseConv2dBatchNorm(y, filter, ...norm, { stride, activation: 'relu6' }).y;
    const residual = stride === 1 && channels === x.shape[3] ? { residual: x } : {};
    return this.#convolution(y, `${name}/project`, channels, { kernel: 1, ...residual });
  }

  #linear(name: string, features: number, out: number): { weights: Tensor2D; bias: Tensor1D } {
    const weights = this.#weights<Tensor2D>(`${name}/weights`, [features, out]);
    return { weights, bias: this.#weights<Tensor1D>(`${name}/bias`, [out]) };
  }

  #dense<T extends Tensor>(x: T, name: string, out: number, options: DenseOptions = {}): T {
    const { weights, bias } = this.#linear(name, x.shape.at(-1)!, out);
    return dense(x, weights, bias, options);
  }

  #layerNorm<T extends Tensor>(x: T, name: string): T {
    const gamma = this.#weights<Tensor1D>(`${name}/gamma`, [x.shape.at(-1)!]);
    return layerNorm(x, gamma, this.#weights<Tensor1D>(`${name}/beta`, [x.shape.at(-1)!]));
  }

  /** `x` [batch, tokens, width]. */
  #encoder(x: Tensor3D): Tensor3D {
    const { width, heads, mlp } = this.shape.encoder;
    const normal = this.#layerNorm(x, 'encoder/norm-1');
    const [q, k, v] = ['q', 'k', 'v'].map((name) => this.#linear(`encoder/${name}`, width, width)) as [
      Projection,
      Projection,
      Projection,
    ];
    const mixed = selfAttention(normal, { q, k, v }, { heads });
    const y = this.#dense(mixed, 'encoder/output', width, { residual: x });
    const hidden = this.#dense(this.#layerNorm(y, 'encoder/norm-2'), 'encoder/mlp-1', mlp, {
      activation: 'gelu',
    });
    return this.#dense(hidden, 'encoder/mlp-2', width, { residual: y });
  }

  /** Logits [batch, classes] of images [batch, extent, extent, 3]. */
  forward(images: Tensor4D): Tensor2D {
    const { stem, residuals, convolution, encoder, classes } = this.shape;
    let x = this.#convolution(images, 'stem', stem.channels, {
      ...{ kernel: 3, stride: stem.stride, activation: 'relu6' },
    });
    residuals.forEach((residual, i) => (x = this.#residual(x, `residual-${i}`, residual)));
    if (convolution !== undefined) {
      x = this.#convolution(x, 'convolution', convolution, { kernel: 3, activation: 'relu6' });
    }
    const [batch, height, width, channels] = x.shape;
    const tokens = tf.reshape(x, [batch, height * width, channels]) as Tensor3D;
    const encoded = this.#encoder(this.#dense(tokens, 'embed', encoder.width));
    const pooled = globalAveragePool(tf.reshape(encoded, [batch, height, width, encoder.width]) as Tensor4D);
    return this.#dense(pooled, 'head', classes);
  }
}

/** Of the forward direction, an image. */
export function multiplyAccumulates(shape: NetworkShape): number {
  const { stem, residuals, convolution = 0, encoder, classes } = shape;
  let extent = Math.ceil(shape.extent / stem.stride);
  let channels = stem.channels;
  let total = extent ** 2 * 27 * channels;
  for (const residual of residuals) {
    const wide = channels * residual.expansion;
    total += extent ** 2 * channels * wide;
    extent = Math.ceil(extent / residual.stride);
    total += extent ** 2 * wide * (9 + residual.channels);
    channels = residual.channels;
  }
  total += extent ** 2 * 9 * channels * convolution;
  if (convolution > 0) channels = convolution;
  const { width, mlp } = encoder;
  const tokens = extent ** 2;
  const perToken = channels * width + 4 * width ** 2 + 2 * tokens * width + 2 * width * mlp;
  return total + tokens * perToken + width * classes;
}
