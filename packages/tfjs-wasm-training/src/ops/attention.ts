/** @file Multi-head scaled dot-product attention (Vaswani et al., arXiv 1706.03762), without its projections. */

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor3D, Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';
import { currentHeap } from '../engine.js';
import { requireOption, requireShape } from '../errors.js';
import { onlyGradient, runKernel, runKernelForAll } from '../heap-kernel.js';
import type { HeapKernel } from '../heap-kernel.js';

const NAME = 'TrainingAttention';
const GRADIENT = 'TrainingAttentionGradient';

interface Attributes {
  readonly heads: number;
}

type Inputs = Record<'q' | 'k' | 'v', TensorInfo>;

/** batch, tokens, heads, dim */
function integers({ q }: Inputs, { heads }: Attributes): number[] {
  const [batch, tokens, width] = q.shape as [number, number, number];
  return [batch, tokens, heads, width / heads];
}

export const attentionKernels: readonly HeapKernel[] = [
  {
    name: NAME,
    run: (heap, inputs: Inputs, attributes: Attributes) => {
      const { q, k, v } = inputs;
      const y = heap.output(q.shape);
      const tensors = [q, k, v, y, null, null, null, null];
      heap.run('attention', { integers: integers(inputs, attributes), tensors });
      return y;
    },
    gradient: {
      inputsToSave: ['q', 'k', 'v'],
      gradFunc: (gradient, saved, attributes) => {
        const [q, k, v] = saved as [Tensor, Tensor, Tensor];
        const inputs = { q, k, v, dy: onlyGradient(gradient) };
        const [dq, dk, dv] = runKernelForAll(GRADIENT, inputs, attributes) as [Tensor, Tensor, Tensor];
        return { q: () => dq, k: () => dk, v: () => dv };
      },
    },
  },
  {
    name: GRADIENT,
    run: (heap, inputs: Inputs & { dy: TensorInfo }, attributes: Attributes) => {
      const { q, k, v, dy } = inputs;
      const outputs = [q, k, v].map(({ shape }) => heap.output(shape));
      const tensors = [q, k, v, null, dy, ...outputs];
      heap.run('attention_gradient', { integers: integers(inputs, attributes), tensors });
      return outputs;
    },
  },
];

/**
 * softmax(q k^T / sqrt(dim)) v for every head.
 *
 * @param q @param k @param v each [batch, tokens, heads * dim]
 * @returns [batch, tokens, heads * dim]
 */
export function attention(
  q: Tensor3D,
  k: Tensor3D,
  v: Tensor3D,
  options: { readonly heads: number },
): Tensor3D {
  const { heads } = options;
  const heap = currentHeap();
  requireShape(
    q.rank === 3 && tf.util.arraysEqual(q.shape, k.shape) && tf.util.arraysEqual(q.shape, v.shape),
    () => `q is [${q.shape}], k [${k.shape}], v [${v.shape}]`,
    'Give three tensors of the same shape [batch, tokens, heads * dim]',
  );
  requireOption(
    Number.isInteger(heads) && heads >= 1 && q.shape[2] % heads === 0,
    () => `heads is ${heads}, width ${q.shape[2]}`,
    'heads must divide the width',
  );
  if (heap !== undefined) return runKernel(NAME, { q, k, v }, { heads });
  const [batch, tokens, width] = q.shape;
  const dim = width / heads;
  const split = (t: Tensor3D): Tensor4D =>
    tf.transpose(tf.reshape(t, [batch, tokens, heads, dim]), [0, 2, 1, 3]);
  const scores = tf.matMul(tf.mul(split(q), 1 / Math.sqrt(dim)), split(k), false, true);
  const mixed = tf.matMul(tf.softmax(scores), split(v));
  return tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [batch, tokens, width]);
}
