/**
 * @file Evolution over architecture and sparsity together (as Real et al., 2019, and Guo et al., 2019, search architectures):
 * the best candidates seen so far are parents, children are mutations and crossovers of them, and none is evaluated twice.
 * A search is a function of its seed; a saved history only spares the evaluations that it already holds, so that a resumed
 * search ends exactly as an uninterrupted one.
 */
import { createRng, TinyFormerError, type Rng } from '@tinyformer/core';
import type { Candidate } from '../evaluate/candidate.js';
import {
  evaluateCandidate,
  type AccuracyOf,
  type AssessmentOptions,
} from '../evaluate/evaluate-candidate.js';
import { searchHistory, type HistoryEntry, type SearchHistory } from './history.js';
import { compareCandidates, frontier } from './objective.js';
import { crossCandidates, mutateCandidate, sampleCandidate, type CandidateSpace } from './variation.js';

export interface EvolutionOptions
  extends Omit<CandidateSpace, 'maximumDensity'>, Omit<AssessmentOptions, 'block' | 'classifier'> {
  readonly seed: number;
  readonly accuracyOf: AccuracyOf;
  /** Default 4. */
  readonly generations?: number;
  /** Feasible candidates that each generation adds; default 16. */
  readonly population?: number;
  /** A saved history of the same settings; its evaluations are not made again. */
  readonly resume?: SearchHistory;
  /** Goes into the history beside the search's own settings: what else `accuracyOf` depends on. */
  readonly context?: unknown;
  readonly onProgress?: (progress: SearchProgress) => void;
}

export interface SearchProgress {
  readonly generation: number;
  readonly generations: number;
  /** Feasible candidates evaluated and to evaluate. */
  readonly evaluated: number;
  readonly total: number;
  readonly best: HistoryEntry;
  /** The history so far, to be saved. */
  readonly history: () => SearchHistory;
}

export interface SearchResult {
  readonly best: HistoryEntry;
  readonly history: SearchHistory;
  /** Unbeaten in accuracy, latency and flash together, most accurate first. */
  readonly frontier: readonly HistoryEntry[];
}

/** Candidates made for each one that is wanted before a generation gives up: infeasible ones and repetitions count. */
const ATTEMPTS = 50;
const PARENT_SHARE = 0.25;
/** Children that are fresh samples, and those that are crossovers; the rest are mutations. */
const SAMPLE_SHARE = 0.1;
const CROSSOVER_SHARE = 0.4;

/**
 * @throws E_SEARCH when not one feasible candidate is found, E_RESUME when the history is of another search, E_OPTION for
 * impossible options.
 */
export async function evolveSparse(options: EvolutionOptions): Promise<SearchResult> {
  const { seed, generations = 4, population = 16, onProgress } = options;
  checkOptions(options);
  const settings = settingsOf(options);
  const known = knownEvaluations(options, settings);
  const entries: HistoryEntry[] = [];
  const seen = new Set<string>();
  const history = () => searchHistory({ seed, settings, entries });
  for (let generation = 0; generation < generations; generation++) {
    const rng = createRng(seed).fork(`generation ${generation}`);
    const parents = bestOf(entries).slice(0, Math.max(2, Math.ceil(population * PARENT_SHARE)));
    let added = 0;
    for (let attempt = 0; attempt < ATTEMPTS * population && added < population; attempt++) {
      const proposal = propose(parents, options, rng);
      const key = candidateKey(proposal.candidate);
      if (seen.has(key)) continue;
      seen.add(key);
      const evaluation = known.get(key) ?? (await evaluateCandidate(proposal.candidate, options));
      entries.push({ id: entries.length, generation, ...proposal, evaluation });
      if (!evaluation.feasible) continue;
      added += 1;
      const evaluated = entries.filter((entry) => entry.evaluation.feasible).length;
      const best = bestOf(entries)[0]!;
      onProgress?.({ generation, generations, evaluated, total: generations * population, best, history });
    }
    if (entries.every(({ evaluation }) => !evaluation.feasible)) throw nothingFits(entries, options);
  }
  return { best: bestOf(entries)[0]!, history: history(), frontier: frontier(entries) };
}

function bestOf(entries: readonly HistoryEntry[]): readonly HistoryEntry[] {
  return entries.filter(({ evaluation }) => evaluation.feasible).sort(compareCandidates);
}

function propose(
  parents: readonly HistoryEntry[],
  options: EvolutionOptions,
  rng: Rng,
): Pick<HistoryEntry, 'origin' | 'parents' | 'candidate'> {
  const space = { ...options, maximumDensity: options.limits.maximumDensity ?? 1 };
  const way = rng.next();
  if (parents.length === 0 || way < SAMPLE_SHARE) {
    return { origin: 'sample', parents: [], candidate: sampleCandidate(space, rng) };
  }
  const first = rng.pick(parents);
  if (parents.length > 1 && way < SAMPLE_SHARE + CROSSOVER_SHARE) {
    const second = rng.pick(parents.filter((parent) => parent !== first));
    const candidate = crossCandidates([first.candidate, second.candidate], space, rng);
    return { origin: 'crossover', parents: [first.id, second.id], candidate };
  }
  return { origin: 'mutation', parents: [first.id], candidate: mutateCandidate(first.candidate, space, rng) };
}

function candidateKey({ architecture, densities }: Candidate): string {
  return JSON.stringify([architecture, densities]);
}

/** Plain data that survives JSON unchanged. */
function settingsOf(options: EvolutionOptions): unknown {
  const { space, densities, block, classifier, limits, context } = options;
  return JSON.parse(JSON.stringify({ space, densities, block, classifier, limits, context }));
}

function knownEvaluations(
  { resume, seed }: EvolutionOptions,
  settings: unknown,
): ReadonlyMap<string, HistoryEntry['evaluation']> {
  if (resume && (resume.seed !== seed || JSON.stringify(resume.settings) !== JSON.stringify(settings))) {
    throw new TinyFormerError('E_RESUME', 'the saved history is of a search with other settings', {
      hint: 'resume with the same seed, space, limits and weights, or start without a history',
      details: { saved: resume.settings, wanted: settings },
    });
  }
  return new Map(resume?.entries.map(({ candidate, evaluation }) => [candidateKey(candidate), evaluation]));
}

function nothingFits(entries: readonly HistoryEntry[], { limits }: EvolutionOptions): TinyFormerError {
  const closest = entries.toSorted((a, b) => excess(a) - excess(b))[0]!;
  const figures = closest.evaluation.violations.map(
    ({ figure, value, limit }) => `${figure} ${value} of at most ${limit}`,
  );
  return new TinyFormerError(
    'E_SEARCH',
    `none of ${entries.length} candidates fits ${limits.board.name}; the closest has ${figures.join(', ')}`,
    {
      hint: 'choose a larger board, a smaller search space, lower densities or looser limits',
      details: { board: limits.board.name, violations: closest.evaluation.violations },
    },
  );
}

/** The largest factor by which a candidate breaks a limit. */
function excess({ evaluation }: HistoryEntry): number {
  return Math.max(...evaluation.violations.map(({ value, limit }) => value / limit));
}

function checkOptions({ generations = 4, population = 16, densities, limits }: EvolutionOptions): void {
  const { maximumDensity = 1, latencyMs = 1 } = limits;
  const whole = (value: number) => Number.isInteger(value) && value >= 1;
  const share = (value: number) => value > 0 && value <= 1;
  const wrong = !whole(generations)
    ? `generations is ${generations}`
    : !whole(population)
      ? `population is ${population}`
      : densities.length === 0 || !densities.every(share)
        ? `densities are [${densities.join(', ')}]`
        : !share(maximumDensity)
          ? `maximumDensity is ${maximumDensity}`
          : !(latencyMs > 0)
            ? `latencyMs is ${latencyMs}`
            : undefined;
  if (wrong === undefined) return;
  throw new TinyFormerError('E_OPTION', wrong, {
    hint: 'generations and population are whole numbers of at least 1, densities lie in (0, 1], latency is positive',
  });
}
