/** @file Starting an engine: the backend, the kernels of all ops on its heap. */

import { startEngine } from './engine.js';
import type { TrainingEngine } from './engine.js';
import { identityKernel, registerKernels } from './heap-kernel.js';
import { attentionKernels } from './ops/attention.js';
import { batchNormKernels } from './ops/batch-norm.js';
import { conv2dKernels } from './ops/conv2d.js';
import { denseKernels } from './ops/dense.js';
import { depthwiseKernels } from './ops/depthwise-conv2d.js';
import { geluKernels } from './ops/gelu.js';
import { poolKernels } from './ops/global-average-pool.js';
import { layerNormKernels } from './ops/layer-norm.js';
import { crossEntropyKernels } from './ops/softmax-cross-entropy.js';

const KERNELS = [
  identityKernel,
  ...attentionKernels,
  ...batchNormKernels,
  ...conv2dKernels,
  ...crossEntropyKernels,
  ...denseKernels,
  ...depthwiseKernels,
  ...geluKernels,
  ...layerNormKernels,
  ...poolKernels,
];

/**
 * Starts a training engine and makes its TensorFlow.js backend the current one. Calling it again is cheap and may
 * switch the engine.
 *
 * - `wasm` (what `auto` chooses): C kernels on the heap of TensorFlow.js's WebAssembly backend.
 * - `cpu`: every op composed of TensorFlow.js's own on its `cpu` backend; hundreds of times slower, for comparison.
 *
 * @throws TrainingError E_ENGINE where the backend does not start
 */
export function useTraining(
  options: { readonly engine?: 'auto' | 'wasm' | 'cpu' } = {},
): Promise<TrainingEngine> {
  const { engine = 'auto' } = options;
  return startEngine(engine === 'auto' ? 'wasm' : engine, (heap) => registerKernels(heap, KERNELS));
}
