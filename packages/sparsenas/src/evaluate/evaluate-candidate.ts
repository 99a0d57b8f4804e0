/**
 * @file What is known of a candidate. The cost comes first: a candidate that breaks a limit is data with its violations, and
 * its accuracy is never measured.
 */
import type { Cost, CostModel } from '@tinyformer/core';
import { patternDensity, type PrunableOptions } from '../prune/prunable-layers.js';
import { candidateSparsity, type Candidate } from './candidate.js';
import { violations, type Limits, type Violation } from './limits.js';

export interface Evaluation {
  readonly feasible: boolean;
  readonly violations: readonly Violation[];
  readonly cost: Cost;
  /** The share of weights kept over all convolutions and linear layers. */
  readonly density: number;
  /** On validation images, in [0, 1]; null for a candidate that is not feasible. */
  readonly accuracy: number | null;
}

/** Measures the accuracy of a feasible candidate. */
export type AccuracyOf = (candidate: Candidate) => Promise<number>;

export interface AssessmentOptions extends PrunableOptions {
  readonly costModel: CostModel;
  readonly limits: Limits;
}

/** Cost and limits only. */
export function assessCandidate(
  candidate: Candidate,
  options: AssessmentOptions,
): Omit<Evaluation, 'accuracy'> {
  const { costModel, limits } = options;
  const { architecture } = candidate;
  const sparsity = candidateSparsity(candidate, options);
  const cost = costModel.estimate(architecture, { board: limits.board, sparsity });
  const density = patternDensity(architecture, sparsity);
  const broken = violations({ cost, density }, limits);
  return { feasible: broken.length === 0, violations: broken, cost, density };
}

export async function evaluateCandidate(
  candidate: Candidate,
  options: AssessmentOptions & { readonly accuracyOf: AccuracyOf },
): Promise<Evaluation> {
  const assessment = assessCandidate(candidate, options);
  const accuracy = assessment.feasible ? await options.accuracyOf(candidate) : null;
  return { ...assessment, accuracy };
}
