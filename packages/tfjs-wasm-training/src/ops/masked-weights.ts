/** @file Weights of which some are pruned. */

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { requireShape } from '../errors.js';
import { onlyGradient } from '../heap-kernel.js';

/**
 * weights * mask, and the gradient's only where the mask is 1. For weights of which the optimizer knows the mask
 * (`TrainableVariable.mask`) this is not needed: they are 0 already.
 *
 * @param mask 0 or 1 for every weight; no gradient flows into it
 */
export function maskedWeights<T extends Tensor>(weights: T, mask: Tensor): T {
  requireShape(
    tf.util.arraysEqual(weights.shape, mask.shape),
    () => `weights are [${weights.shape}], the mask [${mask.shape}]`,
    'Give a mask of the same shape',
  );
  const multiply = tf.customGrad((...inputs) => {
    const [w, save] = inputs as unknown as [Tensor, tf.GradSaveFunc];
    save([mask]);
    return {
      value: tf.mul(w, mask),
      gradFunc: (dy: Tensor | Tensor[], [saved]: Tensor[]) => tf.mul(onlyGradient(dy), saved!),
    };
  });
  return multiply(weights) as T;
}
