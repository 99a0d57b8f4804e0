/** @file Pieces of docs/quantization.md that several ops share: rescaling factors, clamps, accumulator bounds. */
import {
  fixedPointFactor,
  INT8_MAX,
  INT8_MIN,
  quantizeValue,
  TinyFormerError,
  type FixedPointFactor,
  type QuantParams,
} from '@tinyformer/core';
import type { FusedActivation } from './weighted.js';
import type { Site } from '../ir/graph.js';

export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Where the fused activation clamps, in the output's int8 values. */
export function activationRange(activation: FusedActivation, quant: QuantParams): Range {
  if (activation === 'none') return { low: INT8_MIN, high: INT8_MAX };
  return { low: quantizeValue(0, quant), high: quantizeValue(6, quant) };
}

/** @throws E_QUANTIZATION that names the node when scales differ too much for a fixed-point factor. */
export function rescaling({ node }: Pick<Site, 'node'>, factor: number): FixedPointFactor {
  if (factor > 0 && factor < 2 ** 14) return fixedPointFactor(factor);
  throw new TinyFormerError('E_QUANTIZATION', `${node.name} would rescale its sums by ${factor}`, {
    hint: 'input, weight and output scales do not belong together; calibrate the network again',
    details: { node: node.name, factor },
  });
}

/** Multipliers with fewer bits than this would lose accuracy; their layers keep a shift a channel. */
const MIN_SHARED_BITS = 16;

/**
 * The factors of a layer's channels. They are rounded to multiples of one power of two, that of the largest factor's last
 * bit, so that kernels can rescale all channels by one shift.
 * @throws E_QUANTIZATION as `rescaling` does
 */
export function channelRescaling(site: Pick<Site, 'node'>, factors: readonly number[]): FixedPointFactor[] {
  const own = factors.map((factor) => rescaling(site, factor));
  const shared = Math.min(...own.map(({ shift }) => shift));
  return own.map(({ multiplier, shift }) => {
    const zeros = shift - shared;
    const isRounded = multiplier !== 0 && zeros <= 31 - MIN_SHARED_BITS;
    // Rounding up may not reach 2^31.
    const rounded = Math.min(Math.round(multiplier / 2 ** zeros) * 2 ** zeros, 2 ** 31 - 2 ** zeros);
    return { multiplier: isRounded ? rounded : multiplier, shift };
  });
}

/** The largest |x - zeroPoint| of an int8 x. */
export function largestDifference({ zeroPoint }: QuantParams): number {
  return Math.max(INT8_MAX - zeroPoint, zeroPoint - INT8_MIN);
}
