/**
 * @file The cost model's cycles a kernel, written by scripts/fit-latency.ts: least-squares fits to what cmsis-bench
 * estimates for 1804 layers of 26 random networks on both cores, with memory that answers at once.
 * Held-out layers 896: 7.9% off on average, 68.8% at most.
 * Held-out networks, one a core, 26: 4.8% off on average, 12.5% at most.
 */
import type { LatencyTable } from './latency.js';

export const ESTIMATED_LATENCY: LatencyTable = {
  'cortex-m4': {
    default: { perMac: 4, perOutput: 60, perInput: 10 },
    tfr_linear_dense_s8: { perMac: 2.14, perOutput: 32, perInput: 22.1 },
    tfr_linear_balanced_s8: { perMac: 2.09, perOutput: 29.8, perInput: 9.3 },
    tfr_linear_runlength_s8: { perMac: 2.03, perOutput: 32.1, perInput: 9.12 },
    tfr_linear_csr_s8: { perMac: 6.35, perOutput: 28.8, perInput: 17 },
    tfr_linear_panel_s8: { perMac: 1.1, perOutput: 4.33, perInput: 3.04 },
    tfr_convolution_dense_s8: { perMac: 2.14, perOutput: 199, perInput: 0 },
    tfr_convolution_balanced_s8: { perMac: 1.71, perOutput: 120, perInput: 0 },
    tfr_convolution_runlength_s8: { perMac: 2.11, perOutput: 114, perInput: 0 },
    tfr_convolution_csr_s8: { perMac: 6.64, perOutput: 112, perInput: 0 },
    tfr_convolution_panel_s8: { perMac: 0.978, perOutput: 20.6, perInput: 0.16 },
    tfr_depthwise_dense_s8: { perMac: 2.92, perOutput: 0, perInput: 0 },
    tfr_depthwise_taps_s8: { perMac: 3, perOutput: 10.8, perInput: 2.2 },
    tfr_lookup_s8: { perMac: 0, perOutput: 15, perInput: 0 },
    tfr_add_s8: { perMac: 0, perOutput: 18.7, perInput: 0 },
    tfr_average_pool_s8: { perMac: 0, perOutput: 32, perInput: 2.6 },
    tfr_attention_s8: { perMac: 1.18, perOutput: 53.9, perInput: 0 },
    tfr_softmax_s8: { perMac: 0, perOutput: 37.4, perInput: 0 },
    tfr_softmax_tflite_s8: { perMac: 4, perOutput: 60, perInput: 10 },
    tfr_layer_norm_s8: { perMac: 0, perOutput: 27.2, perInput: 0 },
  },
  'cortex-m7': {
    default: { perMac: 2, perOutput: 30, perInput: 5 },
    tfr_linear_dense_s8: { perMac: 1.15, perOutput: 17.9, perInput: 15.8 },
    tfr_linear_balanced_s8: { perMac: 1.11, perOutput: 16.2, perInput: 5.42 },
    tfr_linear_runlength_s8: { perMac: 1.2, perOutput: 17.6, perInput: 5.79 },
    tfr_linear_csr_s8: { perMac: 3.7, perOutput: 15.1, perInput: 9.61 },
    tfr_linear_panel_s8: { perMac: 0.564, perOutput: 2.59, perInput: 1.85 },
    tfr_convolution_dense_s8: { perMac: 1.21, perOutput: 122, perInput: 0 },
    tfr_convolution_balanced_s8: { perMac: 0.87, perOutput: 72.1, perInput: 0 },
    tfr_convolution_runlength_s8: { perMac: 1.26, perOutput: 68.7, perInput: 0 },
    tfr_convolution_csr_s8: { perMac: 3.86, perOutput: 67, perInput: 0 },
    tfr_convolution_panel_s8: { perMac: 0.516, perOutput: 11.8, perInput: 0.278 },
    tfr_depthwise_dense_s8: { perMac: 1.65, perOutput: 0, perInput: 0.00732 },
    tfr_depthwise_taps_s8: { perMac: 2, perOutput: 6.9, perInput: 1.6 },
    tfr_lookup_s8: { perMac: 0, perOutput: 10.1, perInput: 0 },
    tfr_add_s8: { perMac: 0, perOutput: 13.1, perInput: 0 },
    tfr_average_pool_s8: { perMac: 0, perOutput: 26.2, perInput: 1.17 },
    tfr_attention_s8: { perMac: 0.639, perOutput: 37.8, perInput: 0 },
    tfr_softmax_s8: { perMac: 0, perOutput: 19.3, perInput: 0 },
    tfr_softmax_tflite_s8: { perMac: 2, perOutput: 30, perInput: 5 },
    tfr_layer_norm_s8: { perMac: 0, perOutput: 22.4, perInput: 0 },
  },
};
