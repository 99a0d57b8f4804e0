/**
 * @file Cycles of a kernel as a linear function of its work. The default table holds estimates of simulated cores; values
 * measured on a board may take its place.
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

/**
 * Fitted to the executed instructions of 2 to 21 shapes a kernel on the simulated cores, weighted by the cycle table of
 * docs/cycle-estimates.md (arm-none-eabi-gcc 12.2 -O3); the fit is within 20%. The pool's outputs are means of 64.
 */
export const ESTIMATED_LATENCY: LatencyTable = {
  'cortex-m4': {
    default: { perMac: 6, perOutput: 100 },
    tfr_linear_dense_s8: { perMac: 3.6, perOutput: 53 },
    tfr_linear_block_s8: { perMac: 4.8, perOutput: 66 },
    tfr_convolution_dense_s8: { perMac: 3.6, perOutput: 87 },
    tfr_convolution_block_s8: { perMac: 4.7, perOutput: 123 },
    tfr_depthwise_dense_s8: { perMac: 6.5, perOutput: 99 },
    tfr_lookup_s8: { perMac: 0, perOutput: 15 },
    tfr_add_s8: { perMac: 0, perOutput: 135 },
    tfr_average_pool_s8: { perMac: 0, perOutput: 617 },
    tfr_attention_scores_s8: { perMac: 5.8, perOutput: 47 },
    tfr_softmax_s8: { perMac: 0, perOutput: 37 },
    tfr_attention_values_s8: { perMac: 6.5, perOutput: 43 },
    tfr_layer_norm_s8: { perMac: 0, perOutput: 90 },
  },
  'cortex-m7': {
    default: { perMac: 3, perOutput: 50 },
    tfr_linear_dense_s8: { perMac: 1.8, perOutput: 28 },
    tfr_linear_block_s8: { perMac: 2.6, perOutput: 35 },
    tfr_convolution_dense_s8: { perMac: 1.8, perOutput: 48 },
    tfr_convolution_block_s8: { perMac: 2.5, perOutput: 66 },
    tfr_depthwise_dense_s8: { perMac: 3.1, perOutput: 48 },
    tfr_lookup_s8: { perMac: 0, perOutput: 7 },
    tfr_add_s8: { perMac: 0, perOutput: 77 },
    tfr_average_pool_s8: { perMac: 0, perOutput: 297 },
    tfr_attention_scores_s8: { perMac: 2.9, perOutput: 26 },
    tfr_softmax_s8: { perMac: 0, perOutput: 19 },
    tfr_attention_values_s8: { perMac: 3.2, perOutput: 25 },
    tfr_layer_norm_s8: { perMac: 0, perOutput: 44 },
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
