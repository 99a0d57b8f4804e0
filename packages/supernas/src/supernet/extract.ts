/** @file From shared or trained variables to the plain data of one path, with freshly measured BatchNorm statistics. */
import type * as tf from '@tensorflow/tfjs-core';
import {
  expandArchitecture,
  tensorData,
  TOOL_VERSION,
  type Architecture,
  type Layer,
  type TensorData,
} from '@tinyformer/core';
import { drawImages, sequentialBatches } from '../data/batches.js';
import type { DatasetSplits } from '../data/dataset.js';
import { floatNetworkHeader, type FloatNetwork, type LayerTensors } from '../network/float-network.js';
import type { Masks, NormStatistics } from '../network/forward.js';
import { measureNormStatistics } from '../network/norm-statistics.js';
import { parametersOf, toCoreLayout } from '../network/parameters.js';
import type { NetworkVariables } from '../network/variables.js';
import type { Network } from './network.js';

export interface RecalibrationOptions {
  readonly seed: number;
  /** Images a batch, default 128 (or all the training images, if they are fewer). */
  readonly batchSize?: number;
  /** Batches drawn from the training images, default 8. */
  readonly batches?: number;
  readonly masks?: Masks;
}

/** BatchNorm statistics of one path over unaugmented training images. */
export function recalibrateNorm(
  network: Network,
  architecture: Architecture,
  options: RecalibrationOptions & { readonly splits: DatasetSplits },
): NormStatistics {
  const { splits, seed, batchSize = 128, batches = 8, masks } = options;
  const { train } = splits;
  const size = Math.min(batchSize, train.count);
  const count = size * Math.min(batches, Math.floor(train.count / size));
  const drawn = drawImages(train, { count, seed });
  return measureNormStatistics(
    (x, passed) => network.forward(x, architecture, { ...passed, ...(masks && { masks }) }),
    { batches: sequentialBatches(drawn, { ...splits, batchSize: size }), imageShape: train.imageShape },
  );
}

/** One path's own copy of its weights, in core's layouts. */
export function extractNetwork(
  network: Network & { readonly seed: number },
  architecture: Architecture,
  statistics: NormStatistics,
): FloatNetwork {
  const layers = expandArchitecture(architecture)
    .map((layer) => [layer.name, layerTensors(layer, network.variables, statistics)] as const)
    .filter(([, tensors]) => Object.keys(tensors).length > 0);
  return {
    ...floatNetworkHeader(network.seed, TOOL_VERSION),
    architecture,
    layers: Object.fromEntries(layers),
  };
}

function layerTensors(layer: Layer, variables: NetworkVariables, statistics: NormStatistics): LayerTensors {
  const parameters = parametersOf(layer).map(({ name, shape }) => {
    const variable = variables.get(layer.name, name).variable as tf.Tensor;
    const part = variables.read(layer, name);
    const data = part.dataSync<'float32'>();
    if (part !== variable) part.dispose();
    return [name, toCoreLayout(layer, { name, shape, data })] as const;
  });
  const measured = Object.entries(statistics[layer.name] ?? {}) as [string, Float32Array][];
  return Object.fromEntries([
    ...parameters,
    ...measured.map(([name, data]) => [name, tensorData(data) as TensorData<'float32'>] as const),
  ]);
}
