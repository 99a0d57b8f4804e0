/** @file Multi-head scaled dot-product attention (Vaswani et al., arXiv 1706.03762), without its projections. */

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor3D, Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';
import { currentHeap } from '../engine.js';
import { requireOption, requireShape } from '../errors.js';
import type { Heap, KernelArguments } from '../heap.js';
import { byproduct, onlyGradient, runKernel, runKernelForAll } from '../heap-kernel.js';
import type { HeapKernel } from '../heap-kernel.js';
import { isRecording } from '../tape.js';

const NAME = 'TrainingAttention';
const GRADIENT = 'TrainingAttentionGradient';

interface Attributes {
  readonly heads: number;
}

type Inputs = Record<'q' | 'k' | 'v', TensorInfo> & { readonly probabilities?: TensorInfo | undefined };

/** C's `struct attention_arguments`. */
export function attentionArguments(
  { q, k, v, probabilities }: Inputs,
  { heads }: Attributes,
  results: { readonly y?: TensorInfo; readonly gradients?: readonly TensorInfo[] },
): KernelArguments {
  const [batch, tokens, width] = q.shape as [number, number, number];
  const { y, gradients = [null, null, null, null] } = results; // dy, dq, dk, dv
  return {
    integers: [batch, tokens, heads, width / heads],
    tensors: [q, k, v, y, probabilities, ...gradients],
  };
}

/** Images of more tokens have their probabilities computed again by the gradient: 64 KiB a head at this many. */
const MOST_TOKENS_TO_KEEP = 128;

/** Room for the probabilities of x [batch, tokens, width], where a gradient will need them. */
export function probabilitiesFor(heap: Heap, x: Tensor, heads: number): { probabilities?: Tensor } {
  const [batch, tokens] = x.shape as [number, number, number];
  if (tokens > MOST_TOKENS_TO_KEEP || !isRecording()) return {};
  return { probabilities: byproduct(heap, [batch, heads, tokens, tokens]) };
}

export const attentionKernels: readonly HeapKernel[] = [
  {
    name: NAME,
    /** Writes probabilities, if they are given. */
    run: (heap, inputs: Inputs, attributes: Attributes) => {
      const y = heap.output(inputs.q.shape);
      heap.run('attention', attentionArguments(inputs, attributes, { y }));
      return y;
    },
    gradient: {
      inputsToSave: ['q', 'k', 'v', 'probabilities'],
      gradFunc: (gradient, saved, attributes) => {
        const [q, k, v, probabilities] = saved as [Tensor, Tensor, Tensor, Tensor?];
        const inputs = { q, k, v, dy: onlyGradient(gradient), ...(probabilities && { probabilities }) };
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
      heap.run('attention_gradient', attentionArguments(inputs, attributes, { gradients: [dy, ...outputs] }));
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
  if (heap !== undefined) {
    const kept = probabilitiesFor(heap, q, heads);
    const y = runKernel<Tensor3D>(NAME, { q, k, v, ...kept }, { heads });
    kept.probabilities?.dispose();
    return y;
  }
  const [batch, tokens, width] = q.shape;
  const dim = width / heads;
  const split = (t: Tensor3D): Tensor4D =>
    tf.transpose(tf.reshape(t, [batch, tokens, heads, dim]), [0, 2, 1, 3]);
  const scores = tf.matMul(tf.mul(split(q), 1 / Math.sqrt(dim)), split(k), false, true);
  const mixed = tf.matMul(tf.softmax(scores), split(v));
  return tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [batch, tokens, width]);
}
