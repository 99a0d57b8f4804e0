/** @file The one shift of a depthwise call's channels: an immediate of the loops that are compiled for the call. */
import type { KernelCall } from '../compiled-model.js';
import { layerShift } from '../encoding/panel-proofs.js';

/** Bits of a product that its high word leaves out, and how far the runtime's tfr_rescale.h shifts that word. */
const HIGH_BITS = 32;
const MIN_SHIFT = 1;
const MAX_SHIFT = 21;

const isShort = (shift: number) => shift >= HIGH_BITS + MIN_SHIFT && shift <= HIGH_BITS + MAX_SHIFT;

/**
 * Of the high word, with one rounding; null where channels have shifts of their own. Channels outside of the range take no
 * part: the runtime computes them apart.
 */
export function sharedShift({ params }: KernelCall): number | null {
  const shifts = params['shift'] as Uint8Array;
  const factors = Array.from(params['multiplier'] as Int32Array, (multiplier, c) => ({
    multiplier,
    shift: shifts[c]!,
  }));
  if (factors.some(({ multiplier }) => multiplier === 0)) return null;
  const shift = layerShift(factors.filter((factor) => isShort(factor.shift)));
  return shift === null || !isShort(shift) ? null : shift - HIGH_BITS;
}
