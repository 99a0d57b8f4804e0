/** SparseEngine: quantised network -> checked graph -> encodings and memory plan -> C project. */
export {
  parseQuantizedNetwork,
  QUANTIZED_NETWORK_KIND,
  QUANTIZED_NETWORK_VERSION,
  saveQuantizedNetwork,
  type AttentionMask,
  type QuantizedAdd,
  type QuantizedAttention,
  type QuantizedAveragePool,
  type QuantizedConvolution,
  type QuantizedDepthwise,
  type QuantizedGelu,
  type QuantizedGlobalAveragePool,
  type QuantizedLayer,
  type QuantizedLayerNorm,
  type QuantizedLinear,
  type QuantizedNetwork,
  type QuantizedTensor,
} from './frontend/quantized-network.js';
export { quantizedLayer, type QuantizedTensors } from './frontend/quantized-layer.js';
export type { FusedActivation } from './ops/weighted.js';

export { compile, type CompileOptions } from './compile.js';
export type { CompiledModel, KernelCall, LayerSummary } from './compiled-model.js';

export {
  siteOf,
  type Attribute,
  type Attributes,
  type Graph,
  type GraphNode,
  type GraphTensor,
  type Site,
} from './ir/graph.js';
export { printGraph } from './ir/print-graph.js';
export { verifyGraph } from './ir/verify-graph.js';
export { buildGraph } from './frontend/build-graph.js';
export { PASSES, runPasses } from './passes/index.js';
export type { Pass } from './passes/pass.js';
export { definitionOf, OPS } from './ops/index.js';
export { channelFactors, type WeightedSite } from './ops/weighted.js';
export type { OpDefinition, ReferenceRun, WeightMatrix } from './ops/op-definition.js';

export { chooseEncoding, chooseWeightEncoding } from './encoding/choose-encoding.js';
export type {
  BalancedEncoding,
  CsrEncoding,
  DenseEncoding,
  Encoding,
  EncodingKind,
  EncodingLayout,
  Matrix,
  MatrixShape,
  RunLengthEncoding,
} from './encoding/encoding.js';
export {
  decodeWeights,
  describeLayout,
  ENCODING_KINDS,
  encodedBytes,
  encodeWeights,
  fitEncoding,
  supportsLayout,
} from './encoding/formats.js';
export {
  LAYOUTS,
  parseLayout,
  parseRequestedEncodings,
  type RequestedEncodings,
} from './encoding/requested-encoding.js';

export { planMemory, type MemoryPlan } from './memory/plan-memory.js';
export { renderPlan } from './memory/render-plan.js';
export type { ArenaBuffer } from './memory/buffers.js';
export type { PlacedBuffer } from './memory/place-buffers.js';

export { runReference, type LayerOutput, type RunOptions } from './interpreter/run-reference.js';
export { createRuntimeExecutor, type RuntimeExecutor } from './interpreter/runtime-executor.js';

export { createCostModel, modelCost, modelWorkloads, type CostModelOptions } from './cost/cost-model.js';
export { ESTIMATED_LATENCY } from './cost/estimated-latency.js';
export {
  estimateCycles,
  type KernelCycles,
  type KernelCycleTable,
  type LatencyTable,
  type Workload,
} from './cost/latency.js';

export {
  generateProject,
  PROJECT_KIND,
  type ProjectFile,
  type ProjectOptions,
} from './codegen/generate-project.js';
export { straightLineLayers, type StraightLineLayer } from './codegen/kernels-source.js';
export { generateCall, type GeneratedCall, type GenerateOptions } from './codegen/generate-call.js';
export { loopLimit } from './codegen/loop-limit.js';
export { specializeCall, type CallText, type SpecializeOptions } from './codegen/specialize-call.js';
export { writeProject } from './codegen/write-project.js';
export { SparseEngine } from './sparse-engine.js';
