/** @file The rows of the bench as a table for people: text cells, to be laid out by whoever prints them. */
import { formatCount } from '@tinyformer/core';
import type { BenchRow } from '../benchmark/row.js';

export const KERNEL_TABLE_HEAD = [
  'layer',
  'core',
  'variant',
  'zeros',
  'encoding',
  'way',
  'instructions',
  'cycles',
  'CMSIS-NN',
  'speed-up',
  'double',
  'exact',
] as const;

const ratio = (value: number | null | undefined): string => (value == null ? '-' : `${value.toFixed(2)}x`);

/** One number, or the bounds where an estimate has two. */
function range({ cycles, cyclesHigh }: { readonly cycles: number; readonly cyclesHigh: number }): string {
  const [low, high] = [formatCount(cycles), formatCount(cyclesHigh)];
  return low === high ? low : `${low} to ${high}`;
}

/** Rows of variant `best` that differ from their `run-time` rows, and all of those. */
export function distinctRows(rows: readonly BenchRow[]): BenchRow[] {
  return rows.filter(({ variant, cycles, cyclesHigh }, index) => {
    const before = rows[index - 1];
    return variant === 'run-time' || before?.cycles !== cycles || before.cyclesHigh !== cyclesHigh;
  });
}

export function kernelTableRow(row: BenchRow): string[] {
  const { name, core, variant, sparsity, encoding, instructions, baseline, speedup, doubleRounding } = row;
  const isExact = row.exact && row.baselineExact !== false && (doubleRounding?.exact ?? true);
  return [
    name,
    core.toUpperCase(),
    variant,
    encoding === 'none' ? '' : `${(100 * sparsity).toFixed(1)}%`,
    encoding,
    row.way,
    formatCount(instructions),
    range(row),
    baseline === null ? 'not recorded' : range(baseline),
    ratio(speedup),
    ratio(doubleRounding?.speedup),
    isExact ? 'yes' : 'NO',
  ];
}
