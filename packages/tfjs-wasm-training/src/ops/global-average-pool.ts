/** @file The mean over height and width. */

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';
import { currentHeap } from '../engine.js';
import { requireShape } from '../errors.js';
import { onlyGradient, runKernel } from '../heap-kernel.js';
import type { HeapKernel } from '../heap-kernel.js';

const NAME = 'TrainingAveragePool';
const GRADIENT = 'TrainingAveragePoolGradient';

interface Attributes {
  readonly shape: readonly [batch: number, height: number, width: number, channels: number];
}

export const poolKernels: readonly HeapKernel[] = [
  {
    name: NAME,
    run: (heap, { x }: { x: TensorInfo }, { shape: [batch, height, width, channels] }: Attributes) => {
      const y = heap.output([batch, channels]);
      heap.run('average_pool', { integers: [batch, height * width, channels], tensors: [x, y] });
      return y;
    },
    gradient: {
      gradFunc: (gradient, _saved, attributes) => ({
        x: () => runKernel(GRADIENT, { dy: onlyGradient(gradient) }, attributes),
      }),
    },
  },
  {
    name: GRADIENT,
    run: (heap, { dy }: { dy: TensorInfo }, { shape }: Attributes) => {
      const [batch, height, width, channels] = shape;
      const dx = heap.output(shape);
      heap.run('average_pool_gradient', { integers: [batch, height * width, channels], tensors: [dx, dy] });
      return dx;
    },
  },
];

/** @param x [N, H, W, C] @returns [N, C] */
export function globalAveragePool(x: Tensor4D): Tensor2D {
  const heap = currentHeap();
  requireShape(x.rank === 4, () => `x is [${x.shape}]`, 'Give x [batch, height, width, channels]');
  return heap === undefined ? tf.mean(x, [1, 2]) : runKernel(NAME, { x }, { shape: x.shape });
}
