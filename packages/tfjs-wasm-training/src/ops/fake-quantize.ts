/** @file Fake quantisation: values as an integer grid would hold them, with a straight-through gradient. */

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, TensorInfo } from '@tensorflow/tfjs-core';
import { currentHeap } from '../engine.js';
import { requireNumber, requireOption, requireShape } from '../errors.js';
import type { KernelArguments } from '../heap.js';
import { onlyGradient, runKernel, sizeOf } from '../heap-kernel.js';
import type { HeapKernel } from '../heap-kernel.js';

const NAME = 'TrainingFakeQuantize';
const GRADIENT = 'TrainingFakeQuantizeGradient';

export interface FakeQuantizeOptions {
  /** The step: one for all, or one for every channel (the last axis). */
  readonly scales: Tensor1D;
  /** The integer that stands for 0; default 0. */
  readonly zeroPoint?: number;
  /** Smallest and largest integer; default [-128, 127]. */
  readonly range?: readonly [low: number, high: number];
}

interface Attributes {
  readonly zeroPoint: number;
  readonly range: readonly [low: number, high: number];
}

/** C's `struct fake_quantize_arguments`. */
function argumentsOf(
  tensors: readonly (TensorInfo | null)[],
  { zeroPoint, range }: Attributes,
): KernelArguments {
  const [x, scales] = tensors as [TensorInfo, TensorInfo];
  const channels = sizeOf(scales);
  return { integers: [sizeOf(x) / channels, channels], floats: [zeroPoint, ...range], tensors };
}

export const fakeQuantizeKernels: readonly HeapKernel[] = [
  {
    name: NAME,
    run: (heap, { x, scales }: Record<'x' | 'scales', TensorInfo>, attributes: Attributes) => {
      const y = heap.output(x.shape);
      heap.run('fake_quantize', argumentsOf([x, scales, null, y], attributes));
      return y;
    },
    gradient: {
      inputsToSave: ['x', 'scales'],
      gradFunc: (gradient, saved, attributes) => {
        const [x, scales] = saved as [Tensor, Tensor];
        return {
          x: () => runKernel(GRADIENT, { x, scales, dy: onlyGradient(gradient) }, attributes),
          scales: () => tf.zerosLike(scales),
        };
      },
    },
  },
  {
    name: GRADIENT,
    run: (heap, { x, scales, dy }: Record<'x' | 'scales' | 'dy', TensorInfo>, attributes: Attributes) => {
      const dx = heap.output(x.shape);
      heap.run('fake_quantize', argumentsOf([x, scales, dy, dx], attributes));
      return dx;
    },
  },
];

/**
 * (clamp(round(x / scale) + zeroPoint, low, high) - zeroPoint) * scale, ties to even. The gradient passes where nothing
 * was clamped (Bengio, Leonard and Courville, arXiv 1308.3432); scales get none.
 */
export function fakeQuantize<T extends Tensor>(x: T, options: FakeQuantizeOptions): T {
  const { scales, zeroPoint = 0, range = [-128, 127] } = options;
  const heap = currentHeap();
  requireShape(
    scales.rank === 1 && scales.size > 0 && (scales.size === 1 || scales.size === x.shape.at(-1)),
    () => `x is [${x.shape}], scales [${scales.shape}]`,
    'Give one scale, or one for every channel of the last axis',
  );
  requireOption(
    range[0] < range[1] && range.every((bound) => Math.abs(bound) <= 2 ** 20),
    () => `the range is ${range.join(' to ')}`,
    'Give integers of at most 20 bits, the smaller first',
  );
  requireNumber('zeroPoint', zeroPoint, range);
  if (heap !== undefined) return runKernel(NAME, { x, scales }, { zeroPoint, range });
  return composed(x, scales, { zeroPoint, range });
}

function composed<T extends Tensor>(x: T, scales: Tensor1D, { zeroPoint, range }: Attributes): T {
  const steps = (input: Tensor, by: Tensor): Tensor => tf.add(tf.round(tf.div(input, by)), zeroPoint);
  const quantize = tf.customGrad((...inputs) => {
    const [input, save] = inputs as unknown as [Tensor, tf.GradSaveFunc];
    save([input, scales]);
    const value = tf.tidy(() => {
      const clamped = tf.clipByValue(steps(input, scales), ...range);
      return tf.mul(tf.sub(clamped, zeroPoint), scales);
    });
    const gradFunc = (dy: Tensor | Tensor[], saved: Tensor[]): Tensor => {
      const all = steps(saved[0]!, saved[1]!);
      return tf.mul(onlyGradient(dy), tf.cast(tf.equal(all, tf.clipByValue(all, ...range)), 'float32'));
    };
    return { value, gradFunc };
  });
  return quantize(x) as T;
}
