/**
 * @file The fixed-point functions of gemmlowp that TensorFlow Lite's int8 softmax is made of, on int32 values with 31
 * fractional bits unless said otherwise (google/gemmlowp, fixedpoint/fixedpoint.h).
 */
const INT32_MAX = 2 ** 31 - 1;
const INT32_MIN = -(2 ** 31);

/** a * b * 2^-31, rounded to nearest, halves up; saturates where both are -2^31. */
export function highProduct(a: number, b: number): number {
  if (a === INT32_MIN && b === INT32_MIN) return INT32_MAX;
  return Number((BigInt(a) * BigInt(b) + (1n << 30n)) >> 31n);
}

/** value * 2^-exponent, rounded to nearest, halves away from zero. */
export function roundingShift(value: number, exponent: number): number {
  const scaled = value / 2 ** exponent;
  return Math.sign(scaled) * Math.floor(Math.abs(scaled) + 0.5);
}

function saturatedLeft(value: number, shift: number): number {
  return Math.min(INT32_MAX, Math.max(INT32_MIN, value * 2 ** shift));
}

const EXP_MINUS_EIGHTH = 1895147668;
const THIRD = 715827883;

/** exp(a) for a in [-1/4, 0), by the Taylor polynomial of degree four around -1/8. */
function expOfQuarter(a: number): number {
  const x = a + 2 ** 28;
  const x2 = highProduct(x, x);
  const x3 = highProduct(x2, x);
  const x4 = highProduct(x2, x2);
  const thirdOrder = highProduct(roundingShift(x4, 2) + x3, THIRD);
  return EXP_MINUS_EIGHTH + highProduct(EXP_MINUS_EIGHTH, x + roundingShift(thirdOrder + x2, 1));
}

/** exp(-2^(index - 2)) */
const POWERS = [1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242];

/** exp(a) for a <= 0 with five integer and 26 fractional bits. */
export function expOfNegative(a: number): number {
  if (a === 0) return INT32_MAX;
  const quarter = 2 ** 24;
  const fraction = (((a % quarter) + quarter) % quarter) - quarter;
  const remainder = fraction - a; // a multiple of 1/4
  let result = expOfQuarter(fraction * 2 ** 5);
  POWERS.forEach((power, index) => {
    if (Math.floor(remainder / (quarter * 2 ** index)) % 2 === 1) result = highProduct(result, power);
  });
  return result;
}

/** 1 / (1 + x) for x in [0, 1), by three steps of Newton's method. */
export function reciprocalOfOnePlus(x: number): number {
  const halfDenominator = Math.floor((x + INT32_MAX + 1) / 2);
  let estimate = 1515870810 + highProduct(halfDenominator, -1010580540); // two integer bits: 48/17 - 32/17 d
  for (let step = 0; step < 3; step++) {
    const error = 2 ** 29 - highProduct(halfDenominator, estimate);
    estimate += saturatedLeft(highProduct(estimate, error), 2);
  }
  return saturatedLeft(estimate, 1);
}
