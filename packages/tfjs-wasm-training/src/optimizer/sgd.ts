/** @file Stochastic gradient descent with momentum (Sutskever et al., ICML 2013) and decoupled weight decay. */

import * as tf from '@tensorflow/tfjs-core';
import { requireNumber } from '../errors.js';
import { RuleOptimizer } from './optimizer.js';
import type { Optimizer, Update, UpdateRule } from './optimizer.js';

export interface SgdOptions {
  /** Fraction of the velocity that is kept; default 0.9. */
  readonly momentum?: number;
  /** Whether to look ahead along the velocity; default false. */
  readonly nesterov?: boolean;
  /** Fraction of a decaying weight removed each step, times the learning rate; default 0. */
  readonly weightDecay?: number;
}

/** A new SGD optimizer without state: v = momentum * v + g, w = w - rate * v (nesterov: g + momentum * v). */
export function sgd(options: SgdOptions = {}): Optimizer {
  const { momentum = 0.9, nesterov = false, weightDecay = 0 } = options;
  requireNumber('momentum', momentum, [0, 1]);
  requireNumber('weightDecay', weightDecay, [0, Infinity]);
  const rule: UpdateRule = {
    kernel: 'momentum',
    options: { beta1: momentum, nesterov },
    weightDecay,
    secondMoment: false,
    corrections: () => [1, 1],
    composed: ({ gradient, moments, learningRate }: Update) => {
      const velocity = tf.add(tf.mul(moments.first, momentum), gradient);
      const change = nesterov ? tf.add(gradient, tf.mul(velocity, momentum)) : velocity;
      return { change: tf.mul(change, learningRate), moments: [velocity] };
    },
  };
  return new RuleOptimizer(rule);
}
