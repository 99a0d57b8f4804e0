import { beforeAll, describe, expect, it } from '@jest/globals';
import { createRng } from '@tinyformer/core';
import { containsArchitecture, Supernet, trainSupernet } from '@tinyformer/supernas';
import { useTraining } from '@tinyformer/tfjs-wasm-training';
import {
  assessCandidate,
  candidateSparsity,
  compareCandidates,
  densityGroups,
  evaluateCandidate,
  evolveSparse,
  finishCandidate,
  frontier,
  networkDensity,
  parseSearchHistory,
  patternDensity,
  sampleCandidate,
  saveSearchHistory,
  SparseNAS,
  type Candidate,
  type Evaluation,
  type EvolutionOptions,
} from '../src/index.js';
import { countingCosts, roomyBoard, splitsWithoutTest, tinyArchitecture, tinySpace } from './tiny.js';

/** Flash for about half of the dense candidates. */
const smallBoard = { ...roomyBoard, name: 'small', flashBytes: 1200 };
const densities = [1, 0.5, 0.25];
const space = { space: tinySpace, densities };

/** Larger networks are better, with a little luck: no training needed to test a search. */
function luckyAccuracy(): { accuracyOf: (candidate: Candidate) => Promise<number>; asked: Candidate[] } {
  const asked: Candidate[] = [];
  return {
    asked,
    accuracyOf: async (candidate) => {
      asked.push(candidate);
      const { macs } = countingCosts.estimate(candidate.architecture, { board: roomyBoard });
      return Math.min(1, 0.3 + macs / 1e6 + 0.1 * createRng(macs).next());
    },
  };
}

function options(accuracyOf: EvolutionOptions['accuracyOf'], limits = {}): EvolutionOptions {
  return {
    ...space,
    costModel: countingCosts,
    limits: { board: smallBoard, ...limits },
    seed: 7,
    accuracyOf,
  };
}

describe('a candidate', () => {
  it('names a density for every group of layers, and leaves out layers that stay dense', () => {
    expect(densityGroups(tinyArchitecture)).toEqual([
      'stage1.pointwise',
      'stage2.pointwise',
      'stage3.embed',
      'stage3.attention',
      'stage3.mlp',
    ]);
    const sparse = candidateSparsity({
      architecture: tinyArchitecture,
      densities: {
        'stage1.pointwise': 1,
        'stage2.pointwise': 1,
        'stage3.embed': 0.5,
        'stage3.attention': 1,
        'stage3.mlp': 0.25,
      },
    });
    expect(sparse).toEqual({
      'stage3.embed': { blockRows: 2, blockColumns: 4, density: 0.5 },
      'stage3.block0.mlp1': { blockRows: 2, blockColumns: 4, density: 0.25 },
      'stage3.block0.mlp2': { blockRows: 2, blockColumns: 4, density: 0.25 },
    });
    expect(() => candidateSparsity({ architecture: tinyArchitecture, densities: {} })).toThrow(/E_SPARSITY/);
  });

  it('that breaks a limit is data, and its accuracy is never asked for', async () => {
    const candidate = sampleCandidate(space, createRng(1));
    const evaluation = await evaluateCandidate(candidate, {
      costModel: countingCosts,
      limits: { board: { ...roomyBoard, flashBytes: 10 }, latencyMs: 1e-9 },
      accuracyOf: () => Promise.reject(new Error('asked')),
    });
    expect(evaluation.feasible).toBe(false);
    expect(evaluation.accuracy).toBeNull();
    expect(evaluation.violations.map(({ figure }) => figure)).toEqual(['flashBytes', 'latencyMs']);
  });

  it('is sampled within the limit on its density where the choices allow it', () => {
    const rng = createRng(3);
    for (let i = 0; i < 50; i++) {
      const { architecture, densities: drawn } = sampleCandidate({ ...space, maximumDensity: 0.6 }, rng);
      expect(containsArchitecture(tinySpace, architecture)).toBe(true);
      expect(
        patternDensity(architecture, candidateSparsity({ architecture, densities: drawn })),
      ).toBeLessThanOrEqual(0.6);
    }
  });
});

describe('the evolutionary search', () => {
  it('evaluates as many distinct feasible candidates as it promises and keeps to the limits', async () => {
    const { accuracyOf, asked } = luckyAccuracy();
    const { best, history } = await evolveSparse(options(accuracyOf, { maximumDensity: 0.6 }));
    expect(asked).toHaveLength(64);
    expect(new Set(asked.map((candidate) => JSON.stringify(candidate))).size).toBe(64);
    const feasible = history.entries.filter(({ evaluation }) => evaluation.feasible);
    expect(feasible).toHaveLength(64);
    expect(feasible.map(({ generation }) => generation)).toEqual(
      [0, 1, 2, 3].flatMap((g) => Array(16).fill(g)),
    );
    for (const { evaluation, candidate, parents, id } of feasible) {
      expect(evaluation.cost.flashBytes).toBeLessThanOrEqual(smallBoard.flashBytes);
      expect(evaluation.density).toBeLessThanOrEqual(0.6);
      expect(evaluation).toMatchObject(
        assessCandidate(candidate, { costModel: countingCosts, limits: { board: smallBoard } }),
      );
      expect(parents.every((parent) => parent < id)).toBe(true);
    }
    for (const entry of feasible) expect(compareCandidates(best, entry)).toBeLessThanOrEqual(0);
  });

  it('improves on its first generation', async () => {
    const { best, history } = await evolveSparse(options(luckyAccuracy().accuracyOf));
    const first = history.entries.filter(
      ({ generation, evaluation }) => generation === 0 && evaluation.feasible,
    );
    expect(best.evaluation.accuracy).toBeGreaterThan(
      Math.max(...first.map(({ evaluation }) => evaluation.accuracy!)),
    );
  });

  it('is a function of its seed', async () => {
    const run = (seed: number) =>
      evolveSparse({ ...options(luckyAccuracy().accuracyOf), seed, generations: 2 });
    const once = saveSearchHistory((await run(7)).history);
    expect(saveSearchHistory((await run(7)).history)).toBe(once);
    expect(saveSearchHistory((await run(8)).history)).not.toBe(once);
  });

  it('resumes from a saved history to the same end, without repeating evaluations', async () => {
    const whole = await evolveSparse(options(luckyAccuracy().accuracyOf));
    let saved = '';
    const interrupted = evolveSparse({
      ...options(luckyAccuracy().accuracyOf),
      onProgress: ({ evaluated, history }) => {
        if (evaluated !== 40) return;
        saved = saveSearchHistory(history());
        throw new Error('interrupted');
      },
    });
    await expect(interrupted).rejects.toThrow('interrupted');
    const { accuracyOf, asked } = luckyAccuracy();
    const resumed = await evolveSparse({ ...options(accuracyOf), resume: parseSearchHistory(saved) });
    expect(asked).toHaveLength(24);
    expect(resumed).toEqual(whole);
  });

  it('refuses the history of another search, and damaged ones', async () => {
    const { history } = await evolveSparse({ ...options(luckyAccuracy().accuracyOf), generations: 1 });
    const other = { ...options(luckyAccuracy().accuracyOf, { maximumDensity: 0.5 }), resume: history };
    await expect(evolveSparse(other)).rejects.toThrow(/E_RESUME/);
    const text = saveSearchHistory(history);
    expect(() => parseSearchHistory(text.slice(0, -20))).toThrow(/E_ARTEFACT/);
    expect(() => parseSearchHistory(text.replace('"feasible":true', '"feasible":1'))).toThrow(/E_ARTEFACT/);
    expect(() => parseSearchHistory(text.replace('"formatVersion":1', '"formatVersion":9'))).toThrow(
      /E_FORMAT_VERSION/,
    );
  });

  it('says what is missing when nothing fits the board, and refuses impossible options', async () => {
    const { accuracyOf, asked } = luckyAccuracy();
    const tooSmall = options(accuracyOf, { board: { ...smallBoard, flashBytes: 100 } });
    await expect(evolveSparse(tooSmall)).rejects.toThrow(/E_SEARCH.*flashBytes \d+ of at most 100/);
    expect(asked).toHaveLength(0);
    await expect(evolveSparse({ ...options(accuracyOf), population: 0 })).rejects.toThrow(/E_OPTION/);
    await expect(evolveSparse({ ...options(accuracyOf), densities: [2] })).rejects.toThrow(/E_OPTION/);
  });
});

describe('the Pareto front', () => {
  it('holds exactly the candidates that no other beats', () => {
    const entry = (id: number, accuracy: number, latencyMs: number, flashBytes: number) => ({
      id,
      evaluation: { feasible: true, accuracy, cost: { latencyMs, flashBytes } } as Evaluation,
    });
    const entries = [
      entry(0, 0.5, 1, 100),
      entry(1, 0.9, 3, 300),
      entry(2, 0.8, 3, 300), // beaten by 1
      entry(3, 0.8, 2, 400),
      entry(4, 0.5, 1, 100), // the same as 0, later
      { id: 5, evaluation: { feasible: false, accuracy: null } as Evaluation },
    ];
    expect(frontier(entries).map(({ id }) => id)).toEqual([1, 3, 0]);
  });
});

describe('SparseNAS on a trained supernet', () => {
  const splits = splitsWithoutTest();
  let supernet: Supernet;

  beforeAll(async () => {
    await useTraining();
    supernet = Supernet.create(tinySpace, { seed: 2 });
    await trainSupernet(supernet, splits, { epochs: 8, batchSize: 32, seed: 2 });
  });

  it('finds a sparse path, finishes it, and never reads the test images', async () => {
    const nas = new SparseNAS({
      supernet,
      splits,
      board: roomyBoard,
      costModel: countingCosts,
      seed: 4,
      maximumDensity: 0.6,
    });
    const { best, history } = await nas.search({ generations: 2, population: 4 });
    expect(history.entries.filter(({ evaluation }) => evaluation.feasible)).toHaveLength(8);
    expect(best.evaluation.density).toBeLessThanOrEqual(0.6);
    const finished = await finishCandidate(supernet, best.candidate, {
      splits,
      seed: 4,
      name: 'tiny',
      epochs: 6,
      batchSize: 32,
    });
    expect(networkDensity(finished.float)).toBeCloseTo(best.evaluation.density, 10);
    // three classes; the colours are plain enough that a trained network gets most of them
    expect(finished.validationAccuracy.float).toBeGreaterThan(0.8);
    supernet.dispose();
  });
});
