/**
 * @file What the panel encoder proves of a layer before it uses a shorter arithmetic: that no result can differ. The kernel
 * takes the proof from the stream's flags.
 */
import type { FixedPointFactor } from '@tinyformer/core';
import type { Matrix, PanelContext } from './encoding.js';

/** Shifts for which one rescaling is an SMMLA and a saturating shift (tfr_panel_rescale.h says why). */
const MIN_LAYER_SHIFT = 33;
const MAX_LAYER_SHIFT = 54;
/** Of any factor; that of rows whose multiplier is 0. */
export const MAX_SHIFT = 62;

/**
 * The one shift at which all multipliers of a layer are whole numbers below 2^31, or null if there is none. A multiplier at
 * a smaller shift than its own loses its lowest bits; where those are zeros it is the same number.
 */
export function layerShift(factors: readonly FixedPointFactor[]): number | null {
  const used = factors.filter(({ multiplier }) => multiplier !== 0);
  const shift = used.reduce((least, factor) => Math.min(least, factor.shift), MAX_LAYER_SHIFT);
  const isWhole = used.every((factor) => factor.multiplier % 2 ** (factor.shift - shift) === 0);
  return shift >= MIN_LAYER_SHIFT && isWhole ? shift : null;
}

/** The smallest shift of all rows, from which a kernel sees whether shifts by a register serve all of them. */
export const leastShift = (factors: readonly FixedPointFactor[]): number =>
  factors.reduce(
    (least, { multiplier, shift }) => (multiplier === 0 ? least : Math.min(least, shift)),
    MAX_SHIFT,
  );

const FUSED_LIMIT = 2 ** 23;

/**
 * Whether rows may be summed in pairs, as 256 * second + first modulo 2^32: the second sum is found again if it lies in
 * [-2^23, 2^23). A weight of -128 above a negative one would not fit its byte.
 */
export function fusesRows({ rows, columns, values }: Matrix, { bias, largestInput }: PanelContext): boolean {
  for (let row = 1; row < rows; row += 2) {
    const weights = values.subarray(row * columns, (row + 1) * columns);
    const sum = weights.reduce((total, weight) => total + Math.abs(weight), 0);
    if (Math.abs(bias[row]!) + sum * largestInput >= FUSED_LIMIT || weights.includes(-128)) return false;
  }
  return true;
}
