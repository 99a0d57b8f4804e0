/**
 * @file All paths of a search space in one set of shared weights (Guo et al., 2019; Cai et al., "Once-for-all", 2020): a
 * path reads the leading channels, the centre of the kernels and the first blocks of the largest one.
 */
import type * as tf from '@tensorflow/tfjs-core';
import { expandArchitecture, TinyFormerError, type Architecture, type Layer } from '@tinyformer/core';
import { forward, type ForwardOptions } from '../network/forward.js';
import { NetworkVariables, type VariableValue } from '../network/variables.js';
import { containsArchitecture, largestArchitecture } from '../space/measure.js';
import type { SearchSpace } from '../space/search-space.js';
import type { Network } from './network.js';

export class Supernet implements Network {
  private constructor(
    readonly space: SearchSpace,
    /** Of the initial weights; goes into every artefact made from them. */
    readonly seed: number,
    readonly variables: NetworkVariables,
  ) {}

  /** Freshly initialised weights; an engine must be in use (`useTraining`). */
  static create(space: SearchSpace, { seed }: { readonly seed: number }): Supernet {
    return new Supernet(space, seed, NetworkVariables.create(allLayers(space), { seed }));
  }

  /** With weights by variable key, of exactly the shapes that the space needs. */
  static restore(
    space: SearchSpace,
    options: { readonly seed: number; readonly values: Readonly<Record<string, VariableValue>> },
  ): Supernet {
    const { seed, values } = options;
    return new Supernet(space, seed, NetworkVariables.from(allLayers(space), values));
  }

  /** @throws E_ARCHITECTURE when the path is not of this space. */
  forward(x: tf.Tensor4D, architecture: Architecture, options: ForwardOptions): tf.Tensor2D {
    this.checkPath(architecture);
    return forward(x, expandArchitecture(architecture), { ...options, variables: this.variables });
  }

  /** @throws E_ARCHITECTURE when the path is not of this space. */
  checkPath(architecture: Architecture): void {
    if (containsArchitecture(this.space, architecture)) return;
    throw new TinyFormerError('E_ARCHITECTURE', `the architecture is not in the space "${this.space.name}"`, {
      hint: 'draw paths with sampleArchitecture from the space of this supernet',
      details: { architecture },
    });
  }

  dispose(): void {
    this.variables.dispose();
  }
}

/** Every layer at its largest: a stage's entering convolution is 1x1 at stride 1 and 3x3 at stride 2, hence both strides. */
function allLayers(space: SearchSpace): readonly Layer[] {
  const largest = largestArchitecture(space);
  const strided = {
    ...largest,
    stages: largest.stages.map((stage, index) => ({
      ...stage,
      stride: Math.max(...space.stages[index]!.stride) as 1 | 2,
    })),
  };
  return [...expandArchitecture(largest), ...expandArchitecture(strided)];
}
