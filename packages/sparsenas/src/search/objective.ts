/** @file Which candidate is better: accuracy first, cost among those that are about equally accurate; and the Pareto front. */
import type { Evaluation } from '../evaluate/evaluate-candidate.js';

/** Accuracies in the same band of this width count as equal; half a point is within the noise of a validation split. */
export const ACCURACY_BAND = 0.005;

interface Evaluated {
  readonly id: number;
  readonly evaluation: Evaluation;
}

/** For sorting feasible candidates, best first: accuracy band, latency, flash, then the earlier one. */
export function compareCandidates(a: Evaluated, b: Evaluated): number {
  const band = ({ evaluation }: Evaluated) => Math.round(evaluation.accuracy! / ACCURACY_BAND);
  return (
    band(b) - band(a) ||
    a.evaluation.cost.latencyMs - b.evaluation.cost.latencyMs ||
    a.evaluation.cost.flashBytes - b.evaluation.cost.flashBytes ||
    a.id - b.id
  );
}

/** The feasible candidates that no other one beats in accuracy, latency and flash together, most accurate first. */
export function frontier<E extends Evaluated>(entries: readonly E[]): readonly E[] {
  const feasible = entries.filter(({ evaluation }) => evaluation.feasible);
  return feasible
    .filter((entry) => !feasible.some((other) => dominates(other, entry)))
    .sort((a, b) => b.evaluation.accuracy! - a.evaluation.accuracy! || compareCandidates(a, b));
}

/** No worse in every figure and better in one; of equals the earlier one. */
function dominates(a: Evaluated, b: Evaluated): boolean {
  const left = figures(a);
  const right = figures(b);
  if (left.some((value, index) => value > right[index]!)) return false;
  return left.some((value, index) => value < right[index]!) || a.id < b.id;
}

/** Smaller is better in each. */
function figures({ evaluation }: Evaluated): readonly number[] {
  return [-evaluation.accuracy!, evaluation.cost.latencyMs, evaluation.cost.flashBytes];
}
