/** @file Block magnitude pruning of a whole float network: masks from its weights, and the network with them applied. */
import {
  expandArchitecture,
  tensorData,
  TinyFormerError,
  weightMatrixShape,
  type Layer,
  type LayerSparsity,
  type SparsityPattern,
  type TensorData,
} from '@tinyformer/core';
import type { FloatNetwork, WeightMasks } from '@tinyformer/supernas';
import { applyMask, blockMask, nonZeroShare } from './block-mask.js';
import { isPrunable } from './prunable-layers.js';

type Weights = Pick<FloatNetwork, 'architecture' | 'layers'>;

/**
 * The masks that a pattern means for these weights: uint8, 1 where a weight stays, in the weights' shape.
 * @throws E_SPARSITY when the pattern names a layer that is not there or cannot be pruned, or a density outside (0, 1].
 */
export function networkMasks(network: Weights, pattern: SparsityPattern): WeightMasks {
  const layers = new Map(expandArchitecture(network.architecture).map((layer) => [layer.name, layer]));
  return Object.fromEntries(
    Object.entries(pattern).map(([name, sparsity]) => {
      checkSparsity(name, { layer: layers.get(name), sparsity });
      const matrix = weightMatrixShape(layers.get(name)!)!;
      const mask = blockMask(weightsOf(network, name), { ...matrix, ...sparsity });
      return [name, tensorData(mask, network.layers[name]!.weights!.shape)];
    }),
  );
}

/**
 * The network with its smallest blocks set to exactly 0.
 * @throws E_SPARSITY as {@link networkMasks} does.
 */
export function pruneNetwork(network: FloatNetwork, pattern: SparsityPattern): FloatNetwork {
  return applyMasks(network, networkMasks(network, pattern));
}

export function applyMasks(network: FloatNetwork, masks: WeightMasks): FloatNetwork {
  const layers = Object.entries(network.layers).map(([name, tensors]) => {
    const mask = masks[name];
    if (mask === undefined) return [name, tensors] as const;
    const weights = tensorData(
      applyMask(weightsOf(network, name), mask.data as Uint8Array),
      tensors.weights!.shape,
    );
    return [name, { ...tensors, weights: weights as TensorData<'float32'> }] as const;
  });
  return { ...network, layers: Object.fromEntries(layers) };
}

/** The non-zero share of the weights of all convolutions and linear layers, stem and classifier included. */
export function networkDensity(network: Weights): number {
  let total = 0;
  let nonZero = 0;
  for (const layer of expandArchitecture(network.architecture)) {
    if (weightMatrixShape(layer) === null) continue;
    const weights = weightsOf(network, layer.name);
    total += weights.length;
    nonZero += nonZeroShare(weights) * weights.length;
  }
  return nonZero / total;
}

function weightsOf({ layers }: Pick<FloatNetwork, 'layers'>, name: string): Float32Array {
  return layers[name]!.weights!.data as Float32Array;
}

function checkSparsity(
  name: string,
  { layer, sparsity }: { readonly layer: Layer | undefined; readonly sparsity: LayerSparsity },
): void {
  const { density, blockRows, blockColumns } = sparsity;
  const fail = (message: string, hint: string): never => {
    throw new TinyFormerError('E_SPARSITY', message, { hint, details: { layer: name, sparsity } });
  };
  if (layer === undefined) fail(`there is no layer "${name}"`, 'name layers as the architecture does');
  if (!(density > 0 && density <= 1)) {
    fail(`${name} would have the density ${density}`, 'choose a density above 0, up to 1');
  }
  if (![blockRows, blockColumns].every((extent) => Number.isInteger(extent) && extent > 0)) {
    fail(`${name} would have blocks of ${blockRows} x ${blockColumns}`, 'blocks have whole positive sides');
  }
  if (!isPrunable(layer!, sparsity)) {
    fail(
      `${name} cannot be pruned in blocks of ${blockColumns} input channels`,
      'choose a convolution or linear layer whose input channels are a multiple of the block, not the stem',
    );
  }
}
