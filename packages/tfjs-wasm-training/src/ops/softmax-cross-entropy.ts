/** @file Softmax cross-entropy with label smoothing and distillation, the mean over the batch. */

import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor1D, Tensor2D, TensorInfo } from '@tensorflow/tfjs-core';
import { currentHeap, readsAtOnce } from '../engine.js';
import { TrainingError, requireNumber, requireShape } from '../errors.js';
import type { KernelArguments } from '../heap.js';
import { onlyGradient, runKernel } from '../heap-kernel.js';
import type { HeapKernel } from '../heap-kernel.js';

const NAME = 'TrainingCrossEntropy';
const DISTILLATION = 'TrainingDistillation';
const GRADIENT = 'TrainingCrossEntropyGradient';

export interface Distillation {
  /** The teacher's logits [batch, classes]; no gradient flows into them. */
  readonly teacher: Tensor2D;
  /** Both distributions are softened by it; default 1. */
  readonly temperature?: number;
  /** From 0 (labels only) to 1 (teacher only); default 0.5. */
  readonly weight?: number;
}

export interface CrossEntropyOptions {
  /** Default 0. */
  readonly labelSmoothing?: number;
  readonly distillation?: Distillation;
}

interface Attributes {
  readonly labelSmoothing: number;
  readonly temperature: number;
  readonly weight: number;
}

type Inputs = Record<'logits' | 'labels', TensorInfo> & { readonly teacher?: TensorInfo };
type Results = readonly [loss: TensorInfo | null, dloss: TensorInfo | null, dlogits: TensorInfo | null];

/** C's `struct cross_entropy_arguments`. */
function argumentsOf(
  { logits, labels, teacher }: Inputs,
  attributes: Attributes,
  results: Results,
): KernelArguments {
  const { labelSmoothing, temperature, weight } = attributes;
  return {
    integers: logits.shape,
    floats: [labelSmoothing, temperature, weight],
    tensors: [logits, labels, teacher, ...results],
  };
}

/** @param saved the inputs that the gradient needs: the teacher's among them, where there is one */
function lossKernel(name: string, saved: string[]): HeapKernel {
  return {
    name,
    otherTypes: ['labels'],
    run: (heap, inputs: Inputs, attributes: Attributes) => {
      const loss = heap.output([]);
      const wrong = heap.run('cross_entropy', argumentsOf(inputs, attributes, [loss, null, null]));
      if (wrong > 0) {
        heap.memory.backend.disposeData(loss.dataId);
        throw labelError(wrong - 1, inputs.logits.shape[1]!);
      }
      return loss;
    },
    gradient: {
      inputsToSave: saved,
      gradFunc: (gradient, tensors, attributes) => {
        const inputs = Object.fromEntries(saved.map((input, i) => [input, tensors[i]!]));
        const all = { ...inputs, dloss: onlyGradient(gradient) };
        const zeros = inputs['teacher'] && { teacher: () => tf.zerosLike(inputs['teacher']!) };
        return { logits: () => runKernel(GRADIENT, all, attributes), ...zeros };
      },
    },
  };
}

export const crossEntropyKernels: readonly HeapKernel[] = [
  lossKernel(NAME, ['logits', 'labels']),
  lossKernel(DISTILLATION, ['logits', 'labels', 'teacher']),
  {
    name: GRADIENT,
    otherTypes: ['labels'],
    run: (heap, inputs: Inputs & { dloss: TensorInfo }, attributes: Attributes) => {
      const dlogits = heap.output(inputs.logits.shape);
      heap.run('cross_entropy_gradient', argumentsOf(inputs, attributes, [null, inputs.dloss, dlogits]));
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
 * (label smoothing s: Szegedy et al., arXiv 1512.00567). With distillation (Hinton, Vinyals and Dean, arXiv 1503.02531)
 * of weight d and temperature T it counts 1 - d, and d T^2 KL(softmax(teacher / T), softmax(logits / T)) is added.
 * Differentiable with respect to the logits.
 *
 * @param logits [batch, classes] @param labels [batch], int32, 0 <= label < classes; others give NaN on webgpu, which
 *   reads no values in time, and an error elsewhere
 */
export function softmaxCrossEntropy(
  logits: Tensor2D,
  labels: Tensor1D,
  options: CrossEntropyOptions = {},
): Scalar {
  const { labelSmoothing = 0, distillation } = options;
  const { teacher, temperature = 1, weight = 0.5 } = distillation ?? {};
  const heap = currentHeap();
  requireShape(
    logits.rank === 2 && labels.rank === 1 && labels.dtype === 'int32' && labels.size === logits.shape[0],
    () => `logits are [${logits.shape}], labels ${labels.dtype} [${labels.shape}]`,
    'Give logits [batch, classes] and int32 labels [batch]',
  );
  requireShape(
    teacher === undefined || tf.util.arraysEqual(teacher.shape, logits.shape),
    () => `logits are [${logits.shape}], the teacher's [${teacher?.shape}]`,
    'Give the logits of a teacher with the same classes',
  );
  requireNumber('labelSmoothing', labelSmoothing, [0, 1]);
  requireNumber('weight', weight, [0, 1]);
  requireNumber('temperature', temperature, [Number.MIN_VALUE, Infinity]);
  if (heap === undefined) return composed(logits, labels, { labelSmoothing, temperature, weight, teacher });
  const attributes = { labelSmoothing, temperature, weight };
  if (teacher === undefined) return runKernel(NAME, { logits, labels }, attributes);
  return runKernel(DISTILLATION, { logits, labels, teacher }, attributes);
}

/** The loss; where a label is no class an error, or NaN where the engine gives no values to look at in time. */
function checkedLoss(loss: Scalar, labels: Tensor1D, classes: number): Scalar {
  if (readsAtOnce()) {
    const wrong = labels.dataSync().findIndex((label) => label < 0 || label >= classes);
    if (wrong >= 0) throw labelError(wrong, classes);
    return loss;
  }
  const areClasses = tf.all(tf.logicalAnd(tf.greaterEqual(labels, 0), tf.less(labels, classes)));
  return tf.where(areClasses, loss, tf.scalar(NaN)) as Scalar;
}

function composed(
  logits: Tensor2D,
  labels: Tensor1D,
  options: Attributes & { readonly teacher: Tensor2D | undefined },
): Scalar {
  const { labelSmoothing, temperature, weight, teacher } = options;
  const [batch, classes] = logits.shape;
  const targets = tf.add(tf.mul(tf.oneHot(labels, classes), 1 - labelSmoothing), labelSmoothing / classes);
  const sum = tf.sum(tf.mul(targets, tf.logSoftmax(logits)));
  const hard = checkedLoss(tf.mul(sum, -1 / batch), labels, classes);
  if (teacher === undefined) return hard;
  const own = tf.logSoftmax(tf.div(logits, temperature));
  const other = tf.logSoftmax(tf.div(teacher, temperature));
  const divergence = tf.sum(tf.mul(tf.exp(other), tf.sub(other, own)));
  return tf.add(tf.mul(hard, 1 - weight), tf.mul(divergence, (weight * temperature ** 2) / batch));
}
