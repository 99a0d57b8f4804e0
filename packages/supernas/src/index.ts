/** Datasets, search spaces, weight-sharing supernets, their training, and the search for the supernet. */
export {
  cutValidation,
  subset,
  type Augmentation,
  type Dataset,
  type DatasetSplits,
} from './data/dataset.js';
export { loadCifar10, type Cifar10Options } from './data/cifar10.js';
export { syntheticShapes, type SyntheticShapesOptions } from './data/synthetic-shapes.js';
export { drawImages, sequentialBatches, type Batch } from './data/batches.js';
export {
  parseSearchSpace,
  type ConvolutionStageSpace,
  type SearchSpace,
  type StageSpace,
  type StemSpace,
  type TransformerStageSpace,
} from './space/search-space.js';
export { crossArchitectures, mutateArchitecture, sampleArchitecture } from './space/sample.js';
export {
  containsArchitecture,
  countArchitectures,
  largestArchitecture,
  smallestArchitecture,
} from './space/measure.js';
export { cutSpaces } from './space/cut.js';
export { presets } from './space/presets.js';
export type { ChannelStatistics, ForwardOptions, Masks, NormStatistics } from './network/forward.js';
export { imageTensor } from './network/norm-statistics.js';
export {
  parseFloatNetwork,
  saveFloatNetwork,
  type FloatNetwork,
  type LayerTensors,
} from './network/float-network.js';
export type { Network } from './supernet/network.js';
export { Supernet } from './supernet/supernet.js';
export { createTrainable, TrainableNetwork, type WeightMasks } from './supernet/trainable-network.js';
export { createMasks } from './supernet/masks.js';
export { extractNetwork, recalibrateNorm, type RecalibrationOptions } from './supernet/extract.js';
export { loadSupernet, saveSupernet, type LoadedSupernet } from './supernet/supernet-file.js';
export {
  loadTraining,
  saveTraining,
  type LoadedTraining,
  type SavedTraining,
  type TrainingState,
} from './supernet/training-state.js';
export type { EpochEnd, TrainingOptions, TrainingProgress, TrainingResult } from './training/loop.js';
export { trainNetwork, trainSupernet, type SupernetTrainingOptions } from './training/train.js';
export { evaluateAccuracy, evaluatePath, type EvaluationOptions } from './training/evaluate.js';
export {
  linearBaseline,
  type LinearBaseline,
  type LinearBaselineOptions,
} from './training/linear-baseline.js';
export type { Capacity } from './search/capacity.js';
export {
  SuperNAS,
  type RankedSpace,
  type SuperNASOptions,
  type SuperNASProgress,
  type SuperNASResult,
  type SuperNASSearchOptions,
} from './search/super-nas.js';
export { useTraining } from '@tinyformer/tfjs-wasm-training';
