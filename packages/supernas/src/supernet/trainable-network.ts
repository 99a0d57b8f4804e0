/** @file A single path that trains: fresh variables or those of a float network, and masks that keep its zeros. */
import type * as tf from '@tensorflow/tfjs-core';
import {
  expandArchitecture,
  InternalError,
  type Architecture,
  type Layer,
  type TensorData,
} from '@tinyformer/core';
import type { FloatNetwork } from '../network/float-network.js';
import { forward, type ForwardOptions } from '../network/forward.js';
import { parametersOf, toTrainingLayout } from '../network/parameters.js';
import { NetworkVariables, type VariableValue } from '../network/variables.js';
import type { Network } from './network.js';

/** 0 or 1 for every weight of the layers named, in core's layout. */
export type WeightMasks = Readonly<Record<string, TensorData>>;

export class TrainableNetwork implements Network {
  readonly #layers: readonly Layer[];

  /** Freshly initialised weights. */
  static create(architecture: Architecture, { seed }: { readonly seed: number }): TrainableNetwork {
    const variables = NetworkVariables.create(expandArchitecture(architecture), { seed });
    return new TrainableNetwork(architecture, seed, variables);
  }

  /** With weights by variable key, of exactly the shapes that the architecture needs. */
  static restore(
    architecture: Architecture,
    options: { readonly seed: number; readonly values: Readonly<Record<string, VariableValue>> },
  ): TrainableNetwork {
    const { seed, values } = options;
    const variables = NetworkVariables.from(expandArchitecture(architecture), values);
    return new TrainableNetwork(architecture, seed, variables);
  }

  private constructor(
    readonly architecture: Architecture,
    readonly seed: number,
    readonly variables: NetworkVariables,
  ) {
    this.#layers = expandArchitecture(architecture);
  }

  /** The architecture is this network's own; the argument exists so that a supernet and a path are called alike. */
  forward(x: tf.Tensor4D, _architecture: Architecture, options: ForwardOptions): tf.Tensor2D {
    return forward(x, this.#layers, { ...options, variables: this.variables });
  }

  /** Masked weights become 0 and stay there through training; the masks of layers that are not named stay as they are. */
  setMasks(masks: WeightMasks): void {
    for (const [name, tensor] of Object.entries(masks)) {
      const layer = this.#layers.find((candidate) => candidate.name === name);
      if (!layer) throw new InternalError(`a mask names the layer ${name}, which the network does not have`);
      this.variables.setMask(name, 'weights', toTrainingLayout(layer, { name: 'weights', tensor }));
    }
  }

  dispose(): void {
    this.variables.dispose();
  }
}

/**
 * Variables with the network's values. Masked weights start at 0 and stay there through training.
 * The BatchNorm statistics are left behind: measure them anew after training.
 */
export function createTrainable(
  network: FloatNetwork,
  { masks = {} }: { readonly masks?: WeightMasks } = {},
): TrainableNetwork {
  const { architecture, seed } = network;
  const layers = expandArchitecture(architecture);
  const values = layers.flatMap((layer) =>
    parametersOf(layer).map(({ name }): [string, VariableValue] => [
      `${layer.name}/${name}`,
      toTrainingLayout(layer, { name, tensor: network.layers[layer.name]![name]! }),
    ]),
  );
  const trainable = TrainableNetwork.restore(architecture, { seed, values: Object.fromEntries(values) });
  trainable.setMasks(masks);
  return trainable;
}
