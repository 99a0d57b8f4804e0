/** @file Which engine the ops run on: chosen by `useTraining`, asked by every op. */

import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { TrainingError } from './errors.js';
import { instantiateOnHeap } from './heap.js';
import type { Heap } from './heap.js';

export type EngineName = 'wasm' | 'cpu';

/** A started engine. `name` tells which one `auto` chose. */
export interface TrainingEngine {
  readonly name: EngineName;
}

interface Started extends TrainingEngine {
  readonly heap?: Heap;
}

let current: Started | undefined;

/** The heap of the engine in use, undefined on `cpu`. Throws E_NOT_STARTED before `startEngine` has resolved. */
export function currentHeap(): Heap | undefined {
  if (current === undefined) {
    throw new TrainingError('E_NOT_STARTED', 'no training engine is in use', 'Await useTraining() first');
  }
  if (tf.getBackend() !== current.name) {
    throw new TrainingError(
      'E_ENGINE',
      `the training engine is ${current.name}, but TensorFlow.js is set to ${tf.getBackend()}`,
      'Await useTraining() again after tf.setBackend()',
    );
  }
  return current.heap;
}

/** Starts `name` and makes its backend the current one; `onHeap` is called for every new heap. */
export async function startEngine(name: EngineName, onHeap: (heap: Heap) => void): Promise<TrainingEngine> {
  if (name === 'cpu') {
    await startCpu();
    current = { name };
    return current;
  }
  await startWasmBackend();
  const backend = tf.backend() as unknown as BackendWasm;
  if (wasmHeap?.backend !== backend) {
    wasmHeap = await instantiateOnHeap(backend);
    onHeap(wasmHeap);
  }
  current = { name, heap: wasmHeap };
  return current;
}

let wasmHeap: Heap | undefined;

async function startWasmBackend(): Promise<void> {
  if (tf.findBackend('wasm') === null) {
    const manifest = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json');
    setWasmPaths(join(dirname(manifest), 'wasm-out') + sep);
  }
  if (!(await tf.setBackend('wasm'))) {
    throw new TrainingError(
      'E_ENGINE',
      'the wasm backend of TensorFlow.js did not start',
      'Check that @tensorflow/tfjs-backend-wasm is installed with its .wasm files',
    );
  }
}

/** The cpu kernels and the gradients of TensorFlow.js's own ops are registered by its union package. */
async function startCpu(): Promise<void> {
  try {
    await import('@tensorflow/tfjs');
  } catch (cause) {
    const error = new TrainingError(
      'E_ENGINE',
      'engine cpu needs @tensorflow/tfjs',
      'Install @tensorflow/tfjs',
    );
    error.cause = cause;
    throw error;
  }
  await tf.setBackend('cpu');
}
