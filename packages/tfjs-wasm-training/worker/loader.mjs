/** @file The worker of the data loader: a batch for every step that it is asked for. */

import { parentPort, workerData } from 'node:worker_threads';
import { createAugmenter } from './augment.mjs';

const batchOf = createAugmenter(workerData.data, workerData.options);

parentPort.on('message', (step) => {
  const { images, labels, share } = batchOf(step);
  parentPort.postMessage({ step, images, labels, share }, [images.buffer, labels.buffer]);
});
