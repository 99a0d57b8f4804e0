/**
 * @file The cost model's cycles a kernel, written by scripts/fit-latency.ts: least-squares fits to what cmsis-bench
 * estimates for 902 layers of 26 random networks, with memory that answers at once; 8% off on average.
 */
import type { LatencyTable } from './latency.js';

export const ESTIMATED_LATENCY: LatencyTable = {
  'cortex-m4': {
    default: { perMac: 4, perOutput: 60, perInput: 10 },
    tfr_linear_dense_s8: { perMac: 2.59, perOutput: 42.2, perInput: 39.4 },
    tfr_linear_balanced_s8: { perMac: 2.08, perOutput: 31.8, perInput: 9.56 },
    tfr_linear_runlength_s8: { perMac: 2.03, perOutput: 32.1, perInput: 9.13 },
    tfr_linear_csr_s8: { perMac: 6.35, perOutput: 28.9, perInput: 17 },
    tfr_linear_panel_s8: { perMac: 1.1, perOutput: 4.31, perInput: 3 },
    tfr_convolution_dense_s8: { perMac: 3.08, perOutput: 137, perInput: 0 },
    tfr_convolution_balanced_s8: { perMac: 1.68, perOutput: 124, perInput: 0 },
    tfr_convolution_runlength_s8: { perMac: 2.09, perOutput: 116, perInput: 0 },
    tfr_convolution_csr_s8: { perMac: 6.61, perOutput: 114, perInput: 0 },
    tfr_convolution_panel_s8: { perMac: 0.997, perOutput: 20.1, perInput: 0 },
    tfr_depthwise_dense_s8: { perMac: 3.13, perOutput: 0, perInput: 1.6 },
    tfr_depthwise_taps_s8: { perMac: 3, perOutput: 10.8, perInput: 2.2 },
    tfr_lookup_s8: { perMac: 0, perOutput: 15, perInput: 0 },
    tfr_add_s8: { perMac: 0, perOutput: 19, perInput: 0 },
    tfr_average_pool_s8: { perMac: 0, perOutput: 40.8, perInput: 2.73 },
    tfr_attention_s8: { perMac: 1.18, perOutput: 53.9, perInput: 0 },
    tfr_softmax_s8: { perMac: 0, perOutput: 37.4, perInput: 0 },
    tfr_softmax_tflite_s8: { perMac: 4, perOutput: 60, perInput: 10 },
    tfr_layer_norm_s8: { perMac: 0, perOutput: 27.2, perInput: 0 },
  },
  'cortex-m7': {
    default: { perMac: 2, perOutput: 30, perInput: 5 },
    tfr_linear_dense_s8: { perMac: 1.78, perOutput: 25.5, perInput: 25 },
    tfr_linear_balanced_s8: { perMac: 1.11, perOutput: 17.1, perInput: 5.52 },
    tfr_linear_runlength_s8: { perMac: 1.2, perOutput: 17.7, perInput: 5.85 },
    tfr_linear_csr_s8: { perMac: 3.7, perOutput: 15.2, perInput: 9.66 },
    tfr_linear_panel_s8: { perMac: 0.564, perOutput: 2.6, perInput: 1.81 },
    tfr_convolution_dense_s8: { perMac: 1.69, perOutput: 0, perInput: 66.7 },
    tfr_convolution_balanced_s8: { perMac: 0.832, perOutput: 76.5, perInput: 0 },
    tfr_convolution_runlength_s8: { perMac: 1.23, perOutput: 71.5, perInput: 0 },
    tfr_convolution_csr_s8: { perMac: 3.83, perOutput: 70.3, perInput: 0 },
    tfr_convolution_panel_s8: { perMac: 0.526, perOutput: 11.7, perInput: 0.108 },
    tfr_depthwise_dense_s8: { perMac: 2.25, perOutput: 0, perInput: 0.755 },
    tfr_depthwise_taps_s8: { perMac: 2, perOutput: 6.9, perInput: 1.6 },
    tfr_lookup_s8: { perMac: 0, perOutput: 10.1, perInput: 0 },
    tfr_add_s8: { perMac: 0, perOutput: 15.9, perInput: 0 },
    tfr_average_pool_s8: { perMac: 0, perOutput: 31.7, perInput: 1.2 },
    tfr_attention_s8: { perMac: 0.644, perOutput: 0, perInput: 12.5 },
    tfr_softmax_s8: { perMac: 0, perOutput: 19.3, perInput: 0 },
    tfr_softmax_tflite_s8: { perMac: 2, perOutput: 30, perInput: 5 },
    tfr_layer_norm_s8: { perMac: 0, perOutput: 22.3, perInput: 0 },
  },
};
