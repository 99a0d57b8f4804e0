/** @file SuperNAS: which part of the search space is worth training. */
import type { Board, CostModel } from '@tinyformer/core';
import { parseSearchSpace, SuperNAS, type DatasetSplits, type SearchSpace } from '@tinyformer/supernas';
import type { Progress } from '../output/progress.js';
import { formatShare } from '../output/share.js';
import { firstOf } from '../run/data-source.js';
import { spaceFor } from '../run/search-space.js';
import type { Effort } from '../run/settings.js';
import { parseOwn, saveOwn } from './artefact.js';
import { FILES } from './files.js';
import type { Stage, StageContext } from './stage.js';

const KIND = 'supernas';

export interface SpaceSearchOptions {
  readonly splits: DatasetSplits;
  readonly board: Board;
  readonly costModel: CostModel;
  readonly seed: number;
  readonly batchSize: number;
  readonly effort: Effort['supernas'];
  readonly progress: Progress;
}

/** Ranks parts of the space; the artefact's text and a remark. */
export async function searchSpaces(
  space: SearchSpace,
  options: SpaceSearchOptions,
): Promise<{ readonly artefact: string; readonly remark: string }> {
  const { splits, board, costModel, seed, batchSize, effort, progress } = options;
  const train = firstOf(splits.train, effort.images);
  const validation = firstOf(splits.validation, effort.validationImages);
  const result = await new SuperNAS({ space, board, costModel, seed }).search(
    { ...splits, train, validation },
    {
      candidates: effort.candidates,
      epochs: effort.epochs,
      accuracySamples: effort.accuracySamples,
      batchSize,
      onProgress: ({ candidate, candidates, step, steps }) => {
        const note = `candidate ${candidate + 1} of ${candidates}`;
        progress.update(candidate * steps + step, { total: candidates * steps, note });
      },
    },
  );
  const [first] = result.ranking;
  const remark = `${result.best.name} of ${result.ranking.length}: ${formatShare(first!.accuracy)} after a short training`;
  return { artefact: saveOwn(KIND, { seed, ...result }), remark };
}

/** The best space of a ranking. @throws E_ARTEFACT, E_FORMAT_VERSION, E_SPACE */
export function parseBestSpace(text: string): SearchSpace {
  return parseSearchSpace(parseOwn<{ readonly best: unknown }>(KIND, text).best);
}

export const supernasStage: Stage = {
  name: 'supernas',
  title: 'Choosing the supernet (SuperNAS)',
  outputs: [FILES.supernas],
  async run({ settings, folder, progress, splits, costModel }: StageContext) {
    const { artefact, remark } = await searchSpaces(spaceFor(settings.data), {
      ...settings,
      effort: settings.supernas,
      progress,
      splits: await splits(),
      costModel: await costModel(),
    });
    folder.write(FILES.supernas, artefact);
    return remark;
  },
};
