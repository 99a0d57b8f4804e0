/**
 * @file Whether memory stays flat over a long training: tensors, and by quarters JavaScript's heap and resident memory after
 * a collection of garbage (V8 lets some pile up between two, which is no leak).
 * `npx tsx -C @tinyformer/source packages/tfjs-wasm-training/bench/memory.ts A 1000`
 */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { createContestant } from '../src/benchmark/contestant.js';
import type { NetworkName } from '../src/benchmark/index.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const [network = 'A', steps = '1000', batch = '64'] = process.argv.slice(2);
const contestant = await createContestant({
  network: network as NetworkName,
  batch: Number(batch),
  engine: { engine: 'auto' },
});
console.log(`${network} on ${contestant.engine.name}, batch ${batch}, ${steps} steps`);
for (let quarter = 0; quarter <= 4; quarter++) {
  const { numTensors, numDataBuffers } = tf.memory();
  collectGarbage();
  const { heapUsed, rss } = process.memoryUsage();
  const [heap, resident] = [heapUsed, rss].map((bytes) => `${(bytes / 2 ** 20).toFixed(0)} MiB`);
  console.log(`${25 * quarter}%: ${numTensors} tensors, ${numDataBuffers} buffers, ${heap} of ${resident}`);
  if (quarter === 4) break;
  for (let i = 0; i < Number(steps) / 4; i++) await contestant.rate({ seconds: 0, clock: 'wall' });
}
