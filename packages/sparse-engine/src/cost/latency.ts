/** @file Cycles of a kernel as a linear function of its work: an estimate, never a measurement. */
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

/** What a kernel is asked to do. */
export interface Workload {
  readonly kernel: string;
  readonly executedMacs: number;
  readonly outputs: number;
  readonly inputs: number;
}

/** Of all of them, one after the other. */
export function estimateCycles(workloads: readonly Workload[], table: KernelCycleTable): number {
  const cycles = workloads.reduce((sum, { kernel, executedMacs, outputs, inputs }) => {
    const { perMac, perOutput, perInput } = table[kernel] ?? table.default;
    return sum + perMac * executedMacs + perOutput * outputs + perInput * inputs;
  }, 0);
  return Math.round(cycles);
}
