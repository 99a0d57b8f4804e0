import { beforeAll, describe, expect, it } from '@jest/globals';
import { findBoard, type Board } from '@tinyformer/core';
import { containsArchitecture, largestArchitecture, SuperNAS } from '@tinyformer/supernas';
import { useTraining } from '@tinyformer/tfjs-wasm-training';
import { PLAIN_COST_MODEL, TINY_SPACE, tinyShapes } from '../tiny.js';

const splits = tinyShapes();
const board = findBoard('stm32f746');
const common = { space: TINY_SPACE, costModel: PLAIN_COST_MODEL, seed: 1 };
const QUICK = { batchSize: 20, accuracySamples: 2 };

beforeAll(() => useTraining());

describe('SuperNAS', () => {
  it('ranks four parts of the space by capacity and a short training, the same for the same seed', async () => {
    const trainedCandidates = new Set<number>();
    const result = await new SuperNAS({ ...common, board }).search(splits, {
      ...QUICK,
      onProgress: ({ candidate }) => trainedCandidates.add(candidate),
    });
    expect(result.ranking).toHaveLength(4);
    expect(trainedCandidates.size).toBe(4);
    expect(result.best).toBe(result.ranking[0]!.space);
    for (const { space, capacity, accuracy, score } of result.ranking) {
      expect(containsArchitecture(TINY_SPACE, largestArchitecture(space))).toBe(true);
      expect(capacity.fitShare).toBe(1);
      expect(capacity.upperMacs).toBeGreaterThanOrEqual(capacity.meanMacs * 0.99);
      expect(score).toBeCloseTo((accuracy + capacity.score) / 2, 12);
    }
    const scores = result.ranking.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(await new SuperNAS({ ...common, board }).search(splits, QUICK)).toEqual(result);
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });

  it('counts only paths that fit the board', async () => {
    const small: Board = { ...board, name: 'half-size', sramBytes: 512 };
    const { ranking } = await new SuperNAS({ ...common, board: small }).search(splits, QUICK);
    expect(ranking.some(({ capacity }) => capacity.fitShare > 0 && capacity.fitShare < 1)).toBe(true);
  });

  it('says what is missing when no path fits the board, before training anything', async () => {
    const tiny: Board = { ...board, name: 'thimble', flashBytes: 10, sramBytes: 10 };
    const steps: number[] = [];
    const search = new SuperNAS({ ...common, board: tiny }).search(splits, {
      ...QUICK,
      onProgress: ({ step }) => steps.push(step),
    });
    await expect(search).rejects.toMatchObject({
      code: 'E_SPACE_FITS_NO_BOARD',
      message: expect.stringContaining('thimble'),
      hint: expect.stringContaining('larger board'),
    });
    expect(steps).toEqual([]);
  });
});
