/** @file What the machine counts: every executed instruction in exactly one class, and events beside the classes. */
import { TinyFormerError } from '@tinyformer/core';

/** In the order of the counter's report; what each holds is said in `csrc/plugin/thumb_classes.def`. */
export const INSTRUCTION_CLASSES = [
  'alu',
  'dsp',
  'multiply',
  'multiplyAccumulate',
  'multiplyLong',
  'divide',
  'load',
  'loadMultiple',
  'store',
  'storeMultiple',
  'branch',
  'branchIndirect',
  'it',
  'floatAlu',
  'floatMultiply',
  'floatMac',
  'floatDivide',
  'floatMove',
  'system',
] as const;

export const EVENTS = ['loadWords', 'storeWords', 'branchesTaken', 'predicated'] as const;

export type InstructionClass = (typeof INSTRUCTION_CLASSES)[number];
export type MachineEvent = (typeof EVENTS)[number];
export type Counts = Readonly<Record<InstructionClass | MachineEvent, number>>;

/** One region's share; nested regions are not part of the outer one's, so that all regions add up to the run. */
export interface RegionCounts {
  /** 0 is everything outside of marked regions. */
  readonly id: number;
  readonly calls: number;
  /** The sum of the classes. */
  readonly instructions: number;
  /**
   * Estimated, as a range. Cortex-M4: what the manual leaves open for the operands of a division and for instructions
   * that an IT block may skip lies between. Cortex-M7: write-back out of order, and in order.
   */
  readonly cycles: number;
  readonly cyclesHigh: number;
  readonly counts: Counts;
}

const NAMES: readonly (InstructionClass | MachineEvent)[] = [...INSTRUCTION_CLASSES, ...EVENTS];

function countsOf(valueOf: (name: InstructionClass | MachineEvent) => number): Counts {
  return Object.fromEntries(NAMES.map((name) => [name, valueOf(name)])) as unknown as Counts;
}

export function instructionsOf(counts: Counts): number {
  return INSTRUCTION_CLASSES.reduce((sum, name) => sum + counts[name], 0);
}

function malformed(what: string): TinyFormerError {
  return new TinyFormerError('E_COUNTER_REPORT', `the instruction counter's report is malformed: ${what}`);
}

function parseCount(value: unknown, what: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw malformed(`${what} is ${String(value)}`);
}

function parseRegion(region: Record<string, unknown>): RegionCounts {
  const id = parseCount(region['id'], 'a region id');
  const source = region['counts'] as Record<string, unknown> | undefined;
  if (!source || Object.keys(source).join() !== NAMES.join())
    throw malformed(`region ${id} has other counts`);
  const counts = countsOf((name) => parseCount(source[name], `${name} of region ${id}`));
  const count = (name: string) => parseCount(region[name], `${name} of region ${id}`);
  return {
    id,
    calls: count('calls'),
    instructions: instructionsOf(counts),
    cycles: count('cycles'),
    cyclesHigh: count('cyclesHigh'),
    counts,
  };
}

/** Reads what the plugin wrote. @throws E_COUNTER_REPORT when it is not such a report. */
export function parseCounterReport(text: string): RegionCounts[] {
  let report: { formatVersion?: unknown; regions?: unknown };
  try {
    report = JSON.parse(text) as typeof report;
  } catch (cause) {
    throw new TinyFormerError('E_COUNTER_REPORT', "the instruction counter's report is not JSON", { cause });
  }
  if (report.formatVersion !== 2 || !Array.isArray(report.regions)) throw malformed('not format version 2');
  return report.regions.map((region) => parseRegion(region as Record<string, unknown>));
}
