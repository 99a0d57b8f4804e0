/** @file Do the layers of a quantised network fit together? Asked of every network, read from a file or made in memory. */
import {
  checkShape,
  elementCount,
  INPUT,
  TinyFormerError,
  type Shape,
  type TensorData,
} from '@tinyformer/core';
import { MAX_ELEMENTS } from '../ir/graph.js';
import { PRUNABLE_HEADS } from '../ops/attention-arithmetic.js';
import { checkNames, checkName } from './names.js';
import type {
  QuantizedAttention,
  QuantizedLayer,
  QuantizedNetwork,
  QuantizedTensor,
} from './quantized-network.js';

const INPUT_COUNTS: Readonly<Record<QuantizedLayer['op'], number>> = {
  convolution: 1,
  depthwise: 1,
  linear: 1,
  layerNorm: 1,
  attention: 3,
  gelu: 1,
  add: 2,
  averagePool: 1,
  globalAveragePool: 1,
};

/** @throws E_NAME, E_NETWORK (wiring, tensor shapes), E_SHAPE, E_QUANTIZATION (scales, weights out of range). */
export function checkNetwork(network: QuantizedNetwork): void {
  checkName(network.name, 'the network');
  checkNames(
    network.layers.map((layer) => layer.name),
    'layer',
  );
  checkActivation(INPUT, network.input);
  const tensors = new Map<string, QuantizedTensor>([[INPUT, network.input]]);
  for (const layer of network.layers) {
    const count = INPUT_COUNTS[layer.op];
    if (layer.inputs.length !== count) {
      fail(layer, `reads ${layer.inputs.length} inputs`, `${layer.op} reads ${count}`);
    }
    for (const input of layer.inputs) {
      if (!tensors.has(input))
        fail(layer, `reads "${input}", which is no earlier layer`, 'order layers by use');
    }
    checkActivation(layer.name, layer.output);
    checkConstants(layer, tensors.get(layer.inputs[0]!)!);
    tensors.set(layer.name, layer.output);
  }
  const outputs = network.layers.at(-1)?.output.shape.at(-1);
  if (outputs !== network.classes.length) {
    throw new TinyFormerError(
      'E_NETWORK',
      `${network.classes.length} classes are named, the output has ${outputs}`,
      {
        hint: 'name every class once',
      },
    );
  }
}

function checkConstants(layer: QuantizedLayer, input: QuantizedTensor): void {
  const inputs = input.shape[2]!;
  const outputs = layer.output.shape[2]!;
  switch (layer.op) {
    case 'convolution':
      checkWeights(layer, { shape: [outputs, layer.kernel, layer.kernel, inputs], outputs });
      break;
    case 'depthwise':
      checkWeights(layer, { shape: [layer.kernel, layer.kernel, inputs], outputs });
      break;
    case 'linear':
      checkWeights(layer, { shape: [outputs, inputs], outputs });
      break;
    case 'layerNorm':
      checkTensor(layer, layer.gamma, { what: 'gamma', shape: [outputs], limit: 16383 });
      checkTensor(layer, layer.beta, { what: 'beta', shape: [outputs], limit: 2 ** 30 });
      checkScales(layer, [layer.gammaScale]);
      break;
    case 'attention':
      checkPrunedHeads(layer);
      break;
    case 'gelu':
    case 'add':
    case 'averagePool':
    case 'globalAveragePool':
      break;
    default:
      layer satisfies never;
  }
}

function checkPrunedHeads(layer: QuantizedAttention): void {
  const most = Math.min(layer.heads, PRUNABLE_HEADS);
  const wrong = layer.prunedHeads?.find((head) => !(head >= 0 && head < most));
  if (wrong !== undefined)
    fail(layer, `prunes the head ${wrong}`, `of ${layer.heads} heads, name some of the first ${most}`);
}

type WeightedLayer = Extract<QuantizedLayer, { weights: unknown }>;

function checkWeights(
  layer: WeightedLayer,
  expected: { readonly shape: Shape; readonly outputs: number },
): void {
  checkTensor(layer, layer.weights, { what: 'weights', shape: expected.shape, limit: 127 });
  checkTensor(layer, layer.bias, { what: 'bias', shape: [expected.outputs], limit: 2 ** 31 - 1 });
  if (layer.weightScales.length !== expected.outputs) {
    fail(
      layer,
      `has ${layer.weightScales.length} weight scales, not ${expected.outputs}`,
      'give one an output',
    );
  }
  checkScales(layer, layer.weightScales);
}

interface ExpectedTensor {
  readonly what: string;
  readonly shape: Shape;
  /** Largest absolute value. */
  readonly limit: number;
}

function checkTensor(
  layer: QuantizedLayer,
  tensor: TensorData,
  { what, shape, limit }: ExpectedTensor,
): void {
  if (tensor.shape.join() !== shape.join()) {
    fail(
      layer,
      `has ${what} of the shape [${tensor.shape.join(', ')}], not [${shape.join(', ')}]`,
      'give weights in the layout that the layer documents',
    );
  }
  if (tensor.data.length !== elementCount(shape)) {
    fail(
      layer,
      `has ${tensor.data.length} ${what}, not the ${elementCount(shape)} of [${shape.join(', ')}]`,
      'give every element',
    );
  }
  const beyond = tensor.data.find((value) => value > limit || value < -limit);
  if (beyond === undefined) return;
  throw new TinyFormerError('E_QUANTIZATION', `${layer.name} has the value ${beyond} in its ${what}`, {
    hint: `values lie within +-${limit}`,
    details: { layer: layer.name },
  });
}

function checkScales(layer: QuantizedLayer, scales: readonly number[]): void {
  const wrong = scales.find((scale) => !(scale > 0 && Number.isFinite(scale)));
  if (wrong === undefined) return;
  throw new TinyFormerError('E_QUANTIZATION', `${layer.name} has the scale ${wrong}`, {
    hint: 'scales are positive and finite',
    details: { layer: layer.name },
  });
}

/** [height, width, channels] of a size that can exist, and its quantisation. */
function checkActivation(name: string, tensor: QuantizedTensor): void {
  const { shape } = tensor;
  checkShape(shape, name);
  if (shape.length !== 3 || elementCount(shape) > MAX_ELEMENTS) {
    throw new TinyFormerError('E_SHAPE', `${name} has the shape [${shape.join(', ')}]`, {
      hint: `shapes are [height, width, channels] with at most ${MAX_ELEMENTS} elements`,
      details: { name, shape },
    });
  }
  checkQuant(name, tensor);
}

function checkQuant(name: string, { quant }: Pick<QuantizedTensor, 'quant'>): void {
  const { scale, zeroPoint } = quant;
  const isInt8 = Number.isInteger(zeroPoint) && zeroPoint >= -128 && zeroPoint <= 127;
  if (scale > 0 && Number.isFinite(scale) && isInt8) return;
  throw new TinyFormerError(
    'E_QUANTIZATION',
    `${name} has the scale ${scale} and the zero point ${zeroPoint}`,
    { hint: 'scales are positive and finite, zero points lie in [-128, 127]', details: { name } },
  );
}

function fail(layer: QuantizedLayer, message: string, hint: string): never {
  throw new TinyFormerError('E_NETWORK', `layer ${layer.name} ${message}`, {
    hint,
    details: { layer: layer.name },
  });
}
