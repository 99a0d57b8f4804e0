/** @file Exponential moving averages of weights (Polyak and Juditsky 1992), to evaluate a network with. */

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { currentHeap } from '../engine.js';
import { requireOption } from '../errors.js';
import type { Heap } from '../heap.js';
import { runOverParameters } from './parameters.js';

export interface WeightAverage {
  /** Moves the averages towards the variables as they are now; a variable is first met with its own values. */
  update(variables: readonly Variable[]): void;
  /** Swaps the values of variables and averages: once to evaluate, once more to train on. */
  swap(): void;
  /** Frees the averages. */
  dispose(): void;
}

/** @param options.decay fraction of an average that is kept at every update; default 0.999 */
export function weightAverage(options: { readonly decay?: number } = {}): WeightAverage {
  const { decay = 0.999 } = options;
  requireOption(decay >= 0 && decay < 1, () => `decay is ${decay}`, 'Give a number from 0 to below 1');
  return new ExponentialAverage(decay);
}

class ExponentialAverage implements WeightAverage {
  readonly #averages = new Map<Variable, Tensor>();

  constructor(readonly decay: number) {}

  update(variables: readonly Variable[]): void {
    const heap = currentHeap();
    const known = variables.filter((variable) => this.#averages.has(variable));
    for (const variable of variables) {
      if (!this.#averages.has(variable)) this.#averages.set(variable, copyOf(heap, variable));
    }
    if (heap === undefined) {
      known.forEach((variable) => this.#composedUpdate(variable));
      return;
    }
    const parameters = known.map((variable) => {
      return { size: variable.size, weights: variable, first: this.#averages.get(variable)! };
    });
    runOverParameters(heap, 'average_weights', parameters, { beta1: this.decay });
  }

  swap(): void {
    const heap = currentHeap();
    for (const [variable, average] of this.#averages) {
      this.#averages.set(variable, copyOf(heap, variable));
      variable.assign(average);
      average.dispose();
    }
  }

  dispose(): void {
    tf.dispose([...this.#averages.values()]);
    this.#averages.clear();
  }

  #composedUpdate(variable: Variable): void {
    const old = this.#averages.get(variable)!;
    const moved = tf.tidy(() => tf.keep(tf.add(old, tf.mul(tf.sub(variable, old), 1 - this.decay))));
    old.dispose();
    this.#averages.set(variable, moved);
  }
}

/** With values of its own on the heap, where optimizers write in place. */
const copyOf = (heap: Heap | undefined, variable: Variable): Tensor =>
  tf.keep(
    heap === undefined
      ? tf.clone(variable as Tensor)
      : tf.tensor(variable.dataSync().slice(), variable.shape, variable.dtype),
  );
