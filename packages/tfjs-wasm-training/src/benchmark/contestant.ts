/** @file A network in training on one engine: steps that can be timed. */

import '@tensorflow/tfjs'; // registers the gradients of its own ops
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { adamW, softmaxCrossEntropy, useTraining } from '../index.js';
import type { EngineOptions, TrainingEngine } from '../index.js';
import { NETWORKS, Network } from './networks.js';
import type { NetworkName } from './networks.js';

const WARM_UP_STEPS = 3;

/** By which time is measured: processor time tells one thread's speed on a machine that does other things too. */
export type Clock = 'wall' | 'processor';

export interface Turn {
  readonly seconds: number;
  readonly clock: Clock;
}

const readMs: Readonly<Record<Clock, () => number>> = {
  wall: () => performance.now(),
  processor: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

export interface Contestant {
  readonly engine: TrainingEngine;
  /** Images per second of full training steps (forward, gradients, AdamW) over about so much time. */
  rate(turn: Turn): Promise<number>;
  dispose(): Promise<void>;
}

let contestants = 0;

/** Builds the network on the engine and takes its first steps. */
export async function createContestant(options: {
  readonly network: NetworkName;
  readonly batch: number;
  readonly engine: EngineOptions;
}): Promise<Contestant> {
  const engine = await useTraining(options.engine);
  const network = new Network(NETWORKS[options.network], `benchmark-${contestants++}`);
  const { extent, classes } = network.shape;
  const { batch } = options;
  const images = tf.randomNormal([batch, extent, extent, 3], 0, 1, 'float32', 1) as Tensor4D;
  const labels = tf.tensor1d(
    Array.from({ length: batch }, (_, i) => i % classes),
    'int32',
  ) as Tensor1D;
  tf.tidy(() => void network.forward(images));
  const variables = [...network.variables.values()].map((variable) => ({
    variable,
    decay: variable.rank > 1,
  }));
  const optimizer = adamW();
  const step = async (): Promise<void> => {
    const loss = () => softmaxCrossEntropy(network.forward(images), labels) as Scalar;
    const { value, grads } = tf.variableGrads(loss);
    optimizer.step(variables, grads, 1e-3);
    await value.data();
    tf.dispose([value, grads]);
  };
  for (let i = 0; i < WARM_UP_STEPS; i++) await step();
  return {
    engine,
    rate: async ({ seconds, clock }) => {
      await useTraining(options.engine);
      const now = readMs[clock];
      let steps = 0;
      const start = now();
      while (steps === 0 || now() - start < seconds * 1000) {
        await step();
        steps++;
      }
      return (1000 * steps * batch) / (now() - start);
    },
    dispose: async () => {
      await useTraining(options.engine);
      optimizer.dispose();
      tf.dispose([images, labels, ...network.variables.values()]);
    },
  };
}
