/** @file Which engine the ops run on: chosen once by `useTraining`, asked by every op. */

import * as tf from '@tensorflow/tfjs-core';
import { TrainingError } from './errors.js';

export type EngineName = 'wasm' | 'cpu';

/** A started engine. `name` tells which one `auto` chose. */
export interface TrainingEngine {
  readonly name: EngineName;
}

let current: TrainingEngine | undefined;

/** The engine in use; throws E_NOT_STARTED before `useTraining` has resolved. */
export function currentEngine(): TrainingEngine {
  if (current === undefined) {
    throw new TrainingError('E_NOT_STARTED', 'no training engine is in use', 'Await useTraining() first');
  }
  return current;
}

/**
 * Starts the training engine and makes its TensorFlow.js backend the current one. Calling it again is cheap.
 *
 * `cpu` composes every op of TensorFlow.js's own (slow; the reference of the tests).
 */
export async function useTraining(
  options: { readonly engine?: 'auto' | 'wasm' | 'cpu' } = {},
): Promise<TrainingEngine> {
  const { engine = 'auto' } = options;
  await import('@tensorflow/tfjs');
  await tf.setBackend('cpu');
  current = { name: engine === 'auto' ? 'cpu' : engine };
  return current;
}
