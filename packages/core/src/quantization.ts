/**
 * @file Integer arithmetic shared by every stage: affine quantisation as in TensorFlow Lite's int8 specification
 * (per-tensor activations, symmetric per-channel weights) and the one requantisation rule, the same to the bit as
 * `tfr_requantize.h`. docs/quantization.md gives every formula.
 */
import { TinyFormerError } from './errors.js';

/** real = scale * (quantised - zeroPoint) */
export interface QuantParams {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** real factor = multiplier * 2^-shift, multiplier in [2^30, 2^31), shift in [MIN_SHIFT, MAX_SHIFT] */
export interface FixedPointFactor {
  readonly multiplier: number;
  readonly shift: number;
}

/** `single`: (acc * m + 2^(s-1)) >> s in 64 bits; `double`: TFLite's doubling high multiply, then a rounding shift. */
export type Rounding = 'single' | 'double';

export const INT8_MIN = -128;
export const INT8_MAX = 127;
export const MIN_SHIFT = 17;
export const MAX_SHIFT = 62;

/**
 * The fixed-point factor nearest to a positive real factor.
 * Factors below 2^-32 give 0 (multiplier 0), as nothing that fits an int32 accumulator survives them.
 * @throws E_QUANTIZATION when the factor is not positive and finite, or is 2^14 or more.
 */
export function fixedPointFactor(factor: number): FixedPointFactor {
  if (!(factor > 0) || factor >= 2 ** 14) throw factorError(factor);
  let exponent = Math.floor(Math.log2(factor)) + 1;
  let multiplier = Math.round((factor / 2 ** exponent) * 2 ** 31);
  if (multiplier >= 2 ** 31) {
    multiplier = 2 ** 30;
    exponent += 1;
  } else if (multiplier < 2 ** 30) {
    multiplier = Math.round((factor / 2 ** (exponent - 1)) * 2 ** 31);
    exponent -= 1;
  }
  const shift = 31 - exponent;
  if (shift < MIN_SHIFT) throw factorError(factor); // just below 2^14, rounded up to it
  return shift > MAX_SHIFT ? { multiplier: 0, shift: MAX_SHIFT } : { multiplier, shift };
}

function factorError(factor: number): TinyFormerError {
  return new TinyFormerError('E_QUANTIZATION', `the rescaling factor ${factor} is outside (0, 16384)`, {
    hint: 'check that every scale is positive and that input and output scales are comparable',
    details: { factor },
  });
}

/** acc (int32) times a fixed-point factor, rounded to an integer; exact for every int32 `acc`. */
export function requantize(
  acc: number,
  { multiplier, shift }: FixedPointFactor,
  rounding: Rounding = 'single',
): number {
  return rounding === 'single'
    ? singleRounding(acc, multiplier, shift)
    : doubleRounding(acc, multiplier, shift);
}

/**
 * floor((acc*m + 2^(s-1)) / 2^s) without 64-bit integers: the product is split at bit 16, both parts stay below 2^53,
 * and dropping the low part's fraction cannot change a floor because s >= 17.
 */
function singleRounding(acc: number, multiplier: number, shift: number): number {
  const high = acc * (multiplier >>> 16) + Math.floor((acc * (multiplier & 0xffff)) / 65536);
  return Math.floor((high + POWERS[shift - 17]!) / POWERS[shift - 16]!);
}

/** 2^0 to 2^MAX_SHIFT: looked up, as a power takes longer than the rest of a rounding. */
const POWERS = Float64Array.from({ length: MAX_SHIFT + 1 }, (_, exponent) => 2 ** exponent);

/** gemmlowp's SaturatingRoundingDoublingHighMul, then RoundingDivideByPOT (or a left shift before, for factors >= 1). */
function doubleRounding(acc: number, multiplier: number, shift: number): number {
  const exponent = 31 - shift;
  const shifted = exponent > 0 ? clamp(acc * 2 ** exponent, -(2 ** 31), 2 ** 31 - 1) : acc;
  const product = BigInt(shifted) * BigInt(multiplier);
  const nudged = product + (product >= 0n ? 1n << 30n : 1n - (1n << 30n));
  const high = Number(nudged / (1n << 31n)); // truncates towards zero, as gemmlowp does
  const right = exponent > 0 ? 0 : -exponent;
  const divisor = 2 ** right;
  const floored = Math.floor(high / divisor);
  const remainder = high - floored * divisor;
  const threshold = Math.floor((divisor - 1) / 2) + (high < 0 ? 1 : 0);
  return floored + (remainder > threshold ? 1 : 0);
}

export function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}

/** Nearest int8 of a real value, halves away from zero as C's `round`. */
export function quantizeValue(real: number, { scale, zeroPoint }: QuantParams): number {
  const scaled = real / scale;
  const rounded = Math.sign(scaled) * Math.round(Math.abs(scaled));
  return clamp(rounded + zeroPoint, INT8_MIN, INT8_MAX) + 0;
}

export function dequantizeValue(quantised: number, { scale, zeroPoint }: QuantParams): number {
  return scale * (quantised - zeroPoint);
}
