/** The shared nouns of TinyFormer. */
export { InternalError, TinyFormerError, type ErrorContext } from './errors.js';
export {
  checkShape,
  elementCount,
  samePaddingBefore,
  sameShape,
  strided,
  type ImageShape,
  type Shape,
} from './shape.js';
export {
  allocate,
  bytesPerElement,
  dtypeOf,
  fromBytes,
  toBytes,
  type DType,
  type TypedArray,
  type TypedArrays,
} from './dtype.js';
export {
  loadTensor,
  saveTensor,
  tensorData,
  view,
  type SavedTensor,
  type TensorData,
} from './tensor-data.js';
export {
  clamp,
  dequantizeValue,
  fixedPointFactor,
  INT8_MAX,
  INT8_MIN,
  MAX_SHIFT,
  MIN_SHIFT,
  quantizeValue,
  requantize,
  type FixedPointFactor,
  type QuantParams,
  type Rounding,
} from './quantization.js';
export { createRng, restoreRng, type Rng, type RngState } from './rng.js';
export {
  DEFAULT_BLOCK,
  keptBlocksPerGroup,
  type BlockShape,
  type LayerSparsity,
  type SparsityPattern,
} from './sparsity.js';
export type {
  Architecture,
  ConvolutionStage,
  EncoderBlock,
  InvertedResidual,
  Stage,
  TransformerStage,
} from './architecture.js';
export {
  expandArchitecture,
  INPUT,
  weightMatrixShape,
  type AddLayer,
  type AttentionLayer,
  type ConvolutionLayer,
  type DepthwiseLayer,
  type GeluLayer,
  type GlobalAveragePoolLayer,
  type Layer,
  type LayerNormLayer,
  type LinearLayer,
} from './layers.js';
export { BOARDS, DEFAULT_BOARD, findBoard, type Board, type Core } from './board.js';
export type { CacheShape, MemorySystem, ReadStall } from './memory-system.js';
export { fits, type Cost, type CostModel } from './cost.js';
export { formatBytes, formatCount, KIB, MIB } from './units.js';
export { parseArtefact, TOOL_VERSION, type ArtefactHeader } from './artefact.js';
