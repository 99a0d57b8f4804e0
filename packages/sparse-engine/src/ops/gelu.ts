/**
 * @file GELU in its exact form, x Phi(x) = x / 2 (1 + erf(x / sqrt 2)) (Hendrycks and Gimpel, arXiv 1606.08415), as the
 * table of a lookup. erf is Abramowitz and Stegun 7.1.26, absolute error below 1.5e-7: far less than an int8 step.
 */
import { quantizeValue, tensorData, type QuantParams, type TensorData } from '@tinyformer/core';

const COEFFICIENTS = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592];

function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const polynomial = COEFFICIENTS.reduce((sum, coefficient) => sum * t + coefficient, 0) * t;
  return Math.sign(x) * (1 - polynomial * Math.exp(-x * x));
}

export function gelu(x: number): number {
  return (x / 2) * (1 + erf(x * Math.SQRT1_2));
}

/** table[x + 128] of a function on real numbers between two quantised tensors. */
export function lookupTable(
  apply: (x: number) => number,
  { input, output }: { readonly input: QuantParams; readonly output: QuantParams },
): TensorData<'int8'> {
  const entry = (_: unknown, index: number) =>
    quantizeValue(apply(input.scale * (index - 128 - input.zeroPoint)), output);
  return tensorData(Int8Array.from({ length: 256 }, entry)) as TensorData<'int8'>;
}
