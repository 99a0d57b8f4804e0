/** @file AdamW (Loshchilov and Hutter, arXiv 1711.05101): decoupled weight decay, bias-corrected moments. */

import * as tf from '@tensorflow/tfjs-core';
import { requireNumber } from '../errors.js';
import { RuleOptimizer } from './optimizer.js';
import type { Optimizer, Update, UpdateRule } from './optimizer.js';

export interface AdamWOptions {
  /** Decay of the first moment; default 0.9. */
  readonly beta1?: number;
  /** Decay of the second moment; default 0.999. */
  readonly beta2?: number;
  /** Added to the root of the second moment; default 1e-8. */
  readonly epsilon?: number;
  /** Fraction of a decaying weight removed each step, times the learning rate; default 0.01. */
  readonly weightDecay?: number;
}

/** A new AdamW optimizer without state. */
export function adamW(options: AdamWOptions = {}): Optimizer {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0.01 } = options;
  requireNumber('beta1', beta1, [0, 1]);
  requireNumber('beta2', beta2, [0, 1]);
  requireNumber('epsilon', epsilon, [0, Infinity]);
  requireNumber('weightDecay', weightDecay, [0, Infinity]);
  const rule: UpdateRule = {
    kernel: 'adamw',
    options: { beta1, beta2, epsilon },
    weightDecay,
    secondMoment: true,
    corrections: (step) => [1 - beta1 ** step, 1 - beta2 ** step],
    composed: ({ gradient, moments, learningRate }: Update) => {
      const first = tf.add(tf.mul(moments.first, beta1), tf.mul(gradient, 1 - beta1));
      const second = tf.add(tf.mul(moments.second!, beta2), tf.mul(tf.square(gradient), 1 - beta2));
      const root = tf.sqrt(tf.div(second, 1 - beta2 ** moments.step));
      const direction = tf.div(tf.div(first, 1 - beta1 ** moments.step), tf.add(root, epsilon));
      return { change: tf.mul(direction, learningRate), moments: [first, second] };
    },
  };
  return new RuleOptimizer(rule);
}
