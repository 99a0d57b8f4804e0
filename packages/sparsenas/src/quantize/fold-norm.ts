/**
 * @file BatchNorm disappears into the convolution before it: gamma (x - mean) / sqrt(variance + epsilon) + beta is a scale
 * an output channel, which goes into the weights, and an offset, which becomes the bias.
 */

/** What training adds to the variance: the default of tfjs-wasm-training's `batchNorm`. */
export const BATCH_NORM_EPSILON = 1e-5;

export interface BatchNorm {
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
  readonly epsilon: number;
}

export interface FoldedWeights {
  readonly weights: Float32Array;
  /** [channels] */
  readonly bias: Float32Array;
}

/**
 * The convolution's or depthwise convolution's weights with BatchNorm inside; a zero stays a zero.
 * @param channelOf - the output channel of the weight at this flat index.
 */
export function foldNorm(
  weights: Float32Array,
  norm: BatchNorm,
  channelOf: (index: number) => number,
): FoldedWeights {
  const { gamma, beta, mean, variance, epsilon } = norm;
  const scales = Float64Array.from(
    gamma,
    (value, channel) => value / Math.sqrt(variance[channel]! + epsilon),
  );
  return {
    weights: weights.map((weight, index) => (weight === 0 ? 0 : weight * scales[channelOf(index)]!)),
    bias: beta.map((value, channel) => value - mean[channel]! * scales[channel]!),
  };
}
