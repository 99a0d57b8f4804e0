/**
 * @file AdamW (Loshchilov and Hutter, arXiv 1711.05101): decoupled weight decay, bias-corrected moments, a step
 * count for every variable, so that a variable which a sampled path leaves out simply waits.
 */

import * as tf from '@tensorflow/tfjs-core';
import type { NamedTensorMap, Tensor, Variable } from '@tensorflow/tfjs-core';
import { currentHeap } from '../engine.js';
import { TrainingError } from '../errors.js';
import type { Heap } from '../heap.js';

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

/** What a step needs to know of a variable. */
export interface TrainableVariable {
  readonly variable: Variable;
  /** Whether weight decay applies (usually not to biases and norms). */
  readonly decay: boolean;
  /** 0 or 1 for every weight: the gradient is multiplied by it and masked weights stay at exactly 0. */
  readonly mask?: Tensor;
}

/** Moments and step count of one variable, in the order of its elements. */
export interface MomentState {
  readonly step: number;
  readonly first: Float32Array;
  readonly second: Float32Array;
}

/** Everything a resumed training needs, by variable name. */
export type OptimizerState = Readonly<Record<string, MomentState>>;

export interface Optimizer {
  /** Updates every variable that has a gradient (by variable name), in place. Gradients stay the caller's. */
  step(variables: readonly TrainableVariable[], gradients: NamedTensorMap, learningRate: number): void;
  save(): OptimizerState;
  restore(state: OptimizerState): void;
  /** Frees the moments. */
  dispose(): void;
}

interface Moments {
  step: number;
  first: Tensor;
  second: Tensor;
}

class AdamW implements Optimizer {
  readonly #options: Required<AdamWOptions>;
  readonly #moments = new Map<string, Moments>();

  constructor(options: AdamWOptions) {
    this.#options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, ...options };
  }

  step(variables: readonly TrainableVariable[], gradients: NamedTensorMap, learningRate: number): void {
    const heap = currentHeap();
    for (const entry of variables) {
      const gradient = gradients[entry.variable.name];
      if (gradient == null) continue;
      requireFit(entry, gradient);
      const moments = this.#momentsOf(entry.variable);
      moments.step += 1;
      const update = { ...entry, gradient, moments, learningRate, options: this.#options };
      if (heap === undefined) composedUpdate(update);
      else heapUpdate(heap, update);
    }
  }

  save(): OptimizerState {
    const state: Record<string, MomentState> = {};
    for (const [name, { step, first, second }] of this.#moments) {
      state[name] = {
        step,
        first: first.dataSync<'float32'>().slice(),
        second: second.dataSync<'float32'>().slice(),
      };
    }
    return state;
  }

  restore(state: OptimizerState): void {
    this.dispose();
    for (const [name, { step, first, second }] of Object.entries(state)) {
      this.#moments.set(name, {
        step,
        first: tf.keep(tf.tensor(first)),
        second: tf.keep(tf.tensor(second)),
      });
    }
  }

  dispose(): void {
    for (const { first, second } of this.#moments.values()) tf.dispose([first, second]);
    this.#moments.clear();
  }

  #momentsOf(variable: Variable): Moments {
    let moments = this.#moments.get(variable.name);
    if (moments === undefined) {
      const zeros = () => tf.keep(tf.zeros([variable.size]));
      moments = { step: 0, first: zeros(), second: zeros() };
      this.#moments.set(variable.name, moments);
    }
    if (moments.first.size !== variable.size || moments.second.size !== variable.size) {
      throw new TrainingError(
        'E_STATE',
        `${variable.name} has ${variable.size} elements, its saved moments ${moments.first.size}`,
        'Restore the state of the same network',
      );
    }
    return moments;
  }
}

function requireFit({ variable, mask }: TrainableVariable, gradient: Tensor): void {
  for (const tensor of [variable, gradient, mask]) {
    if (tensor === undefined || (tensor.size === variable.size && tensor.dtype === 'float32')) continue;
    throw new TrainingError(
      'E_SHAPE',
      `${variable.name} is [${variable.shape}], its gradient [${gradient.shape}], its mask [${mask?.shape}]`,
      'Variable, gradient and mask are float32 of one shape',
    );
  }
}

interface Update extends TrainableVariable {
  readonly gradient: Tensor;
  readonly moments: Moments;
  readonly learningRate: number;
  readonly options: Required<AdamWOptions>;
}

function heapUpdate(heap: Heap, update: Update): void {
  const { variable, gradient, moments, mask, learningRate } = update;
  const { beta1, beta2, epsilon, weightDecay } = update.options;
  unshare(heap, variable);
  const decay = update.decay ? learningRate * weightDecay : 0;
  const corrections = [1 - beta1 ** moments.step, 1 - beta2 ** moments.step];
  const fields = heap.block([variable.size], [learningRate, beta1, beta2, epsilon, decay, ...corrections]);
  const tensors = [variable, gradient, moments.first, moments.second, mask];
  heap.kernels['adamw']!(fields, ...tensors.map((tensor) => heap.address(tensor)));
}

/** Gives a variable that is about to be written values of its own, where another tensor refers to them too. */
function unshare(heap: Heap, variable: Variable): void {
  if (heap.backend.refCount(variable.dataId) <= 1) return;
  const copy = tf.tensor(variable.dataSync(), variable.shape);
  variable.assign(copy);
  copy.dispose();
}

function composedUpdate(update: Update): void {
  const { variable, gradient, decay, mask, moments, learningRate } = update;
  const { beta1, beta2, epsilon, weightDecay } = update.options;
  const [value, first, second] = tf.tidy(() => {
    const flat = tf.reshape(gradient, [-1]);
    const g = mask === undefined ? flat : tf.mul(flat, tf.reshape(mask, [-1]));
    const m = tf.add(tf.mul(moments.first, beta1), tf.mul(g, 1 - beta1));
    const v = tf.add(tf.mul(moments.second, beta2), tf.mul(tf.square(g), 1 - beta2));
    const mHat = tf.div(m, 1 - beta1 ** moments.step);
    const vHat = tf.div(v, 1 - beta2 ** moments.step);
    const w = tf.reshape(variable, [-1]);
    const kept = decay ? tf.mul(w, 1 - learningRate * weightDecay) : w;
    const stepped = tf.sub(kept, tf.mul(tf.div(mHat, tf.add(tf.sqrt(vHat), epsilon)), learningRate));
    const masked = mask === undefined ? stepped : tf.mul(stepped, tf.reshape(mask, [-1]));
    return [tf.reshape(masked, variable.shape), tf.keep(m), tf.keep(v)];
  }) as [Tensor, Tensor, Tensor];
  variable.assign(value);
  tf.dispose([value, moments.first, moments.second]);
  moments.first = first;
  moments.second = second;
}

/** A new AdamW optimizer without state. */
export function adamW(options: AdamWOptions = {}): Optimizer {
  return new AdamW(options);
}
