/**
 * @file The network: a 3x3 stem, four inverted residuals (arXiv 1801.04381), three pre-norm transformer encoders over the
 * 64 pixels that are left, their mean, a classifier; 266,802 weights, 21.7 million multiply-accumulates an image.
 */
import * as tf from '@tensorflow/tfjs';
import {
  attention,
  batchNorm,
  batchNormInference,
  conv2d,
  dense,
  depthwiseConv2d,
  globalAveragePool,
  layerNorm,
  type Activation,
} from '@tinyformer/tfjs-wasm-training';
import { Parameters } from './parameters.js';

const STEM_CHANNELS = 16;
const RESIDUALS = [
  { channels: 24, expansion: 3, stride: 2 },
  { channels: 24, expansion: 3, stride: 1 },
  { channels: 48, expansion: 4, stride: 2 },
  { channels: 48, expansion: 4, stride: 1 },
];
const ENCODER = { count: 3, width: 96, heads: 4, mlp: 192 };
/** Share of a batch in the running statistics. */
const MOMENTUM = 0.1;

interface Mode {
  /** Normalises with the statistics of the batch and keeps their running mean, with which inference normalises. */
  readonly training: boolean;
}

export class Cifar10Network {
  readonly parameters: Parameters;

  constructor({ seed, classes }: { readonly seed: number; readonly classes: number }) {
    this.parameters = new Parameters(seed);
    this.classes = classes;
    tf.tidy(() => this.logits(tf.zeros([1, 32, 32, 3]), { training: false })); // makes the variables
  }

  readonly classes: number;

  /** [images, classes] of `images` [images, 32, 32, 3]. */
  logits(images: tf.Tensor4D, mode: Mode): tf.Tensor2D {
    const stem = this.#convolution(images, 'stem', { kernel: 3, channels: STEM_CHANNELS });
    let x = this.#norm(stem, 'stem-norm', { ...mode, activation: 'relu6' });
    RESIDUALS.forEach((residual, i) => (x = this.#residual(x, `residual-${i}`, { ...residual, ...mode })));
    const [count, height, width, channels] = x.shape;
    let tokens = this.#dense(x.reshape([-1, channels]), 'embed', ENCODER.width);
    for (let i = 0; i < ENCODER.count; i++) tokens = this.#encoder(tokens, `encoder-${i}`, count);
    const mean = globalAveragePool(tokens.reshape([count, height, width, ENCODER.width]));
    return this.#dense(mean, 'classifier', this.classes);
  }

  #residual(
    x: tf.Tensor4D,
    name: string,
    { channels, expansion, stride, training }: (typeof RESIDUALS)[number] & Mode,
  ): tf.Tensor4D {
    const wide = x.shape[3] * expansion;
    let y = this.#convolution(x, `${name}/expand`, { kernel: 1, channels: wide });
    y = this.#norm(y, `${name}/expand-norm`, { training, activation: 'relu6' });
    const filter = this.parameters.weights<tf.Tensor3D>(`${name}/depthwise`, [3, 3, wide], { fanIn: 9 });
    y = depthwiseConv2d(y, filter, { stride });
    y = this.#norm(y, `${name}/depthwise-norm`, { training, activation: 'relu6' });
    y = this.#convolution(y, `${name}/project`, { kernel: 1, channels });
    y = this.#norm(y, `${name}/project-norm`, { training, activation: 'none' });
    return stride === 1 && x.shape[3] === channels ? tf.add(x, y) : y;
  }

  /** Attention and a perceptron, each beside a connection that skips it; `x` [images * tokens, width]. */
  #encoder(x: tf.Tensor2D, name: string, images: number): tf.Tensor2D {
    const { width, heads, mlp } = ENCODER;
    const normal = this.#layerNorm(x, `${name}/norm-1`);
    const project = (part: string) =>
      this.#dense(normal, `${name}/${part}`, width).reshape<tf.Tensor3D>([images, -1, width]);
    const mixed = attention(project('query'), project('key'), project('value'), { heads });
    const y = tf.add<tf.Tensor2D>(
      x,
      this.#dense(mixed.reshape<tf.Tensor2D>([-1, width]), `${name}/output`, width),
    );
    const hidden = this.#dense(this.#layerNorm(y, `${name}/norm-2`), `${name}/mlp-1`, mlp, 'gelu');
    return tf.add(y, this.#dense(hidden, `${name}/mlp-2`, width));
  }

  #convolution(
    x: tf.Tensor4D,
    name: string,
    { kernel, channels }: { readonly kernel: number; readonly channels: number },
  ): tf.Tensor4D {
    const shape = [kernel, kernel, x.shape[3], channels];
    const fanIn = kernel * kernel * x.shape[3];
    return conv2d(x, this.parameters.weights<tf.Tensor4D>(name, shape, { fanIn }), { stride: 1 });
  }

  #dense(x: tf.Tensor2D, name: string, outputs: number, activation: Activation = 'none'): tf.Tensor2D {
    const fanIn = x.shape[1];
    const weights = this.parameters.weights<tf.Tensor2D>(`${name}/weights`, [fanIn, outputs], { fanIn });
    const bias = this.parameters.weights<tf.Tensor1D>(`${name}/bias`, [outputs], { fanIn });
    return dense(x, weights, bias, { activation });
  }

  #layerNorm(x: tf.Tensor2D, name: string): tf.Tensor2D {
    const gamma = this.parameters.vector(`${name}/gamma`, x.shape[1], { initially: 1 });
    return layerNorm(x, gamma, this.parameters.vector(`${name}/beta`, x.shape[1], { initially: 0 }));
  }

  #norm(
    x: tf.Tensor4D,
    name: string,
    { training, activation }: Mode & { readonly activation: Activation },
  ): tf.Tensor4D {
    const channels = x.shape[3];
    const gamma = this.parameters.vector(`${name}/gamma`, channels, { initially: 1 });
    const beta = this.parameters.vector(`${name}/beta`, channels, { initially: 0 });
    const mean = this.parameters.runningMean(`${name}/mean`, channels, { initially: 0 });
    const variance = this.parameters.runningMean(`${name}/variance`, channels, { initially: 1 });
    if (!training) {
      const statistics = [mean, variance] as unknown as [tf.Tensor1D, tf.Tensor1D];
      return batchNormInference(x, gamma, beta, ...statistics, { activation });
    }
    const batch = batchNorm(x, gamma, beta, { activation });
    follow(mean, batch.mean);
    follow(variance, batch.variance);
    return batch.y;
  }
}

function follow(running: tf.Variable, batch: tf.Tensor): void {
  running.assign(tf.add(tf.mul(running, 1 - MOMENTUM), tf.mul(batch, MOMENTUM)));
}
