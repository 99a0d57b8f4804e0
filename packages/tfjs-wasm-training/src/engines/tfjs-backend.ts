/** @file TensorFlow.js's WebAssembly backend, started with a heap that threads can share. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { TrainingError } from '../errors.js';
import { HeapMemory } from '../heap.js';
import { withMemoryShared } from './memory-flags.js';

let memory: HeapMemory | undefined;

/**
 * Makes `wasm` the current backend. A backend that was started before, and so without a shared heap, is used as it is.
 */
export async function startWasmBackend(): Promise<HeapMemory> {
  shareHeap();
  if (!(await tf.setBackend('wasm'))) {
    throw new TrainingError(
      'E_ENGINE',
      'the wasm backend of TensorFlow.js did not start',
      'Check that @tensorflow/tfjs-backend-wasm is installed with its .wasm files',
    );
  }
  return openWasmBackend();
}

/** The heap of the current backend, which must be `wasm`. */
export function openWasmBackend(): HeapMemory {
  const backend = tf.backend() as unknown as BackendWasm;
  if (memory?.backend !== backend) memory = new HeapMemory(backend);
  return memory;
}

/** Has a backend that was not started yet load its own SIMD module with the memory marked as shared. */
export function shareHeap(): void {
  if ('wasm' in tf.engine().registry) return; // tf.findBackend would start it
  const manifest = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json');
  const folder = join(dirname(manifest), 'wasm-out');
  const simd = readFileSync(join(folder, 'tfjs-backend-wasm-simd.wasm'));
  const shared = Buffer.from(withMemoryShared(simd, true)).toString('base64');
  const names = [
    'tfjs-backend-wasm.wasm',
    'tfjs-backend-wasm-simd.wasm',
    'tfjs-backend-wasm-threaded-simd.wasm',
  ];
  setWasmPaths(
    Object.fromEntries(names.map((name) => [name, `data:application/wasm;base64,${shared}`])) as never,
    true,
  );
}
