/** @file Kernel requests from a few numbers, with rescaling by 1 and zero points of 0 unless said otherwise. */
import type { KernelParams, KernelRequest } from './request.js';
import type { RowEncoding } from './row-streams.js';

/** multiplier * 2^-shift = 1 */
export const UNIT = { multiplier: 2 ** 30, shift: 30 } as const;

const perChannel = (channels: number): KernelParams => ({
  bias: new Int32Array(channels),
  multiplier: new Int32Array(channels).fill(UNIT.multiplier),
  shift: new Uint8Array(channels).fill(UNIT.shift),
});

const NO_CLAMP = { output_zero_point: 0, output_min: -128, output_max: 127 };

export type WeightEncoding = 'dense' | RowEncoding;

export interface Shape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

export interface WindowShape {
  readonly input: Shape;
  readonly outputChannels: number;
  /** Its height, and its width where no other is given. */
  readonly kernel: number;
  readonly kernelWidth?: number;
  readonly stride: number;
  readonly strideWidth?: number;
}

interface WeightedOptions {
  readonly input: Int8Array;
  readonly weights: Int8Array;
  readonly encoding?: WeightEncoding;
  readonly params?: KernelParams;
}

export function linear(
  [tokens, inputs, outputs]: readonly [number, number, number],
  { input, weights, encoding = 'dense', params = {} }: WeightedOptions,
): KernelRequest {
  return {
    kernel: `tfr_linear_${encoding}_s8`,
    params: {
      ...{ tokens, inputs, outputs, input_zero_point: 0, weights, weight_bytes: weights.length },
      ...NO_CLAMP,
      ...perChannel(outputs),
      ...params,
    },
    inputs: [input],
    outputLength: tokens * outputs,
  };
}

/** A stream holds biases and factors itself. */
export function linearPanel(
  [tokens, inputs, outputs]: readonly [number, number, number],
  { input, weights, params = {} }: { input: Int8Array; weights: Int8Array; params?: KernelParams },
): KernelRequest {
  const numbers = Object.entries(params).filter(([, value]) => typeof value === 'number');
  return {
    kernel: 'tfr_linear_panel_s8',
    params: {
      ...{ tokens, inputs, outputs, input_zero_point: 0, weights, weight_bytes: weights.length },
      ...NO_CLAMP,
      ...Object.fromEntries(numbers),
    },
    inputs: [input],
    outputLength: tokens * outputs,
  };
}

/** SAME padding, the surplus behind the last position. */
function windowParams({
  input,
  kernel,
  stride,
  kernelWidth = kernel,
  strideWidth = stride,
}: WindowShape): Record<string, number> {
  const rows = { size: input.height, taps: kernel, step: stride };
  const columns = { size: input.width, taps: kernelWidth, step: strideWidth };
  const output = ({ size, step }: typeof rows): number => Math.ceil(size / step);
  const padding = (side: typeof rows): number =>
    Math.floor(Math.max(0, (output(side) - 1) * side.step + side.taps - side.size) / 2);
  return {
    ...{ input_height: input.height, input_width: input.width },
    ...{ output_height: output(rows), output_width: output(columns) },
    ...{ kernel_height: kernel, kernel_width: kernelWidth, stride_height: stride, stride_width: strideWidth },
    ...{ padding_top: padding(rows), padding_left: padding(columns) },
  };
}

export function convolution(
  shape: WindowShape,
  { input, weights, encoding = 'dense', params = {} }: WeightedOptions,
): KernelRequest {
  const window = windowParams(shape);
  return {
    kernel: `tfr_convolution_${encoding}_s8`,
    params: {
      ...window,
      ...{ input_zero_point: 0, ...NO_CLAMP },
      ...{ input_channels: shape.input.channels, output_channels: shape.outputChannels },
      ...{ weights, weight_bytes: weights.length },
      ...perChannel(shape.outputChannels),
      ...params,
    },
    inputs: [input],
    outputLength: window['output_height']! * window['output_width']! * shape.outputChannels,
  };
}

export function averagePool(
  shape: Omit<WindowShape, 'outputChannels'>,
  { input, params = {} }: { input: Int8Array; params?: KernelParams },
): KernelRequest {
  const { channels } = shape.input;
  const window = windowParams({ ...shape, outputChannels: channels });
  return {
    kernel: 'tfr_average_pool_s8',
    params: { ...window, channels, output_min: -128, output_max: 127, ...params },
    inputs: [input],
    outputLength: window['output_height']! * window['output_width']! * channels,
  };
}

/** A stream holds biases and factors itself. */
export function convolutionPanel(
  { shape, gathers }: { shape: WindowShape; gathers: boolean },
  { input, weights, params = {} }: { input: Int8Array; weights: Int8Array; params?: KernelParams },
): KernelRequest {
  const window = windowParams(shape);
  const numbers = Object.entries(params).filter(([, value]) => typeof value === 'number');
  return {
    kernel: 'tfr_convolution_panel_s8',
    params: {
      ...window,
      ...{ input_zero_point: 0, ...NO_CLAMP, gathers: gathers ? 1 : 0 },
      ...{ input_channels: shape.input.channels, output_channels: shape.outputChannels },
      ...{ weights, weight_bytes: weights.length },
      ...Object.fromEntries(numbers),
    },
    inputs: [input],
    outputLength: window['output_height']! * window['output_width']! * shape.outputChannels,
  };
}

export function depthwise(
  shape: Omit<WindowShape, 'outputChannels'>,
  {
    input,
    weights,
    encoding = 'dense',
    params = {},
  }: { input: Int8Array; weights: Int8Array; encoding?: 'dense' | 'taps'; params?: KernelParams },
): KernelRequest {
  const { channels } = shape.input;
  const window = windowParams({ ...shape, outputChannels: channels });
  return {
    kernel: `tfr_depthwise_${encoding}_s8`,
    params: {
      ...window,
      ...{ input_zero_point: 0, ...NO_CLAMP },
      ...{ channels, weights, weight_bytes: weights.length },
      ...perChannel(channels),
      ...params,
    },
    inputs: [input],
    outputLength: window['output_height']! * window['output_width']! * channels,
  };
}
