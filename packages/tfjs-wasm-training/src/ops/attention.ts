/** @file Multi-head scaled dot-product attention (Vaswani et al., arXiv 1706.03762), without its projections. */

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { currentEngine } from '../engine.js';
import { TrainingError, requireShape } from '../errors.js';

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
  currentEngine();
  requireShape(
    q.rank === 3 && tf.util.arraysEqual(q.shape, k.shape) && tf.util.arraysEqual(q.shape, v.shape),
    () => `q is [${q.shape}], k [${k.shape}], v [${v.shape}]`,
    'Give three tensors of the same shape [batch, tokens, heads * dim]',
  );
  if (!Number.isInteger(heads) || heads < 1 || q.shape[2] % heads !== 0) {
    throw new TrainingError(
      'E_OPTION',
      `heads is ${heads}, width ${q.shape[2]}`,
      'heads must divide the width',
    );
  }
  const [batch, tokens, width] = q.shape;
  const dim = width / heads;
  const split = (t: Tensor3D): Tensor4D =>
    tf.transpose(tf.reshape(t, [batch, tokens, heads, dim]), [0, 2, 1, 3]);
  const scores = tf.matMul(tf.mul(split(q), 1 / Math.sqrt(dim)), split(k), false, true);
  const mixed = tf.matMul(tf.softmax(scores), split(v));
  return tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [batch, tokens, width]);
}
