/**
 * @file Which trainable parameters a layer has, and in which layout. Training kernels want the outputs last ([K, K, I, O]
 * and [I, O]); artefacts keep core's layouts, outputs first. Here is the only place that knows both.
 */
import { elementCount, tensorData, type Layer, type Shape, type TensorData } from '@tinyformer/core';

export type ParameterName = 'weights' | 'bias' | 'gamma' | 'beta';

export interface Parameter {
  readonly name: ParameterName;
  /** In training layout. */
  readonly shape: Shape;
  /** Values before training: normal with this standard deviation, or all alike. */
  readonly initial: { readonly standardDeviation: number } | { readonly value: number };
  /** Whether weight decay applies. */
  readonly decay: boolean;
}

/** He et al. (2015) before a rectifier; depthwise filters see one channel each. */
const rectified = (fanIn: number) => ({ standardDeviation: Math.sqrt(2 / fanIn) });
/** LeCun et al. (1998): keeps the variance where no rectifier follows. */
const linear = (fanIn: number) => ({ standardDeviation: Math.sqrt(1 / fanIn) });

function scaleAndOffset(channels: number): readonly Parameter[] {
  return [
    { name: 'gamma', shape: [channels], initial: { value: 1 }, decay: false },
    { name: 'beta', shape: [channels], initial: { value: 0 }, decay: false },
  ];
}

/** The trainable parameters of a layer; none for layers without weights. */
export function parametersOf(layer: Layer): readonly Parameter[] {
  const inputs = layer.inputShape[2]!;
  const outputs = layer.outputShape[2]!;
  switch (layer.op) {
    case 'convolution': {
      const { kernel } = layer;
      const initial = rectified(kernel * kernel * inputs);
      const shape = [kernel, kernel, inputs, outputs];
      return [{ name: 'weights', shape, initial, decay: true }, ...scaleAndOffset(outputs)];
    }
    case 'depthwise': {
      const { kernel } = layer;
      const initial = rectified(kernel * kernel);
      const shape = [kernel, kernel, outputs];
      return [{ name: 'weights', shape, initial, decay: true }, ...scaleAndOffset(outputs)];
    }
    case 'linear':
      return [
        { name: 'weights', shape: [inputs, outputs], initial: linear(inputs), decay: true },
        { name: 'bias', shape: [outputs], initial: { value: 0 }, decay: false },
      ];
    case 'layerNorm':
      return scaleAndOffset(outputs);
    case 'attention':
    case 'gelu':
    case 'add':
    case 'globalAveragePool':
      return [];
  }
  return layer satisfies never;
}

/** Whether BatchNorm follows the layer, so that inference needs a mean and a variance a channel. */
export function isNormalised(layer: Layer): boolean {
  return layer.op === 'convolution' || layer.op === 'depthwise';
}

/** Only weights whose outputs come last in training move: a transposed matrix [inputs, outputs]. */
function outputsMove(layer: Layer, name: string): boolean {
  return name === 'weights' && (layer.op === 'convolution' || layer.op === 'linear');
}

/** From training layout to core's: [K, K, I, O] to [O, K, K, I], [I, O] to [O, I]; others as they are. */
export function toCoreLayout(
  layer: Layer,
  parameter: { readonly name: string; readonly shape: Shape; readonly data: Float32Array },
): TensorData<'float32'> {
  const { name, shape, data } = parameter;
  if (!outputsMove(layer, name)) return tensorData(data.slice(), shape) as TensorData<'float32'>;
  const outputs = shape.at(-1)!;
  const coreShape = [outputs, ...shape.slice(0, -1)];
  return tensorData(transpose(data, outputs), coreShape) as TensorData<'float32'>;
}

/** The inverse of {@link toCoreLayout}. */
export function toTrainingLayout(
  layer: Layer,
  parameter: { readonly name: string; readonly tensor: TensorData },
): { readonly shape: Shape; readonly data: Float32Array } {
  const { name, tensor } = parameter;
  const data = Float32Array.from(tensor.data);
  if (!outputsMove(layer, name)) return { shape: tensor.shape, data };
  const shape = [...tensor.shape.slice(1), tensor.shape[0]!];
  return { shape, data: transpose(data, elementCount(shape) / tensor.shape[0]!) };
}

/** [rows, columns] -> [columns, rows] */
function transpose(data: Float32Array, columns: number): Float32Array {
  const rows = data.length / columns;
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = data[row * columns + column]!;
    }
  }
  return result;
}
