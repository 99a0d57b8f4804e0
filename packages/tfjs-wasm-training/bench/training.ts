/**
 * @file Images per second of a full training step (forward, gradients, AdamW) on networks A and B.
 * `npx tsx -C @tinyformer/source bench/training.ts [A|B] [batch] [--profile]`
 */

import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { adamW, softmaxCrossEntropy, useTraining } from '../src/index.js';
import { NETWORKS, Network } from './networks.js';

const ROUNDS = 5;
const STEPS = 4;

const [names = 'AB', batchText = '64'] = process.argv.slice(2).filter((text) => !text.startsWith('--'));
const batch = Number(batchText);
const flag = (name: string) => process.argv.find((text) => text.startsWith(`--${name}=`))?.split('=')[1];
const started = await useTraining({
  engine: (flag('engine') ?? 'auto') as never,
  ...(flag('threads') && { threads: Number(flag('threads')) }),
  ...(flag('variant') && { variant: flag('variant') }),
} as never);
const engine = `${started.name} ${started.variant ?? ''} threads ${started.threads}`;

for (const name of ['A', 'B'] as const) {
  if (!names.includes(name)) continue;
  const network = new Network(NETWORKS[name], name);
  const { extent, classes } = network.shape;
  const images = tf.randomNormal([batch, extent, extent, 3], 0, 1, 'float32', 1) as Tensor4D;
  const labels = tf.tidy(() => tf.cast(tf.range(0, batch), 'int32').mod(classes).toInt()) as Tensor1D;
  const optimizer = adamW();
  const loss = () => softmaxCrossEntropy(network.forward(images), labels) as Scalar;
  const step = () => {
    const { value, grads } = tf.variableGrads(loss);
    const variables = [...network.variables.values()].map((variable) => ({
      variable,
      decay: variable.rank > 1,
    }));
    optimizer.step(variables, grads, 1e-3);
    tf.dispose([value, grads]);
  };
  tf.tidy(() => void network.forward(images));
  for (let i = 0; i < 3; i++) step();
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    for (let i = 0; i < STEPS; i++) step();
    rates.push((1000 * STEPS * batch) / (performance.now() - start));
  }
  const parameters = [...network.variables.values()].reduce((sum, variable) => sum + variable.size, 0);
  const median = rates.sort((a, b) => a - b)[ROUNDS >> 1]!;
  console.log(`${name} ${engine} batch ${batch} parameters ${parameters}: ${median.toFixed(0)} images/s`);
  if (process.argv.includes('--profile')) await profile(step);
  network.variables.forEach((variable) => variable.dispose());
  optimizer.dispose();
  tf.dispose([images, labels]);
}

/** Prints the time of every kernel over one step. */
async function profile(step: () => void): Promise<void> {
  const { kernels } = await tf.profile(step);
  const totals = new Map<string, { ms: number; count: number }>();
  for (const kernel of kernels) {
    const ms = Number(await kernel.kernelTimeMs);
    const total = totals.get(kernel.name) ?? { ms: 0, count: 0 };
    totals.set(kernel.name, { ms: total.ms + ms, count: total.count + 1 });
  }
  for (const [kernel, { ms, count }] of [...totals].sort((a, b) => b[1].ms - a[1].ms)) {
    console.log(`  ${kernel.padEnd(40)} ${ms.toFixed(2).padStart(8)} ms  ${count} times`);
  }
}
