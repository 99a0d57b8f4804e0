/** @file A kernel's cycles fitted to samples, and how far a table of such fits is from others. */
import type { Core } from '@tinyformer/core';
import { estimateCycles, type KernelCycles, type LatencyTable } from '@tinyformer/sparse-engine';
import { fitNonNegative } from './fit-non-negative.js';
import type { Sample } from './measure-networks.js';

const round = (value: number): number => Number(value.toPrecision(3));

/** Relative errors count, so that small layers do as large ones do. */
export function fitKernel(samples: readonly Sample[]): KernelCycles {
  const rows = samples.map(({ executedMacs, outputs, inputs, cycles }) =>
    [executedMacs, outputs, inputs].map((value) => value / cycles),
  );
  const [perMac, perOutput, perInput] = fitNonNegative(
    rows,
    rows.map(() => 1),
  );
  return { perMac: round(perMac!), perOutput: round(perOutput!), perInput: round(perInput!) };
}

/** Shares of the measured cycles. */
export interface FitError {
  readonly count: number;
  readonly mean: number;
  readonly largest: number;
}

function errorOf(groups: readonly (readonly Sample[])[], table: LatencyTable): FitError {
  const errors = groups.map((samples) => {
    const measured = samples.reduce((sum, { cycles }) => sum + cycles, 0);
    return Math.abs(estimateCycles(samples, table[samples[0]!.core]) / measured - 1);
  });
  return {
    count: errors.length,
    mean: errors.reduce((sum, error) => sum + error, 0) / errors.length,
    largest: Math.max(...errors),
  };
}

export const layerError = (samples: readonly Sample[], table: LatencyTable): FitError =>
  errorOf(
    samples.map((sample) => [sample]),
    table,
  );

/** Of whole networks, whose layers' errors partly cancel. */
export function networkError(samples: readonly Sample[], table: LatencyTable): FitError {
  const groups = new Map<`${Core} ${number}`, Sample[]>();
  for (const sample of samples) {
    const key = `${sample.core} ${sample.network}` as const;
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  return errorOf([...groups.values()], table);
}

export function describeError({ count, mean, largest }: FitError): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  return `${count}: ${percent(mean)} off on average, ${percent(largest)} at most`;
}
