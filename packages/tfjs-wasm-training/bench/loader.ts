/**
 * @file How many images a second the loader gives: 32x32 pixels in batches of 128 from one worker, by the clock and by the
 * processor time of the whole process (which other work on the machine hardly changes).
 * `npx tsx -C @tinyformer/source packages/tfjs-wasm-training/bench/loader.ts [seconds]`
 */

import { createImageLoader } from '../src/index.js';
import type { Augmentation } from '../src/index.js';

const COUNT = 10_000;
const BATCH = 128;
const imageShape = [32, 32, 3] as const;
const images = Uint8Array.from({ length: COUNT * 32 * 32 * 3 }, (_, i) => (i * 2654435761) >>> 24);
const labels = Uint8Array.from({ length: COUNT }, (_, i) => i % 10);
const AUGMENTATIONS: Readonly<Record<string, Augmentation>> = {
  none: {},
  'shift, flip': { shift: 4, flip: true },
  'shift, flip, colour, cutout, mixup': { shift: 4, flip: true, colour: 0.2, cutout: 8, mixup: 0.2 },
};

const processorMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const [seconds = '5'] = process.argv.slice(2);
for (const [name, augmentation] of Object.entries(AUGMENTATIONS)) {
  const loader = createImageLoader({ images, labels, imageShape, batchSize: BATCH, augmentation });
  await loader.batch(0); // the worker has started
  const [start, startProcessor] = [performance.now(), processorMs()];
  let step = 0;
  while (performance.now() - start < 1000 * Number(seconds)) await loader.batch(++step);
  const rate = (ms: number) => Math.round((1000 * step * BATCH) / ms);
  const [byClock, byProcessor] = [rate(performance.now() - start), rate(processorMs() - startProcessor)];
  console.log(`${name}: ${byClock} images/s, ${byProcessor} a second of processor time`);
  await loader.dispose();
}
