/**
 * @file BatchMatMul in place of the wasm backend's own, which keeps a packed copy of its second operand by the identity
 * of the data: after a reshape to other extents it multiplies with the wrong one (TensorFlow.js 4.22).
 */

import * as tf from '@tensorflow/tfjs-core';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { requireShape } from '../errors.js';
import type { HeapKernel } from '../heap-kernel.js';

const product = (extents: readonly number[]): number => extents.reduce((a, b) => a * b, 1);

export const batchMatMulKernel: HeapKernel = {
  name: tf.BatchMatMul,
  run: (
    heap,
    { a, b }: Record<'a' | 'b', TensorInfo>,
    { transposeA, transposeB }: { readonly transposeA: boolean; readonly transposeB: boolean },
  ) => {
    const [aRows, aColumns] = a.shape.slice(-2) as [number, number];
    const [bRows, bColumns] = b.shape.slice(-2) as [number, number];
    const [m, k] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
    const [inner, n] = transposeB ? [bColumns, bRows] : [bRows, bColumns];
    requireShape(
      k === inner,
      () =>
        `a is [${a.shape}]${transposeA ? ' transposed' : ''}, b [${b.shape}]${transposeB ? ' transposed' : ''}`,
      'The inner extents must be the same',
    );
    const [outerA, outerB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
    const outer = tf.broadcast_util.assertAndGetBroadcastShape(outerA, outerB);
    const c = heap.output([...outer, m, n]);
    if (k === 0) {
      const start = heap.address(c) / 4;
      heap.floats().fill(0, start, start + product(c.shape));
      return c;
    }
    const flags = [transposeA ? 1 : 0, transposeB ? 1 : 0];
    heap.run('batch_matmul', {
      integers: [product(outer), m, n, k, ...flags, product(outerA), product(outerB)],
      tensors: [a, b, c],
    });
    return c;
  },
};
