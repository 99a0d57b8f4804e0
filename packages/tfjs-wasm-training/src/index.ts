/** @file The public surface: start the engine, ops with gradients, the optimizer. */

export { useTraining } from './use-training.js';
export type { EngineName, TrainingEngine } from './engine.js';
export { TrainingError } from './errors.js';
export type { TrainingErrorCode } from './errors.js';

export { attention } from './ops/attention.js';
export { batchNorm, batchNormInference } from './ops/batch-norm.js';
export type { BatchNormOptions, BatchNormResult } from './ops/batch-norm.js';
export { conv2d } from './ops/conv2d.js';
export { dense } from './ops/dense.js';
export { gelu } from './ops/gelu.js';
export { depthwiseConv2d } from './ops/depthwise-conv2d.js';
export { globalAveragePool } from './ops/global-average-pool.js';
export { layerNorm } from './ops/layer-norm.js';
export { softmaxCrossEntropy } from './ops/softmax-cross-entropy.js';

export { adamW } from './optimizer/adamw.js';
export type {
  AdamWOptions,
  MomentState,
  Optimizer,
  OptimizerState,
  TrainableVariable,
} from './optimizer/adamw.js';
export { clipGradientNorm } from './optimizer/clip-gradient-norm.js';
