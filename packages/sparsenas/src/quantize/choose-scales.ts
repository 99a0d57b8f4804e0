/**
 * @file From observed values to int8 scales: affine per tensor, as TensorFlow Lite's int8 specification has it. The range
 * always holds 0, which padding and ReLU need exactly. The clipped range that loses least is found by minimising the
 * expected squared error over the histogram (as in Banner et al., 2019, and TensorRT-style calibrators).
 */
import { clamp, INT8_MAX, INT8_MIN, type QuantParams } from '@tinyformer/core';
import { percentileRange, type Histogram } from './histogram.js';

export type RangeRule =
  | { readonly rule: 'extremes' }
  /** Cuts this share of the values off at each end. */
  | { readonly rule: 'percentile'; readonly tail: number }
  | { readonly rule: 'least-error' };

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** A tensor that never left 0 still needs a scale. */
const DEAD_RANGE: Range = { min: 0, max: 1 };
const STEPS = 255;
const CLIP_CANDIDATES = 40;
const SMALLEST_CLIP = 0.2;

/** The int8 scale and zero point whose range covers [min, max] and 0. */
export function rangeQuant(range: Range): QuantParams {
  const { min, max } = withZero(range);
  const scale = (max - min) / STEPS;
  return { scale, zeroPoint: clamp(Math.round(INT8_MIN - min / scale), INT8_MIN, INT8_MAX) };
}

function withZero(range: Range): Range {
  const min = Math.min(0, range.min);
  const max = Math.max(0, range.max);
  return max - min > 1e-9 && Number.isFinite(max - min) ? { min, max } : DEAD_RANGE;
}

export function chooseRange(histogram: Histogram, rule: RangeRule): Range {
  switch (rule.rule) {
    case 'extremes':
      return withZero(histogram);
    case 'percentile':
      return withZero(percentileRange(histogram, rule.tail));
    case 'least-error':
      return leastErrorRange(histogram);
    default:
      return rule satisfies never;
  }
}

export function chooseQuant(histogram: Histogram, rule: RangeRule): QuantParams {
  return rangeQuant(chooseRange(histogram, rule));
}

/** Clips the upper end, then the lower one, at the share of the extreme with the least expected squared error. */
function leastErrorRange(histogram: Histogram): Range {
  const full = withZero(histogram);
  const clips = Array.from(
    { length: CLIP_CANDIDATES + 1 },
    (_, i) => 1 - (i * (1 - SMALLEST_CLIP)) / CLIP_CANDIDATES,
  );
  const best = (ranges: readonly Range[]): Range => {
    const errors = ranges.map((range) => squaredError(histogram, range));
    return ranges[errors.indexOf(Math.min(...errors))]!;
  };
  const upper = best(clips.map((clip) => ({ min: full.min, max: full.max * clip })));
  return withZero(best(clips.map((clip) => ({ min: full.min * clip, max: upper.max }))));
}

/** Sum of (rounding error)^2 inside the range and of (distance to it)^2 outside. */
function squaredError({ limit, counts }: Histogram, { min, max }: Range): number {
  const rounding = ((max - min) / STEPS) ** 2 / 12;
  const width = (2 * limit) / counts.length;
  let error = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    const count = counts[bin]!;
    if (count === 0) continue;
    const value = -limit + (bin + 0.5) * width;
    const outside = value > max ? value - max : value < min ? min - value : 0;
    error += count * (outside > 0 ? outside ** 2 : rounding);
  }
  return error;
}
