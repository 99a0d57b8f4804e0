/** @file The public surface: start the engine, ops with gradients, the optimizers. */

import './register.js';

export { useTraining } from './use-training.js';
export type { EngineName, EngineOptions, TrainingEngine } from './engine.js';
export { availableEngines } from './availability.js';
export type { EngineAvailability } from './availability.js';
export { TrainingError } from './errors.js';
export type { TrainingErrorCode } from './errors.js';

export { gelu, hardSwish, relu6 } from './ops/activation.js';
export type { Activation } from './ops/activation.js';
export { attention } from './ops/attention.js';
export { batchNorm, batchNormInference } from './ops/batch-norm.js';
export type { BatchNormOptions, BatchNormResult } from './ops/batch-norm.js';
export { conv2dBatchNorm, depthwiseConv2dBatchNorm } from './ops/conv2d-batch-norm.js';
export type { NormAndResidual } from './ops/conv2d-batch-norm.js';
export { conv2d } from './ops/conv2d.js';
export type { Conv2dOptions } from './ops/conv2d.js';
export { dense } from './ops/dense.js';
export type { DenseOptions } from './ops/dense.js';
export { depthwiseConv2d } from './ops/depthwise-conv2d.js';
export { fakeQuantize } from './ops/fake-quantize.js';
export type { FakeQuantizeOptions } from './ops/fake-quantize.js';
export { globalAveragePool } from './ops/global-average-pool.js';
export { layerNorm } from './ops/layer-norm.js';
export { maskedWeights } from './ops/masked-weights.js';
export { selfAttention } from './ops/self-attention.js';
export type { Projection } from './ops/self-attention.js';
export { softmaxCrossEntropy } from './ops/softmax-cross-entropy.js';
export type { CrossEntropyOptions, Distillation } from './ops/softmax-cross-entropy.js';
export type { Padding, WindowOptions } from './window-shape.js';

export { createImageLoader } from './loader/image-loader.js';
export type { Augmentation, ImageBatch, ImageLoader, ImageLoaderOptions } from './loader/image-loader.js';

export { adamW } from './optimizer/adamw.js';
export type { AdamWOptions } from './optimizer/adamw.js';
export { weightAverage } from './optimizer/average.js';
export type { WeightAverage } from './optimizer/average.js';
export { clipGradientNorm } from './optimizer/clip-gradient-norm.js';
export type { MomentState, Optimizer, OptimizerState } from './optimizer/optimizer.js';
export type { TrainableVariable } from './optimizer/parameters.js';
export { sgd } from './optimizer/sgd.js';
export type { SgdOptions } from './optimizer/sgd.js';
