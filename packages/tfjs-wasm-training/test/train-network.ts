/** @file A training of network A on noise, for tests that look at what it does to bits and memory. */

import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { NETWORKS, Network } from '../src/benchmark/networks.js';
import { adamW, clipGradientNorm, softmaxCrossEntropy } from '../src/index.js';
import { randomTensor } from './compare.js';

let runs = 0;

export interface TrainedNetwork {
  readonly losses: readonly number[];
  readonly weights: readonly Float32Array[];
}

/** A network in training; everything is freed at the end. */
export interface Trainer {
  /** @returns the loss */
  step(): number;
  weights(): Float32Array[];
  dispose(): void;
}

/** Trains with clipping, smoothing and AdamW. */
export function createTrainerA(options: { readonly batch?: number; readonly seed?: number } = {}): Trainer {
  const { batch = 3, seed = 1 } = options;
  const network = new Network(NETWORKS.A, `run-${runs++}`);
  const images = randomTensor([batch, 32, 32, 3], seed) as Tensor4D;
  const labels = tf.tensor1d(
    Array.from({ length: batch }, (_, i) => (i * 3 + 1) % 10),
    'int32',
  ) as Tensor1D;
  const optimizer = adamW({ weightDecay: 0.05 });
  tf.tidy(() => void network.forward(images));
  const variables = [...network.variables.values()];
  return {
    step: () => {
      const { value, grads } = tf.variableGrads(
        () => softmaxCrossEntropy(network.forward(images), labels, { labelSmoothing: 0.1 }) as Scalar,
        variables,
      );
      clipGradientNorm(grads, 1);
      optimizer.step(
        variables.map((variable) => ({ variable, decay: variable.rank > 1 })),
        grads,
        2e-3,
      );
      const loss = value.dataSync()[0]!;
      tf.dispose([value, grads]);
      return loss;
    },
    weights: () => variables.map((variable) => variable.dataSync<'float32'>()),
    dispose: () => {
      optimizer.dispose();
      tf.dispose([images, labels, ...variables]);
    },
  };
}

export function trainNetworkA(
  steps: number,
  options: { readonly batch?: number; readonly afterStep?: (step: number) => void } = {},
): TrainedNetwork {
  const trainer = createTrainerA(options);
  const losses = Array.from({ length: steps }, (_, i) => {
    const loss = trainer.step();
    options.afterStep?.(i);
    return loss;
  });
  const weights = trainer.weights();
  trainer.dispose();
  return { losses, weights };
}
