/**
 * @file The quantised network that an architecture would become, without its weights: every weight is 0 and every scale 1,
 * on shared memory. It has the sizes of the real one, which is all that flash, SRAM and cycles depend on.
 */
import {
  expandArchitecture,
  INPUT,
  TOOL_VERSION,
  type Architecture,
  type Layer,
  type QuantParams,
  type Shape,
  type SparsityPattern,
  type TensorData,
} from '@tinyformer/core';
import { quantizedLayer } from '../frontend/quantized-layer.js';
import type { QuantizedLayer, QuantizedNetwork } from '../frontend/quantized-network.js';

const UNIT: QuantParams = { scale: 1, zeroPoint: 0 };
let zeroBytes = new ArrayBuffer(2 ** 20);

/** A tensor of zeros over memory that all outlines share; read only. */
function zeros<D extends 'int8' | 'int16' | 'int32'>(dtype: D, shape: Shape): TensorData<D> {
  const length = shape.reduce((product, extent) => product * extent, 1);
  if (4 * length > zeroBytes.byteLength) zeroBytes = new ArrayBuffer(8 * length);
  const constructors = { int8: Int8Array, int16: Int16Array, int32: Int32Array };
  return { dtype, shape, data: new constructors[dtype](zeroBytes, 0, length) } as unknown as TensorData<D>;
}

const onesOfLength = new Map<number, readonly number[]>();

function ones(length: number): readonly number[] {
  let scales = onesOfLength.get(length);
  if (scales === undefined) onesOfLength.set(length, (scales = new Array<number>(length).fill(1)));
  return scales;
}

/** Layers that the pattern names are pruned by its blocks. */
export function outlineNetwork(architecture: Architecture, pattern: SparsityPattern): QuantizedNetwork {
  const { input, classes } = architecture;
  return {
    kind: 'tinyformer/quantized-network',
    formatVersion: 1,
    toolVersion: TOOL_VERSION,
    seed: 0,
    name: 'outline',
    input: { shape: [input.height, input.width, input.channels], quant: UNIT },
    layers: expandArchitecture(architecture).map((layer) => outlineLayer(layer, pattern)),
    classes: Array.from({ length: classes }, () => INPUT),
  };
}

function outlineLayer(layer: Layer, pattern: SparsityPattern): QuantizedLayer {
  const outputs = layer.outputShape[2]!;
  return quantizedLayer(layer, UNIT, {
    weighted: (shape) => ({
      weights: zeros('int8', shape),
      weightScales: ones(outputs),
      bias: zeros('int32', [outputs]),
    }),
    affine: () => ({ gamma: zeros('int16', [outputs]), gammaScale: 1, beta: zeros('int32', [outputs]) }),
    sparsity: pattern[layer.name] ?? null,
  });
}
