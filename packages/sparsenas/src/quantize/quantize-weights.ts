/**
 * @file Weights to integers: per-output-channel symmetric int8 in [-127, 127] with int32 biases (TensorFlow Lite's int8
 * specification), and LayerNorm's int16 scale with its int32 offset. A weight that is 0 stays 0, so pruned blocks survive.
 */
import { clamp, tensorData, type Shape, type TensorData } from '@tinyformer/core';

export interface RealWeights {
  readonly weights: Float32Array;
  readonly bias: Float32Array;
  readonly shape: Shape;
  /** The output channel of the weight at this flat index. */
  readonly channelOf: (index: number) => number;
}

export interface IntegerWeights {
  readonly weights: TensorData<'int8'>;
  readonly weightScales: number[];
  readonly bias: TensorData<'int32'>;
}

const WEIGHT_LIMIT = 127;
/** Leaves the accumulator room beside the bias. */
const BIAS_LIMIT = 2 ** 30;
/** Of a channel whose weights are all zero: any scale is right, this one keeps the rescaling factor representable. */
const DEAD_CHANNEL_SCALE = 2 ** -10;

/** @param inputScale - of the layer's input; the bias has the scale `inputScale * weightScales[channel]`. */
export function quantizeWeights(real: RealWeights, inputScale: number): IntegerWeights {
  const { weights, bias, shape, channelOf } = real;
  const largest = new Float64Array(bias.length);
  weights.forEach((weight, index) => {
    const channel = channelOf(index);
    largest[channel] = Math.max(largest[channel]!, Math.abs(weight));
  });
  const weightScales = Array.from(largest, (magnitude, channel) => {
    const scale = magnitude > 0 ? magnitude / WEIGHT_LIMIT : DEAD_CHANNEL_SCALE;
    return Math.max(scale, Math.abs(bias[channel]!) / (inputScale * BIAS_LIMIT));
  });
  const integers = Int8Array.from(weights, (weight, index) =>
    nearest(weight / weightScales[channelOf(index)]!),
  );
  const biases = Int32Array.from(bias, (value, channel) =>
    nearest(value / (inputScale * weightScales[channel]!)),
  );
  return {
    weights: tensorData(integers, shape) as TensorData<'int8'>,
    weightScales,
    bias: tensorData(biases) as TensorData<'int32'>,
  };
}

export interface IntegerNorm {
  readonly gamma: TensorData<'int16'>;
  readonly gammaScale: number;
  /** With the scale gammaScale / 1024. */
  readonly beta: TensorData<'int32'>;
}

const GAMMA_LIMIT = 16383;
const NORM_ONE = 1024;

/** LayerNorm's scale and offset, [channels] each, as docs/quantization.md defines them. */
export function quantizeNorm(gamma: Float32Array, beta: Float32Array): IntegerNorm {
  const largest = gamma.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const gammaScale = (largest || 1) / GAMMA_LIMIT;
  const betaScale = gammaScale / NORM_ONE;
  return {
    gamma: tensorData(Int16Array.from(gamma, (value) => nearest(value / gammaScale))) as TensorData<'int16'>,
    gammaScale,
    beta: tensorData(
      Int32Array.from(beta, (value) => clamp(nearest(value / betaScale), -BIAS_LIMIT, BIAS_LIMIT)),
    ) as TensorData<'int32'>,
  };
}

/** Nearest integer, halves away from zero, never -0. */
function nearest(value: number): number {
  return Math.sign(value) * Math.round(Math.abs(value)) + 0;
}
