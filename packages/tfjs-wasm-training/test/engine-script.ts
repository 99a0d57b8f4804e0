/**
 * @file One training as a program of its own that runs on any engine: `engine-script.ts ENGINE NETWORK BATCH STEPS` prints
 * losses, norms of the moments and counts of tensors as JSON. It reads values by `await data()` alone.
 */

import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { NETWORKS, Network } from '../src/benchmark/networks.js';
import type { NetworkName } from '../src/benchmark/networks.js';
import {
  adamW,
  clipGradientNorm,
  softmaxCrossEntropy,
  TrainingError,
  useTraining,
  weightAverage,
} from '../src/index.js';
import type { EngineName } from '../src/index.js';
import { randomTensor } from './compare.js';

export interface ScriptResult {
  /** Why the engine did not start; then there is nothing else. */
  readonly missing?: string;
  readonly losses: readonly number[];
  /** After the first step and after the last. */
  readonly tensors: readonly number[];
  /** Of the first moments, over all variables. */
  readonly momentNorm: number;
  /** Of one image, by the averaged weights. */
  readonly averagedLogits: readonly number[];
  /** With a label that is no class: NaN, or an error's code. */
  readonly wrongLabel: string;
  readonly seconds: number;
}

async function train(network: Network, batch: number, steps: number): Promise<Omit<ScriptResult, 'seconds'>> {
  const images = randomTensor([batch, 32, 32, 3], 1) as Tensor4D;
  const classes = Array.from({ length: batch }, (_, i) => (i * 3 + 1) % 10);
  const labels = tf.tensor1d(classes, 'int32') as Tensor1D;
  tf.tidy(() => void network.forward(images));
  const variables = [...network.variables.values()];
  const optimizer = adamW({ weightDecay: 0.05 });
  const average = weightAverage({ decay: 0.5 });
  const loss = () => softmaxCrossEntropy(network.forward(images), labels, { labelSmoothing: 0.1 }) as Scalar;
  const [losses, tensors]: [number[], number[]] = [[], []];
  for (let i = 0; i < steps; i++) {
    const { value, grads } = tf.variableGrads(loss, variables);
    clipGradientNorm(grads, 1);
    optimizer.step(
      variables.map((variable) => ({ variable, decay: variable.rank > 1 })),
      grads,
      2e-3,
    );
    average.update(variables);
    losses.push((await value.data<'float32'>())[0]!);
    tf.dispose([value, grads]);
    tensors.push(tf.memory().numTensors);
  }
  const moments = Object.values(await optimizer.saveAsync()).flatMap(({ first }) => [...first]);
  average.swap();
  const logits = tf.tidy(() => network.forward(images));
  return {
    ...{ losses, tensors: [tensors[0]!, tensors.at(-1)!] },
    momentNorm: Math.sqrt(moments.reduce((sum, moment) => sum + moment ** 2, 0)),
    averagedLogits: [...(await logits.data<'float32'>())].slice(0, 10),
    wrongLabel: await lossOfWrongLabel(),
  };
}

async function lossOfWrongLabel(): Promise<string> {
  try {
    const loss = softmaxCrossEntropy(tf.ones([2, 10]), tf.tensor1d([3, 10], 'int32'));
    return String((await loss.data())[0]);
  } catch (error) {
    return (error as TrainingError).code;
  }
}

async function main(): Promise<object> {
  const [engine, name, batch, steps] = process.argv.slice(2);
  try {
    await useTraining({ engine: engine as EngineName, threads: 1 });
  } catch (error) {
    if (error instanceof TrainingError) return { missing: error.message };
    throw error;
  }
  if (steps === '0') return {};
  const start = performance.now();
  const result = await train(
    new Network(NETWORKS[name as NetworkName], 'script'),
    Number(batch),
    Number(steps),
  );
  return { ...result, seconds: (performance.now() - start) / 1000 };
}

console.log(JSON.stringify(await main()));
process.exit(0); // Dawn's device would keep the process alive
