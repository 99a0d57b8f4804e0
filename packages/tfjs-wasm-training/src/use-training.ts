/** @file Starting an engine: the backend, and the kernels of all ops on its heap. */

import { startEngine } from './engine.js';
import type { EngineOptions, TrainingEngine } from './engine.js';

/**
 * Starts a training engine and makes its TensorFlow.js backend the current one. Calling it again is cheap and may
 * switch the engine.
 *
 * - `native`: the C kernels as a native addon with threads of its own, where a compiler was there to build it.
 * - `wasm-relaxed`: the same C as WebAssembly with relaxed SIMD; asking for it sets V8's flag on Node 20.
 * - `wasm`: the same C as WebAssembly with SIMD.
 * - `webgpu`, `node-gpu`: every op composed of TensorFlow.js's own on a GPU backend; both are optional peers.
 * - `cpu`: the same on its `cpu` backend; hundreds of times slower, for comparison.
 *
 * The first three work in place on the heap of TensorFlow.js's `wasm` backend; `auto` takes the first that there is.
 * Their threads share that heap, which must have been started by this function (or after importing this package).
 *
 * @throws TrainingError E_ENGINE where the engine does not start
 */
export function useTraining(options: EngineOptions = {}): Promise<TrainingEngine> {
  return startEngine(options);
}
