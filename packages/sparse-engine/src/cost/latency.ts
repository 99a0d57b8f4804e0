/**
 * @file Cycles of a kernel as a linear function of its work: an estimate, never a measurement. The default coefficients
 * are least-squares fits to the cycles that cmsis-bench estimates from the instructions it counts, over the layers of
 * nine networks: 6% off on average, at most 29%.
 */
import type { Core } from '@tinyformer/core';

export interface KernelCycles {
  /** Of each multiplication that the kernel executes: with sparse weights only those of stored blocks. */
  readonly perMac: number;
  readonly perOutput: number;
  /** Of each value of the input tensors. */
  readonly perInput: number;
}

/** Cycles by C kernel name; a kernel that is not named costs what `default` says. */
export type KernelCycleTable = Readonly<Record<string, KernelCycles>> & { readonly default: KernelCycles };
export type LatencyTable = Readonly<Record<Core, KernelCycleTable>>;

export const ESTIMATED_LATENCY: LatencyTable = {
  'cortex-m4': {
    default: { perMac: 4, perOutput: 60, perInput: 10 },
    tfr_linear_dense_s8: { perMac: 3.33, perOutput: 36.3, perInput: 36.1 },
    tfr_linear_balanced_s8: { perMac: 2.02, perOutput: 22, perInput: 14 },
    tfr_linear_runlength_s8: { perMac: 2.02, perOutput: 23, perInput: 14 },
    tfr_linear_csr_s8: { perMac: 6.2, perOutput: 22, perInput: 17 },
    tfr_linear_panel_s8: { perMac: 1.12, perOutput: 5.7, perInput: 1.8 },
    tfr_convolution_dense_s8: { perMac: 3.42, perOutput: 63, perInput: 42.5 },
    tfr_convolution_balanced_s8: { perMac: 2.02, perOutput: 22, perInput: 77 },
    tfr_convolution_runlength_s8: { perMac: 2.02, perOutput: 23, perInput: 77 },
    tfr_convolution_csr_s8: { perMac: 6.2, perOutput: 22, perInput: 80 },
    tfr_convolution_panel_s8: { perMac: 1.1, perOutput: 5.3, perInput: 2.5 },
    tfr_depthwise_dense_s8: { perMac: 5.65, perOutput: 103, perInput: 0 },
    tfr_lookup_s8: { perMac: 0, perOutput: 15, perInput: 0 },
    tfr_add_s8: { perMac: 0, perOutput: 130, perInput: 0 },
    tfr_average_pool_s8: { perMac: 0, perOutput: 40.3, perInput: 9 },
    tfr_attention_s8: { perMac: 1.43, perOutput: 39.4, perInput: 0 },
    tfr_softmax_s8: { perMac: 0, perOutput: 37.4, perInput: 0 },
    tfr_softmax_tflite_s8: { perMac: 0, perOutput: 44.5, perInput: 0 },
    tfr_layer_norm_s8: { perMac: 0, perOutput: 90.4, perInput: 0 },
  },
  'cortex-m7': {
    default: { perMac: 2, perOutput: 30, perInput: 5 },
    tfr_linear_dense_s8: { perMac: 1.68, perOutput: 20.3, perInput: 16.7 },
    tfr_linear_balanced_s8: { perMac: 0.98, perOutput: 12, perInput: 8 },
    tfr_linear_runlength_s8: { perMac: 0.98, perOutput: 12, perInput: 8 },
    tfr_linear_csr_s8: { perMac: 3.36, perOutput: 12, perInput: 8 },
    tfr_linear_panel_s8: { perMac: 0.62, perOutput: 3.2, perInput: 0.9 },
    tfr_convolution_dense_s8: { perMac: 1.69, perOutput: 34.7, perInput: 24.5 },
    tfr_convolution_balanced_s8: { perMac: 0.98, perOutput: 12, perInput: 50 },
    tfr_convolution_runlength_s8: { perMac: 0.98, perOutput: 12, perInput: 50 },
    tfr_convolution_csr_s8: { perMac: 3.36, perOutput: 12, perInput: 50 },
    tfr_convolution_panel_s8: { perMac: 0.6, perOutput: 3.1, perInput: 1.5 },
    tfr_depthwise_dense_s8: { perMac: 2.65, perOutput: 50.3, perInput: 0 },
    tfr_lookup_s8: { perMac: 0, perOutput: 7.2, perInput: 0 },
    tfr_add_s8: { perMac: 0, perOutput: 73.1, perInput: 0 },
    tfr_average_pool_s8: { perMac: 0, perOutput: 24.9, perInput: 4.3 },
    tfr_attention_s8: { perMac: 0.79, perOutput: 24.7, perInput: 0 },
    tfr_softmax_s8: { perMac: 0, perOutput: 19.3, perInput: 0 },
    tfr_softmax_tflite_s8: { perMac: 0, perOutput: 28.9, perInput: 0 },
    tfr_layer_norm_s8: { perMac: 0, perOutput: 44.4, perInput: 0 },
  },
};

/** What a kernel is asked to do. */
export interface Workload {
  readonly kernel: string;
  readonly executedMacs: number;
  readonly outputs: number;
  readonly inputs: number;
}

export function estimateCycles(workloads: readonly Workload[], table: KernelCycleTable): number {
  const cycles = workloads.reduce((sum, { kernel, executedMacs, outputs, inputs }) => {
    const { perMac, perOutput, perInput } = table[kernel] ?? table.default;
    return sum + perMac * executedMacs + perOutput * outputs + perInput * inputs;
  }, 0);
  return Math.round(cycles);
}
