/**
 * @file The one forward pass: walks the layers of an architecture and looks each op up in a table. Supernet, single path and
 * calibration all run this; nothing is switched on or off, everything is an argument.
 */
import '@tensorflow/tfjs'; // registers the gradients of TensorFlow.js's own ops, which its core leaves out
import * as tf from '@tensorflow/tfjs-core';
import { INPUT, InternalError, sameShape, TinyFormerError, type Layer, type Shape } from '@tinyformer/core';
import {
  attention,
  batchNormInference,
  conv2d,
  conv2dBatchNorm,
  dense,
  depthwiseConv2d,
  depthwiseConv2dBatchNorm,
  gelu,
  globalAveragePool,
  layerNorm,
  type BatchNormResult,
} from '@tinyformer/tfjs-wasm-training';
import type { NetworkVariables } from './variables.js';

/** Per channel; the variance is that of the population (divided by the count). */
export interface ChannelStatistics {
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

/** Of every layer that BatchNorm follows, by layer name. */
export type NormStatistics = Readonly<Record<string, ChannelStatistics>>;

/** By layer name: 0 or 1 for every weight of the layer, as a tensor in training layout; see `createMasks`. */
export type Masks = Readonly<Record<string, tf.Tensor>>;

export interface ForwardOptions {
  /** BatchNorm normalises by the batch's own statistics; otherwise by `statistics`. */
  readonly training: boolean;
  readonly statistics?: NormStatistics;
  /** Multiplied with the weights of the layers named. */
  readonly masks?: Masks;
  /** Sees every layer's output [batch, height, width, channels], which lives until the call returns. */
  readonly onOutput?: (layer: Layer, output: tf.Tensor4D) => void;
  /** Sees the batch's statistics of every BatchNorm when `training`. */
  readonly onBatchStatistics?: (
    layer: Layer,
    statistics: { readonly mean: tf.Tensor1D; readonly variance: tf.Tensor1D },
  ) => void;
}

interface Context extends ForwardOptions {
  readonly variables: NetworkVariables;
}

type Run<L extends Layer> = (layer: L, inputs: readonly tf.Tensor4D[], context: Context) => tf.Tensor4D;

const RUN: { readonly [Op in Layer['op']]: Run<Extract<Layer, { op: Op }>> } = {
  convolution: (layer, [x], context) => {
    const filter = readWeights<tf.Rank.R4>(layer, context);
    const { stride, activation } = layer;
    return normalised(layer, context, {
      convolve: () => conv2d(x!, filter, { stride }),
      train: ({ gamma, beta }) => conv2dBatchNorm(x!, filter, gamma, beta, { stride, activation }),
    });
  },
  depthwise: (layer, [x], context) => {
    const filter = readWeights<tf.Rank.R3>(layer, context);
    const { stride, activation } = layer;
    return normalised(layer, context, {
      convolve: () => depthwiseConv2d(x!, filter, { stride }),
      train: ({ gamma, beta }) => depthwiseConv2dBatchNorm(x!, filter, gamma, beta, { stride, activation }),
    });
  },
  linear: (layer, [x], context) => {
    const bias = context.variables.read<tf.Rank.R1>(layer, 'bias');
    return dense(x!, readWeights<tf.Rank.R2>(layer, context), bias);
  },
  layerNorm: (layer, [x], { variables }) =>
    layerNorm(x!, variables.read<tf.Rank.R1>(layer, 'gamma'), variables.read<tf.Rank.R1>(layer, 'beta')),
  attention: ({ heads }, [query, key, value]) => {
    const [batch, height, width, channels] = query!.shape;
    const tokens = (t: tf.Tensor4D) => tf.reshape<tf.Rank.R3>(t, [batch, height * width, channels]);
    return tf.reshape(attention(tokens(query!), tokens(key!), tokens(value!), { heads }), query!.shape);
  },
  gelu: (_, [x]) => gelu(x!),
  add: (_, [a, b]) => tf.add(a!, b!),
  globalAveragePool: (layer, [x]) =>
    tf.reshape(globalAveragePool(x!), [x!.shape[0], 1, 1, layer.outputShape[2]!]),
};

/**
 * Logits [batch, classes] of images [batch, height, width, channels].
 * @throws E_SHAPE when the images are not those that the layers read, E_STATISTICS when a BatchNorm has no statistics for inference.
 */
export function forward(
  x: tf.Tensor4D,
  layers: readonly Layer[],
  options: ForwardOptions & { readonly variables: NetworkVariables },
): tf.Tensor2D {
  checkImages(x, layers[0]!.inputShape);
  return tf.tidy(() => {
    const outputs = new Map<string, tf.Tensor4D>([[INPUT, x]]);
    let last = x;
    for (const layer of layers) {
      const inputs = layer.inputs.map((name) => outputs.get(name)!);
      last = (RUN[layer.op] as Run<Layer>)(layer, inputs, options);
      options.onOutput?.(layer, last);
      outputs.set(layer.name, last);
    }
    return tf.reshape(last, [x.shape[0], -1]);
  });
}

/** A network pools over all positions, so it would also run on images of a size that its costs are not for. */
function checkImages(x: tf.Tensor4D, expected: Shape): void {
  const shape = x.shape.slice(1);
  if (sameShape(shape, expected)) return;
  throw new TinyFormerError('E_SHAPE', `the images are [${shape}], the network reads [${expected}]`, {
    hint: 'give the search space the size of the images',
    details: { images: shape, expected },
  });
}

function readWeights<R extends tf.Rank>(layer: Layer, { variables, masks }: Context): tf.Tensor<R> {
  const weights = variables.read<R>(layer, 'weights');
  const mask = masks?.[layer.name];
  if (!mask) return weights;
  if (!tf.util.arraysEqual(mask.shape, weights.shape)) {
    throw new InternalError(`${layer.name} has weights [${weights.shape}] and a mask [${mask.shape}]`);
  }
  return tf.mul(weights, mask);
}

interface Affine {
  readonly gamma: tf.Tensor1D;
  readonly beta: tf.Tensor1D;
}

/** A convolution alone, and as one op with BatchNorm by the batch's own statistics and the activation. */
interface Convolution {
  readonly convolve: () => tf.Tensor4D;
  readonly train: (affine: Affine) => BatchNormResult;
}

function normalised(
  layer: Extract<Layer, { op: 'convolution' | 'depthwise' }>,
  { variables, training, statistics, onBatchStatistics }: Context,
  { convolve, train }: Convolution,
): tf.Tensor4D {
  const gamma = variables.read<tf.Rank.R1>(layer, 'gamma');
  const beta = variables.read<tf.Rank.R1>(layer, 'beta');
  if (training) {
    const { y, mean, variance } = train({ gamma, beta });
    onBatchStatistics?.(layer, { mean, variance });
    return y;
  }
  const known = statistics?.[layer.name];
  if (!known) {
    throw new TinyFormerError('E_STATISTICS', `${layer.name} has no BatchNorm statistics`, {
      hint: 'call recalibrateNorm for this architecture first, or run with training: true',
    });
  }
  const [mean, variance] = [tf.tensor1d(known.mean), tf.tensor1d(known.variance)];
  return batchNormInference(convolve(), gamma, beta, mean, variance, { activation: layer.activation });
}
