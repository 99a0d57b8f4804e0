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

/** Trains with clipping, smoothing and AdamW; everything is freed at the end. */
export function trainNetworkA(
  steps: number,
  options: { readonly batch?: number; readonly afterStep?: (step: number) => void } = {},
): TrainedNetwork {
  const { batch = 3, afterStep } = options;
  const network = new Network(NETWORKS.A, `run-${runs++}`);
  const images = randomTensor([batch, 32, 32, 3], 1) as Tensor4D;
  const labels = tf.tensor1d(
    Array.from({ length: batch }, (_, i) => (i * 3 + 1) % 10),
    'int32',
  ) as Tensor1D;
  const optimizer = adamW({ weightDecay: 0.05 });
  tf.tidy(() => void network.forward(images));
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    const { value, grads } = tf.variableGrads(
      () => softmaxCrossEntropy(network.forward(images), labels, { labelSmoothing: 0.1 }) as Scalar,
    );
    clipGradientNorm(grads, 1);
    const variables = [...network.variables.values()].map((variable) => ({
      variable,
      decay: variable.rank > 1,
    }));
    optimizer.step(variables, grads, 2e-3);
    losses.push(value.dataSync()[0]!);
    tf.dispose([value, grads]);
    afterStep?.(i);
  }
  const weights = [...network.variables.values()].map((variable) => variable.dataSync<'float32'>());
  optimizer.dispose();
  tf.dispose([images, labels, ...network.variables.values()]);
  return { losses, weights };
}
