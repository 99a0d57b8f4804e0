/**
 * @file Cycles of a kernel as a linear function of its work. The default table is an estimate, never a measurement;
 * measured values may take its place.
 */
import type { Core } from '@tinyformer/core';

export interface KernelCycles {
  /** Of each multiplication that the kernel executes: with block weights only those of stored blocks. */
  readonly perMac: number;
  readonly perOutput: number;
}

/** Cycles by C kernel name; a kernel that is not named costs what `default` says. */
export type KernelCycleTable = Readonly<Record<string, KernelCycles>> & { readonly default: KernelCycles };
export type LatencyTable = Readonly<Record<Core, KernelCycleTable>>;

/** Estimates for -O2 code of the portable kernels with their SMLAD loops. */
export const ESTIMATED_LATENCY: LatencyTable = {
  'cortex-m4': {
    default: { perMac: 3, perOutput: 20 },
    tfr_linear_dense_s8: { perMac: 1.6, perOutput: 20 },
    tfr_linear_block_s8: { perMac: 2, perOutput: 20 },
    tfr_convolution_dense_s8: { perMac: 1.6, perOutput: 30 },
    tfr_convolution_block_s8: { perMac: 2, perOutput: 30 },
    tfr_depthwise_dense_s8: { perMac: 5, perOutput: 20 },
    tfr_lookup_s8: { perMac: 0, perOutput: 5 },
    tfr_add_s8: { perMac: 0, perOutput: 30 },
    tfr_average_pool_s8: { perMac: 0, perOutput: 300 },
    tfr_attention_scores_s8: { perMac: 2, perOutput: 15 },
    tfr_softmax_s8: { perMac: 0, perOutput: 15 },
    tfr_attention_values_s8: { perMac: 2, perOutput: 15 },
    tfr_layer_norm_s8: { perMac: 0, perOutput: 40 },
  },
  'cortex-m7': {
    default: { perMac: 1.8, perOutput: 12 },
    tfr_linear_dense_s8: { perMac: 0.9, perOutput: 12 },
    tfr_linear_block_s8: { perMac: 1.1, perOutput: 12 },
    tfr_convolution_dense_s8: { perMac: 0.9, perOutput: 18 },
    tfr_convolution_block_s8: { perMac: 1.1, perOutput: 18 },
    tfr_depthwise_dense_s8: { perMac: 3, perOutput: 12 },
    tfr_lookup_s8: { perMac: 0, perOutput: 3 },
    tfr_add_s8: { perMac: 0, perOutput: 18 },
    tfr_average_pool_s8: { perMac: 0, perOutput: 180 },
    tfr_attention_scores_s8: { perMac: 1.1, perOutput: 9 },
    tfr_softmax_s8: { perMac: 0, perOutput: 9 },
    tfr_attention_values_s8: { perMac: 1.1, perOutput: 9 },
    tfr_layer_norm_s8: { perMac: 0, perOutput: 24 },
  },
};

/** What a kernel is asked to do. */
export interface Workload {
  readonly kernel: string;
  readonly executedMacs: number;
  readonly outputs: number;
}

export function estimateCycles(workloads: readonly Workload[], table: KernelCycleTable): number {
  const cycles = workloads.reduce((sum, { kernel, executedMacs, outputs }) => {
    const { perMac, perOutput } = table[kernel] ?? table.default;
    return sum + perMac * executedMacs + perOutput * outputs;
  }, 0);
  return Math.round(cycles);
}
