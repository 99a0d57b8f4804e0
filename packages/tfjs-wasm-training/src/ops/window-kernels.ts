/** @file The three kernels that a convolution and a depthwise convolution have alike: forward, and two gradients. */

import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { Address, Heap } from '../heap.js';
import { onlyGradient, runKernel } from '../heap-kernel.js';
import type { HeapKernel } from '../heap-kernel.js';
import { windowFields } from '../same-padding.js';
import type { WindowShape } from '../same-padding.js';

interface WindowAttributes {
  readonly window: WindowShape;
  readonly filterShape: readonly number[];
}

/**
 * @param name of the forward kernel in TensorFlow.js's registry; the gradients append to it
 * @param exported the prefix of the C functions
 */
export function windowKernels(name: string, exported: string): readonly HeapKernel[] {
  const call = (heap: Heap, suffix: string, window: WindowShape, tensors: readonly Address[]): void => {
    const fields = heap.block(windowFields(window));
    const scratch = heap.scratch(heap.kernels[`${exported}_scratch`]!(fields));
    heap.kernels[exported + suffix]!(fields, ...tensors, scratch);
  };
  return [
    {
      name,
      run: (heap, { x, filter }: Record<string, TensorInfo>, { window }: WindowAttributes) => {
        const y = heap.output([window.batch, window.outHeight, window.outWidth, window.outChannels]);
        call(heap, '', window, [heap.address(x), heap.address(filter), heap.address(y)]);
        return y;
      },
      gradient: {
        inputsToSave: ['x', 'filter'],
        gradFunc: (gradient, saved, attributes) => {
          const dy = onlyGradient(gradient);
          const [x, filter] = saved as [Tensor, Tensor];
          return {
            x: () => runKernel(`${name}InputGradient`, { dy, filter }, attributes),
            filter: () => runKernel(`${name}FilterGradient`, { x, dy }, attributes),
          };
        },
      },
    },
    {
      name: `${name}InputGradient`,
      run: (heap, { dy, filter }: Record<string, TensorInfo>, { window }: WindowAttributes) => {
        const dx = heap.output([window.batch, window.inHeight, window.inWidth, window.inChannels]);
        call(heap, '_input_gradient', window, [heap.address(dy), heap.address(filter), heap.address(dx)]);
        return dx;
      },
    },
    {
      name: `${name}FilterGradient`,
      run: (heap, { x, dy }: Record<string, TensorInfo>, { window, filterShape }: WindowAttributes) => {
        const dfilter = heap.output(filterShape);
        call(heap, '_filter_gradient', window, [heap.address(x), heap.address(dy), heap.address(dfilter)]);
        return dfilter;
      },
    },
  ];
}
