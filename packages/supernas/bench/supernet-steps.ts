/**
 * @file Training steps over sampled paths of a supernet beside the same paths as networks of their own, in processor time.
 * `npx tsx -C @tinyformer/source packages/supernas/bench/supernet-steps.ts [shapes|cifar10] [paths]`
 */

import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { createRng, type Architecture } from '@tinyformer/core';
import { adamW, softmaxCrossEntropy, useTraining } from '@tinyformer/tfjs-wasm-training';
import { presets, sampleArchitecture, Supernet, TrainableNetwork } from '../src/index.js';

const BATCH = 64;
const STEPS = 4;

const [preset = 'cifar10', paths = '5'] = process.argv.slice(2);
await useTraining({ threads: 1 });
const space = presets[preset as keyof typeof presets];
const { height, width, channels } = space.input;
const x = tf.randomNormal([BATCH, height, width, channels]) as tf.Tensor4D;
const labels = tf.tensor1d(
  Array.from({ length: BATCH }, (_, i) => i % space.classes),
  'int32',
) as tf.Tensor1D;

/** Milliseconds of the fastest of some steps. */
function stepMs(network: Supernet | TrainableNetwork, path: Architecture): number {
  const optimizer = adamW();
  const variables = network.variables.all;
  const times = Array.from({ length: STEPS + 2 }, () => {
    const before = process.cpuUsage();
    const { value, grads } = tf.variableGrads(
      () => softmaxCrossEntropy(network.forward(x, path, { training: true }), labels),
      variables.map(({ variable }) => variable),
    );
    optimizer.step(variables, grads, 1e-4);
    tf.dispose([value, grads]);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  optimizer.dispose();
  return Math.min(...times.slice(2));
}

const rng = createRng(3);
const supernet = Supernet.create(space, { seed: 1 });
let [shared, own] = [0, 0];
for (let i = 0; i < Number(paths); i++) {
  const path = sampleArchitecture(space, rng);
  const network = TrainableNetwork.create(path, { seed: 1 });
  const times = [stepMs(supernet, path), stepMs(network, path)] as const;
  network.dispose();
  shared += times[0];
  own += times[1];
  console.log(`path ${i}: supernet ${times[0].toFixed(1)} ms, its own network ${times[1].toFixed(1)} ms`);
}
console.log(`images/s of the supernet: ${((100 * own) / shared).toFixed(0)}% of the networks'`);
