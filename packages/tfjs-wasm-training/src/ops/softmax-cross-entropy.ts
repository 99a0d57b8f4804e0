/** @file Softmax cross-entropy with label smoothing, the mean over the batch. */

import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor1D, Tensor2D, TensorInfo } from '@tensorflow/tfjs-core';
import { currentHeap } from '../engine.js';
import { TrainingError, requireShape } from '../errors.js';
import { onlyGradient, runKernel } from '../heap-kernel.js';
import type { HeapKernel } from '../heap-kernel.js';

const NAME = 'TrainingCrossEntropy';
const GRADIENT = 'TrainingCrossEntropyGradient';

interface Attributes {
  readonly labelSmoothing: number;
}

export const crossEntropyKernels: readonly HeapKernel[] = [
  {
    name: NAME,
    otherTypes: ['labels'],
    run: (heap, { logits, labels }: Record<'logits' | 'labels', TensorInfo>, attributes: Attributes) => {
      const [batch, classes] = logits.shape as [number, number];
      const loss = heap.output([]);
      const tensors = [logits, labels, loss].map((tensor) => heap.address(tensor));
      const wrong = heap.kernels['cross_entropy']!(batch, classes, attributes.labelSmoothing, ...tensors);
      if (wrong >= 0) {
        heap.backend.disposeData(loss.dataId);
        throw labelError(wrong, classes);
      }
      return loss;
    },
    gradient: {
      inputsToSave: ['logits', 'labels'],
      gradFunc: (gradient, saved, attributes) => {
        const [logits, labels] = saved as [Tensor, Tensor];
        const inputs = { logits, labels, dloss: onlyGradient(gradient) };
        return { logits: () => runKernel(GRADIENT, inputs, attributes) };
      },
    },
  },
  {
    name: GRADIENT,
    otherTypes: ['labels'],
    run: (
      heap,
      { logits, labels, dloss }: Record<'logits' | 'labels' | 'dloss', TensorInfo>,
      attributes: Attributes,
    ) => {
      const [batch, classes] = logits.shape as [number, number];
      const dlogits = heap.output(logits.shape);
      const tensors = [logits, labels, dloss, dlogits].map((tensor) => heap.address(tensor));
      heap.kernels['cross_entropy_gradient']!(batch, classes, attributes.labelSmoothing, ...tensors);
      return dlogits;
    },
  },
];

function labelError(row: number, classes: number): TrainingError {
  return new TrainingError(
    'E_LABEL',
    `label ${row} of the batch is not between 0 and ${classes - 1}`,
    'Check the labels and the number of classes',
  );
}

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
  const heap = currentHeap();
  requireShape(
    logits.rank === 2 && labels.rank === 1 && labels.dtype === 'int32' && labels.size === logits.shape[0],
    () => `logits are [${logits.shape}], labels ${labels.dtype} [${labels.shape}]`,
    'Give logits [batch, classes] and int32 labels [batch]',
  );
  if (heap !== undefined) return runKernel(NAME, { logits, labels }, { labelSmoothing });
  const [batch, classes] = logits.shape;
  const wrong = labels.dataSync().findIndex((label) => label < 0 || label >= classes);
  if (wrong >= 0) throw labelError(wrong, classes);
  const targets = tf.add(tf.mul(tf.oneHot(labels, classes), 1 - labelSmoothing), labelSmoothing / classes);
  const total = tf.sum(tf.mul(targets, tf.logSoftmax(logits)));
  return tf.mul(total, -1 / batch);
}
