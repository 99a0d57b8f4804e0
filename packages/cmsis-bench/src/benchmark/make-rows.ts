/** @file From measurements to rows: the faster way of each side, its sizes, and how the two compare. */
import { clamp, INT8_MAX, INT8_MIN } from '@tinyformer/core';
import { definitionOf, describeLayout } from '@tinyformer/sparse-engine';
import type { PeerCore } from '../baseline/peer-library.js';
import type { RecordedKernel } from '../baseline/record.js';
import type { Cost } from '../workload/run-programs.js';
import type { BenchLayer, Candidate } from './layer.js';
import type { MeasuredLayer, MeasuredPeer, MeasuredWay } from './measure-layers.js';
import type { WayKind } from './own-programs.js';
import type { BaselineCost, BenchRow, FloatDifference, RoundedFigures } from './row.js';

/** Ways of a variant: what is known when the C is compiled. */
const VARIANTS: Readonly<Record<BenchRow['variant'], readonly WayKind[]>> = {
  'run-time': ['general', 'specialised'],
  best: ['general', 'specialised', 'generated'],
};

/** One layer in one rounding mode; `recorded` is what CMSIS-NN needs where it was not run. */
export interface Measurement {
  readonly measured: MeasuredLayer;
  readonly recorded: readonly RecordedKernel[];
}

/** The lower middle of the bounds; the first of equals. */
function fastest<T extends Cost>(costs: readonly T[]): T | undefined {
  const middle = ({ cycles, cyclesHigh }: Cost) => cycles + cyclesHigh;
  return costs.reduce<T | undefined>(
    (best, cost) => (best === undefined || middle(cost) < middle(best) ? cost : best),
    undefined,
  );
}

const speedupOf = (baseline: Cost, { cycles, cyclesHigh }: Cost): number =>
  Math.min(baseline.cycles / cycles, baseline.cyclesHigh / cyclesHigh);

/** By what the row reports: the speed-up, so that a variant with more ways is never behind. */
function fastestWay(ways: readonly MeasuredWay[], baseline: Cost | null): MeasuredWay {
  if (!baseline) return fastest(ways)!;
  return ways.reduce((best, way) => (speedupOf(baseline, way) > speedupOf(baseline, best) ? way : best));
}

const costOf = ({ instructions, cycles, cyclesHigh }: Cost): Cost => ({ instructions, cycles, cyclesHigh });

function baselineOf({ measured, recorded }: Measurement): BaselineCost | null {
  const source = measured.peers.length > 0 ? 'measured' : 'recorded';
  const found = fastest<MeasuredPeer | RecordedKernel>(source === 'measured' ? measured.peers : recorded);
  return found ? { kernel: found.kernel, ...costOf(found), source } : null;
}

/** Of all that CMSIS-NN computed of this layer. */
function peersAreExact({ peers }: MeasuredLayer): boolean | null {
  const known = peers.flatMap(({ exact }) => exact ?? []);
  return known.length === 0 ? null : known.every(Boolean);
}

function figuresOf(measurement: Measurement, way: MeasuredWay): RoundedFigures {
  const baseline = baselineOf(measurement);
  return {
    ...costOf(way),
    baseline,
    speedup: baseline && speedupOf(baseline, way),
    instructionRatio: baseline && baseline.instructions / way.instructions,
    exact: way.exact,
    baselineExact: peersAreExact(measurement.measured),
  };
}

function weightsOf({ site, encoding }: Candidate, layer: BenchLayer) {
  const definition = definitionOf(site.node);
  const macs = definition.macs(site);
  const weights = (site.node.attributes as { weights?: { data: Int8Array } }).weights?.data;
  if (weights === undefined)
    return { macs, nonZeroMacs: layer.nonZeroMacs ?? macs, sparsity: 0, encoding: 'none' };
  const nonZero = weights.reduce((count, weight) => count + (weight === 0 ? 0 : 1), 0) / weights.length;
  return {
    macs,
    nonZeroMacs: Math.round(macs * nonZero),
    sparsity: 1 - nonZero,
    encoding: describeLayout(encoding),
  };
}

function differenceOf(output: Int8Array, real: Float64Array): FloatDifference {
  const steps = real.map((value, index) =>
    Math.abs(output[index]! - clamp(Math.round(value), INT8_MIN, INT8_MAX)),
  );
  return {
    largest: steps.reduce((a, b) => Math.max(a, b), 0),
    mean: steps.reduce((a, b) => a + b, 0) / steps.length,
  };
}

const isVariant = (variant: BenchRow['variant'], { way }: MeasuredWay) =>
  VARIANTS[variant].includes(way.kind);

/** The same way in the other rounding mode. */
function twinOf({ way }: MeasuredWay, { measured }: Measurement): MeasuredWay | undefined {
  return measured.ways.find(
    (other) => other.way.kind === way.kind && sameEncoding(other.way.candidate, way.candidate),
  );
}

const sameEncoding = (a: Candidate, b: Candidate) =>
  describeLayout(a.encoding) === describeLayout(b.encoding);

/** What one way of a layer comes to. */
async function makeRow(
  core: PeerCore,
  { chosen, variant }: { readonly chosen: MeasuredWay; readonly variant: BenchRow['variant'] },
  { single, double }: Measurements,
): Promise<BenchRow> {
  const { layer } = single.measured;
  const twin = double && twinOf(chosen, double);
  const { sparsity, encoding, macs, nonZeroMacs } = weightsOf(chosen.way.candidate, layer);
  const { instructions, cycles, cyclesHigh, baseline, speedup, instructionRatio, exact, baselineExact } =
    figuresOf(single, chosen);
  return {
    ...{ name: layer.name, variant, core, op: layer.op, shape: layer.shape, sparsity, encoding },
    ...{ instructions, cycles, cyclesHigh, macs, nonZeroMacs },
    codeBytes: await chosen.codeBytes(),
    dataBytes: chosen.way.dataBytes,
    stackBytes: chosen.stackBytes,
    scratchBytes: chosen.way.scratchBytes,
    ...{ baseline, speedup, instructionRatio, exact, baselineExact },
    floatDifference: layer.floatOutput ? differenceOf(chosen.output, layer.floatOutput) : null,
    way: chosen.way.kind,
    doubleRounding: double && twin ? figuresOf(double, twin) : null,
  };
}

export interface Measurements {
  readonly single: Measurement;
  readonly double: Measurement | null;
}

/** Two rows, one a variant: the fastest way of each. */
export function makeRows(core: PeerCore, measurements: Measurements): Promise<BenchRow[]> {
  const { ways } = measurements.single.measured;
  const variants = Object.keys(VARIANTS) as BenchRow['variant'][];
  return Promise.all(
    variants.map((variant) => {
      const chosen = fastestWay(
        ways.filter((way) => isVariant(variant, way)),
        baselineOf(measurements.single),
      );
      return makeRow(core, { chosen, variant }, measurements);
    }),
  );
}

/** A row for every way, not only for the fastest: for those who tune one. */
export function makeWayRows(core: PeerCore, measurements: Measurements): Promise<BenchRow[]> {
  return Promise.all(
    measurements.single.measured.ways.map((chosen) => {
      const variant = isVariant('run-time', chosen) ? 'run-time' : 'best';
      return makeRow(core, { chosen, variant }, measurements);
    }),
  );
}
