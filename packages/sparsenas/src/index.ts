/** SparseNAS: block pruning, int8 quantisation and the search for the best sparse single path under a board's limits. */

export { applyMask, blockMask, nonZeroShare, type MatrixShape } from './prune/block-mask.js';
export { applyMasks, networkDensity, networkMasks, pruneNetwork } from './prune/prune-network.js';
export { networkStatistics } from './prune/network-statistics.js';
export {
  isPrunable,
  patternDensity,
  prunableLayers,
  uniformSparsity,
  type PrunableOptions,
} from './prune/prunable-layers.js';
export { fineTune, type FineTuneOptions } from './prune/fine-tune.js';
export { cubicProgress, scheduledDensity } from './prune/schedule.js';

export { EMPTY_HISTOGRAM, observe, percentileRange, type Histogram } from './quantize/histogram.js';
export {
  chooseQuant,
  chooseRange,
  rangeQuant,
  type Range,
  type RangeRule,
} from './quantize/choose-scales.js';
export { BATCH_NORM_EPSILON, foldNorm, type BatchNorm, type FoldedWeights } from './quantize/fold-norm.js';
export { inputQuant, quantizeImages } from './quantize/input-quant.js';
export { observeRanges, type CalibrationOptions, type NetworkRanges } from './quantize/observe-ranges.js';
export {
  quantizeNorm,
  quantizeWeights,
  type IntegerNorm,
  type IntegerWeights,
  type RealWeights,
} from './quantize/quantize-weights.js';
export { DEFAULT_RANGE_RULE, quantizeNetwork, type QuantizeOptions } from './quantize/quantize-network.js';

export { candidateSparsity, densityGroup, densityGroups, type Candidate } from './evaluate/candidate.js';
export {
  assessCandidate,
  evaluateCandidate,
  type AccuracyOf,
  type AssessmentOptions,
  type Evaluation,
} from './evaluate/evaluate-candidate.js';
export { violations, type Limits, type Violation } from './evaluate/limits.js';
export { supernetAccuracy, type SupernetAccuracyOptions } from './evaluate/supernet-accuracy.js';

export {
  evolveSparse,
  type EvolutionOptions,
  type SearchProgress,
  type SearchResult,
} from './search/evolve-sparse.js';
export {
  parseSearchHistory,
  saveSearchHistory,
  type HistoryEntry,
  type SearchHistory,
} from './search/history.js';
export { ACCURACY_BAND, compareCandidates, frontier } from './search/objective.js';
export {
  DEFAULT_DENSITIES,
  SparseNAS,
  type SparseNASOptions,
  type SparseSearchOptions,
} from './search/sparse-nas.js';
export {
  crossCandidates,
  mutateCandidate,
  sampleCandidate,
  type CandidateSpace,
} from './search/variation.js';

export {
  finishCandidate,
  floatAccuracy,
  quantizeTrained,
  type FinishedNetwork,
  type FinishOptions,
  type QuantizeTrainedOptions,
} from './finish/finish-candidate.js';
