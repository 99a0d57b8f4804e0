/** @file The learning rate over a training: linear warm-up, then half a cosine down to zero (Loshchilov and Hutter, 2017). */

/** Share of the steps that warm up. */
const WARM_UP = 0.15;

/** The rate of a step counted from 0; positive at every step. */
export function learningRateAt(
  step: number,
  options: { readonly steps: number; readonly peak: number },
): number {
  const { steps, peak } = options;
  const warmUpSteps = Math.max(1, Math.round(steps * WARM_UP));
  if (step < warmUpSteps) return (peak * (step + 1)) / warmUpSteps;
  const done = (step - warmUpSteps + 1) / (steps - warmUpSteps + 1);
  return (peak * (1 + Math.cos(Math.PI * done))) / 2;
}
