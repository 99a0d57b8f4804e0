/** @file What optimizers have alike: moments of every variable by its name, a step, a state that can be saved. */

import * as tf from '@tensorflow/tfjs-core';
import type { NamedTensorMap, Tensor, Variable } from '@tensorflow/tfjs-core';
import { currentHeap } from '../engine.js';
import { TrainingError, requireNumber } from '../errors.js';
import { forgetPacked, requireEntry, requireFit, runOverParameters, unshare } from './parameters.js';
import type { Parameter, StepOptions, TrainableVariable } from './parameters.js';

/** Moments and step count of one variable, in the order of its elements. */
export interface MomentState {
  readonly step: number;
  readonly first: Float32Array;
  /** Empty for an optimizer with one moment. */
  readonly second: Float32Array;
}

/** Everything a resumed training needs, by variable name. */
export type OptimizerState = Readonly<Record<string, MomentState>>;

export interface Optimizer {
  /** Updates every variable that has a gradient (by variable name), in place. Gradients stay the caller's. */
  step(variables: readonly TrainableVariable[], gradients: NamedTensorMap, learningRate: number): void;
  save(): OptimizerState;
  /** The same on every engine; on webgpu, which reads no values at once, `save` throws. */
  saveAsync(): Promise<OptimizerState>;
  restore(state: OptimizerState): void;
  /** Frees the moments. */
  dispose(): void;
}

export interface Moments {
  step: number;
  first: Tensor;
  second?: Tensor;
}

export interface Update extends TrainableVariable {
  readonly gradient: Tensor;
  readonly moments: Moments;
  readonly learningRate: number;
}

/** What tells one optimizer from another. */
export interface UpdateRule {
  /** The C kernel and its options. */
  readonly kernel: string;
  readonly options: StepOptions;
  readonly weightDecay: number;
  readonly secondMoment: boolean;
  /** Of the moments, for the step that is being taken. */
  corrections(step: number): readonly [number, number];
  /** Composed of TensorFlow.js's own ops, in a tidy and flat: what the weights lose, without decay, and new moments. */
  composed(update: Update): { readonly change: Tensor; readonly moments: readonly Tensor[] };
}

/** A step count belongs to every variable, so that one which a sampled path leaves out simply waits. */
export class RuleOptimizer implements Optimizer {
  readonly #moments = new Map<string, Moments>();

  constructor(readonly rule: UpdateRule) {}

  step(variables: readonly TrainableVariable[], gradients: NamedTensorMap, learningRate: number): void {
    const heap = currentHeap();
    requireNumber('learningRate', learningRate, [0, Infinity]);
    const updates = variables.flatMap((entry): Update[] => {
      requireEntry(entry);
      const gradient = gradients[entry.variable.name];
      if (gradient == null) return [];
      requireFit(entry, gradient);
      const moments = this.#momentsOf(entry.variable);
      moments.step += 1;
      return [{ ...entry, gradient, moments, learningRate }];
    });
    if (heap === undefined) {
      updates.forEach((update) => this.#composedUpdate(update));
      return;
    }
    updates.forEach(({ variable }) => unshare(heap, variable));
    const parameters = updates.map((update) => this.#parameter(update));
    runOverParameters(heap, this.rule.kernel, parameters, { ...this.rule.options, learningRate });
    updates.forEach(({ variable }) => forgetPacked(heap, variable));
  }

  save(): OptimizerState {
    const state: Record<string, MomentState> = {};
    for (const [name, { step, first, second }] of this.#moments) {
      const values = (tensor: Tensor) => tensor.dataSync<'float32'>().slice();
      state[name] = { step, first: values(first), second: second ? values(second) : new Float32Array() };
    }
    return state;
  }

  async saveAsync(): Promise<OptimizerState> {
    const values = async (tensor: Tensor) => (await tensor.data<'float32'>()).slice();
    const entries = [...this.#moments].map(async ([name, { step, first, second }]) => {
      const saved = {
        step,
        first: await values(first),
        second: second ? await values(second) : new Float32Array(),
      };
      return [name, saved] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  }

  restore(state: OptimizerState): void {
    this.dispose();
    for (const [name, { step, first, second }] of Object.entries(state)) {
      const keep = (values: Float32Array) => tf.keep(tf.tensor(values));
      this.#moments.set(name, {
        step,
        first: keep(first),
        ...(second.length > 0 && { second: keep(second) }),
      });
    }
  }

  dispose(): void {
    for (const { first, second } of this.#moments.values()) tf.dispose(second ? [first, second] : first);
    this.#moments.clear();
  }

  #momentsOf(variable: Variable): Moments {
    let moments = this.#moments.get(variable.name);
    if (moments === undefined) {
      const zeros = () => tf.keep(tf.zeros([variable.size]));
      moments = { step: 0, first: zeros(), ...(this.rule.secondMoment && { second: zeros() }) };
      this.#moments.set(variable.name, moments);
    }
    const { first, second } = moments;
    const sizes = [first, ...(this.rule.secondMoment ? [second] : [])].map((tensor) => tensor?.size ?? 0);
    if (sizes.some((size) => size !== variable.size)) {
      throw new TrainingError(
        'E_STATE',
        `${variable.name} has ${variable.size} elements, its saved moments ${sizes.join(' and ')}`,
        'Restore the state of the same network and optimizer',
      );
    }
    return moments;
  }

  #parameter({ variable, gradient, mask, moments, decay, learningRate }: Update): Parameter {
    return {
      size: variable.size,
      decay: decay ? learningRate * this.rule.weightDecay : 0,
      corrections: this.rule.corrections(moments.step),
      ...{ weights: variable, gradient, mask, first: moments.first },
      ...(moments.second && { second: moments.second }),
    };
  }

  #composedUpdate(update: Update): void {
    const { variable, decay, mask, moments, learningRate } = update;
    const [value, ...kept] = tf.tidy(() => {
      const flat = tf.reshape(update.gradient, [-1]);
      const gradient = mask === undefined ? flat : tf.mul(flat, tf.reshape(mask, [-1]));
      const stepped = this.rule.composed({ ...update, gradient });
      const lost = decay ? learningRate * this.rule.weightDecay : 0;
      const weights = tf.sub(tf.mul(tf.reshape(variable, [-1]), 1 - lost), stepped.change);
      const masked = mask === undefined ? weights : tf.mul(weights, tf.reshape(mask, [-1]));
      return [tf.reshape(masked, variable.shape), ...stepped.moments.map((tensor) => tf.keep(tensor))];
    }) as [Tensor, Tensor, Tensor?];
    variable.assign(value);
    tf.dispose([value, moments.first, ...(moments.second ? [moments.second] : [])]);
    moments.first = kept[0]!;
    if (kept[1] !== undefined) moments.second = kept[1];
  }
}
