/**
 * @file What calibration sees of one tensor: exact extremes, and a histogram over [-limit, limit] whose limit is a power of
 * two that doubles (neighbouring bins merge) when a larger value arrives. One pass, fixed memory, and the result does not
 * depend on how the values were batched.
 */

export interface Histogram {
  readonly min: number;
  readonly max: number;
  /** Bin `i` counts the values in [-limit + i * width, -limit + (i + 1) * width), width = 2 * limit / counts.length. */
  readonly limit: number;
  readonly counts: Float64Array;
}

const BINS = 4096;
const SMALLEST_LIMIT = 2 ** -20;

export const EMPTY_HISTOGRAM: Histogram = {
  min: Infinity,
  max: -Infinity,
  limit: SMALLEST_LIMIT,
  counts: new Float64Array(BINS),
};

/** The histogram with more values; values that are not finite are a defect of the network and are counted nowhere. */
export function observe(histogram: Histogram, values: Float32Array): Histogram {
  let { min, max } = histogram;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (min > max) return histogram;
  const { limit, counts } = widened(histogram, Math.max(-min, max));
  const perUnit = BINS / (2 * limit);
  for (const value of values) {
    if (Number.isFinite(value)) counts[Math.min(BINS - 1, BINS / 2 + Math.floor(value * perUnit))]! += 1;
  }
  return { min, max, limit, counts };
}

/** A copy whose limit is at least `magnitude`. */
function widened({ limit, counts }: Histogram, magnitude: number): Pick<Histogram, 'limit' | 'counts'> {
  let wide = counts.slice();
  while (limit < magnitude) {
    const merged = new Float64Array(BINS);
    for (let i = 0; i < BINS; i++) merged[BINS / 4 + (i >> 1)]! += wide[i]!;
    wide = merged;
    limit *= 2;
  }
  return { limit, counts: wide };
}

/** The values' [low, high] with this share of them cut off at each end, never beyond the extremes. */
export function percentileRange(
  { min, max, limit, counts }: Histogram,
  tail: number,
): { readonly min: number; readonly max: number } {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const width = (2 * limit) / counts.length;
  let low = 0;
  for (let seen = counts[0]!; seen <= tail * total && low < counts.length - 1; seen += counts[++low]!);
  let high = counts.length - 1;
  for (let seen = counts[high]!; seen <= tail * total && high > 0; seen += counts[--high]!);
  return { min: Math.max(min, -limit + low * width), max: Math.min(max, -limit + (high + 1) * width) };
}
