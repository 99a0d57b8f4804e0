/** SparseEngine: quantised network -> checked graph -> encodings and memory plan -> C project. */
export {
  parseQuantizedNetwork,
  QUANTIZED_NETWORK_KIND,
  QUANTIZED_NETWORK_VERSION,
  saveQuantizedNetwork,
  type FusedActivation,
  type QuantizedAdd,
  type QuantizedAttention,
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
