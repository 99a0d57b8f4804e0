/** @file Softmax cross-entropy with label smoothing, the mean over the batch. */

import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { currentEngine } from '../engine.js';
import { requireShape } from '../errors.js';

/**
 * Mean over the batch of -sum_c t_c log softmax(logits)_c, with t = (1 - s) onehot(label) + s / classes
 * (label smoothing s: Szegedy et al., arXiv 1512.00567). Differentiable with respect to the logits.
 *
 * @param logits [batch, classes] @param labels [batch], int32, 0 <= label < classes
 */
export function softmaxCrossEntropy(
  logits: Tensor2D,
  labels: Tensor1D,
  options: { readonly labelSmoothing?: number } = {},
): Scalar {
  const { labelSmoothing = 0 } = options;
  currentEngine();
  requireShape(
    logits.rank === 2 && labels.rank === 1 && labels.dtype === 'int32' && labels.size === logits.shape[0],
    () => `logits are [${logits.shape}], labels ${labels.dtype} [${labels.shape}]`,
    'Give logits [batch, classes] and int32 labels [batch]',
  );
  const [batch, classes] = logits.shape;
  const targets = tf.add(tf.mul(tf.oneHot(labels, classes), 1 - labelSmoothing), labelSmoothing / classes);
  const total = tf.sum(tf.mul(targets, tf.logSoftmax(logits)));
  return tf.mul(total, -1 / batch);
}
