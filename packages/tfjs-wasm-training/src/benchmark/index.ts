/** @file The public benchmark: networks A and B on every engine, beside PyTorch. */

export { benchTraining } from './bench-training.js';
export type { TorchFigure, TrainingBenchOptions, TrainingBenchRow } from './bench-training.js';
export type { Clock } from './contestant.js';
export { NETWORKS, Network, multiplyAccumulates } from './networks.js';
export type { NetworkName, NetworkShape } from './networks.js';
export { startTorch } from './torch.js';
export type { MemoryFormat, Torch } from './torch.js';
