/** @file A network's variables by name, made at their first use, with the initial values that PyTorch's layers have. */
import * as tf from '@tensorflow/tfjs';

export class Parameters {
  readonly #variables = new Map<string, tf.Variable>();

  constructor(readonly seed: number) {}

  /** Learnt by gradients: uniform within 1 / sqrt(fanIn) of 0. */
  weights<T extends tf.Tensor>(name: string, shape: number[], { fanIn }: { readonly fanIn: number }): T {
    const limit = 1 / Math.sqrt(fanIn);
    const seed = 1000 * this.seed + this.#variables.size;
    return this.#get<T>(name, true, () => tf.randomUniform(shape, -limit, limit, 'float32', seed));
  }

  /** Learnt by gradients: one value for each channel. */
  vector(name: string, channels: number, { initially }: { readonly initially: 0 | 1 }): tf.Tensor1D {
    return this.#get<tf.Tensor1D>(name, true, () => tf.fill([channels], initially));
  }

  /** A mean over the batches seen so far, not learnt by gradients. */
  runningMean(name: string, channels: number, { initially }: { readonly initially: 0 | 1 }): tf.Variable {
    return this.#get<tf.Variable>(name, false, () => tf.fill([channels], initially));
  }

  get trainable(): readonly tf.Variable[] {
    return [...this.#variables.values()].filter(({ trainable }) => trainable);
  }

  async save(): Promise<Record<string, Float32Array>> {
    const entries = [...this.#variables].map(
      async ([name, variable]) => [name, (await variable.data<'float32'>()).slice()] as const,
    );
    return Object.fromEntries(await Promise.all(entries));
  }

  /** All of them must have been made. */
  restore(saved: Readonly<Record<string, Float32Array>>): void {
    for (const [name, variable] of this.#variables) {
      tf.tidy(() => variable.assign(tf.tensor(saved[name]!, variable.shape)));
    }
  }

  #get<T extends tf.Tensor>(name: string, trainable: boolean, initial: () => tf.Tensor): T {
    let variable = this.#variables.get(name);
    if (variable === undefined) {
      variable = tf.tidy(() => tf.variable(initial(), trainable, name));
      this.#variables.set(name, variable);
    }
    return variable as tf.Tensor as T;
  }
}
