/** @file The three kernels that a convolution and a depthwise convolution have alike: forward, and two gradients. */

import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { onlyGradient, runKernel } from '../heap-kernel.js';
import type { HeapKernel } from '../heap-kernel.js';
import { windowFields } from '../window-shape.js';
import type { WindowShape } from '../window-shape.js';

interface WindowAttributes {
  readonly window: WindowShape;
  readonly filterShape: readonly number[];
}

/**
 * @param name of the forward kernel in TensorFlow.js's registry; the gradients append to it
 * @param kernel the C function; its gradients append to it
 */
export function windowKernels(name: string, kernel: string): readonly HeapKernel[] {
  return [
    {
      name,
      run: (heap, { x, filter }: Record<string, TensorInfo>, { window }: WindowAttributes) => {
        const y = heap.output([window.batch, window.outHeight, window.outWidth, window.outChannels]);
        heap.run(kernel, { integers: windowFields(window), tensors: [x, filter, y] });
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
        heap.run(`${kernel}_input_gradient`, { integers: windowFields(window), tensors: [dy, filter, dx] });
        return dx;
      },
    },
    {
      name: `${name}FilterGradient`,
      run: (heap, { x, dy }: Record<string, TensorInfo>, { window, filterShape }: WindowAttributes) => {
        const dfilter = heap.output(filterShape);
        heap.run(`${kernel}_filter_gradient`, { integers: windowFields(window), tensors: [x, dy, dfilter] });
        return dfilter;
      },
    },
  ];
}
