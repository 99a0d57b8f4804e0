/**
 * @file The two networks of the benchmark: A with 1.84 and B with 19.75 million multiply-accumulates an image. Both are
 * a 3x3 stem, inverted residuals (arXiv 1801.04381) and one pre-norm transformer encoder over the remaining pixels.
 */

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import {
  attention,
  batchNorm,
  conv2d,
  dense,
  depthwiseConv2d,
  globalAveragePool,
  layerNorm,
} from '../index.js';

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

  #norm(x: Tensor4D, name: string, activation: 'none' | 'relu6'): Tensor4D {
    const channels = x.shape[3];
    const gamma = this.#weights<Tensor1D>(`${name}/gamma`, [channels]);
    return batchNorm(x, gamma, this.#weights<Tensor1D>(`${name}/beta`, [channels]), { activation }).y;
  }

  #convolution(
    x: Tensor4D,
    name: string,
    out: number,
    options: { kernel: number; stride: number },
  ): Tensor4D {
    const { kernel, stride } = options;
    const filter = this.#weights<Tensor4D>(name, [kernel, kernel, x.shape[3], out]);
    return conv2d(x, filter, { stride });
  }

  #residual(x: Tensor4D, name: string, { channels, expansion, stride }: Residual): Tensor4D {
    const wide = x.shape[3] * expansion;
    let y = this.#convolution(x, `${name}/expand`, wide, { kernel: 1, stride: 1 });
    y = this.#norm(y, `${name}/expand-norm`, 'relu6');
    y = depthwiseConv2d(y, this.#weights<Tensor3D>(`${name}/depthwise`, [3, 3, wide]), { stride });
    y = this.#norm(y, `${name}/depthwise-norm`, 'relu6');
    y = this.#convolution(y, `${name}/project`, channels, { kernel: 1, stride: 1 });
    y = this.#norm(y, `${name}/project-norm`, 'none');
    return stride === 1 && channels === x.shape[3] ? tf.add(x, y) : y;
  }

  #dense(x: Tensor2D, name: string, out: number, activation: 'none' | 'gelu' = 'none'): Tensor2D {
    const weights = this.#weights<Tensor2D>(`${name}/weights`, [x.shape[1], out]);
    return dense(x, weights, this.#weights<Tensor1D>(`${name}/bias`, [out]), { activation });
  }

  #layerNorm(x: Tensor2D, name: string): Tensor2D {
    const gamma = this.#weights<Tensor1D>(`${name}/gamma`, [x.shape[1]]);
    return layerNorm(x, gamma, this.#weights<Tensor1D>(`${name}/beta`, [x.shape[1]]));
  }

  /** `x` [batch * tokens, width]. */
  #encoder(x: Tensor2D, batch: number): Tensor2D {
    const { width, heads, mlp } = this.shape.encoder;
    const normal = this.#layerNorm(x, 'encoder/norm-1');
    const [q, k, v] = ['q', 'k', 'v'].map((name) =>
      tf.reshape(this.#dense(normal, `encoder/${name}`, width), [batch, -1, width]),
    ) as [Tensor3D, Tensor3D, Tensor3D];
    const mixed = tf.reshape(attention(q, k, v, { heads }), [-1, width]) as Tensor2D;
    const y: Tensor2D = tf.add(x, this.#dense(mixed, 'encoder/output', width));
    const hidden = this.#dense(this.#layerNorm(y, 'encoder/norm-2'), 'encoder/mlp-1', mlp, 'gelu');
    return tf.add(y, this.#dense(hidden, 'encoder/mlp-2', width));
  }

  /** Logits [batch, classes] of images [batch, extent, extent, 3]. */
  forward(images: Tensor4D): Tensor2D {
    const { stem, residuals, convolution, encoder, classes } = this.shape;
    let x = this.#convolution(images, 'stem', stem.channels, { kernel: 3, stride: stem.stride });
    x = this.#norm(x, 'stem-norm', 'relu6');
    residuals.forEach((residual, i) => (x = this.#residual(x, `residual-${i}`, residual)));
    if (convolution !== undefined) {
      x = this.#convolution(x, 'convolution', convolution, { kernel: 3, stride: 1 });
      x = this.#norm(x, 'convolution-norm', 'relu6');
    }
    const [batch, height, width, channels] = x.shape;
    const tokens = tf.reshape(x, [-1, channels]) as Tensor2D;
    const encoded = this.#encoder(this.#dense(tokens, 'embed', encoder.width), batch);
    const pooled = globalAveragePool(tf.reshape(encoded, [batch, height, width, encoder.width]));
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
