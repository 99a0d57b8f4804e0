/** @file UnsortedSegmentSum, the gradient of a gather (embeddings), which TensorFlow.js's wasm backend lacks. */

import * as tf from '@tensorflow/tfjs-core';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { sizeOf } from '../heap-kernel.js';
import type { HeapKernel } from '../heap-kernel.js';

export const segmentSumKernel: HeapKernel = {
  name: tf.UnsortedSegmentSum,
  otherTypes: ['segmentIds'],
  run: (
    heap,
    { x, segmentIds }: Record<'x' | 'segmentIds', TensorInfo>,
    { numSegments }: { readonly numSegments: number },
  ) => {
    const rows = sizeOf(segmentIds);
    const sums = heap.output([numSegments, ...x.shape.slice(segmentIds.shape.length)]);
    const width = sizeOf(sums) / numSegments;
    heap.run('segment_sum', { integers: [rows, width, numSegments], tensors: [x, segmentIds, sums] });
    return sums;
  },
};
