/** @file SparseNAS: the best sparse single path of the supernet under the board's limits. */
import { TinyFormerError, type Board, type CostModel } from '@tinyformer/core';
import {
  compareCandidates,
  parseSearchHistory,
  saveSearchHistory,
  SparseNAS,
  type HistoryEntry,
} from '@tinyformer/sparsenas';
import { loadSupernet, type DatasetSplits, type Supernet } from '@tinyformer/supernas';
import type { Progress } from '../output/progress.js';
import { formatShare } from '../output/share.js';
import type { Effort } from '../run/settings.js';
import { fileCheckpoint, type Checkpoint } from './checkpoint.js';
import { FILES } from './files.js';
import type { Stage } from './stage.js';

/** A checkpoint is written after so many candidates. */
const CHECKPOINT_EVERY = 4;

export interface SparseSearchTask {
  readonly splits: DatasetSplits;
  readonly board: Board;
  readonly costModel: CostModel;
  readonly seed: number;
  readonly maximumDensity: number;
  readonly effort: Effort['sparsenas'];
  readonly checkpoint: Checkpoint;
  readonly progress: Progress;
}

/** Searches on from the checkpoint; the history's text and a remark. */
export async function searchSparse(
  supernet: Supernet,
  task: SparseSearchTask,
): Promise<{ readonly artefact: string; readonly remark: string }> {
  const { splits, board, costModel, seed, maximumDensity, effort, checkpoint, progress } = task;
  const saved = checkpoint.load();
  const validationImages = Math.min(effort.validationImages, splits.validation.count);
  const nas = new SparseNAS({ supernet, splits, board, costModel, seed, maximumDensity, validationImages });
  const { best, history } = await nas.search({
    generations: effort.generations,
    population: effort.population,
    ...(saved !== null && { resume: parseSearchHistory(saved) }),
    onProgress: ({ generation, generations, evaluated, total, best: leader, history: soFar }) => {
      const note = `generation ${generation + 1} of ${generations}, best ${describe(leader)}`;
      progress.update(evaluated, { total, note });
      if (evaluated % CHECKPOINT_EVERY === 0) checkpoint.save(saveSearchHistory(soFar()));
    },
  });
  const remark = `${history.entries.length} candidates, best ${describe(best)}`;
  return { artefact: saveSearchHistory(history), remark };
}

function describe({ evaluation }: HistoryEntry): string {
  return `${formatShare(evaluation.accuracy ?? 0)} at density ${evaluation.density.toFixed(2)}`;
}

/** What a search found, and how many candidates it measured. */
export function readSearch(historyText: string): { readonly best: HistoryEntry; readonly measured: number } {
  const feasible = parseSearchHistory(historyText).entries.filter(({ evaluation }) => evaluation.feasible);
  const [best] = feasible.sort(compareCandidates);
  if (best) return { best, measured: feasible.length };
  throw new TinyFormerError('E_ARTEFACT', 'the search history holds no candidate that fits', {
    hint: 'search again with a larger board or a smaller space',
  });
}

export const sparsenasStage: Stage = {
  name: 'sparsenas',
  title: 'Searching sparse paths (SparseNAS)',
  outputs: [FILES.sparsenas],
  async run({ settings, folder, progress, splits, costModel }) {
    const { supernet } = loadSupernet(folder.read(FILES.supernet));
    const checkpoint = fileCheckpoint(folder.pathOf(FILES.sparsenasCheckpoint), { settings });
    try {
      const { artefact, remark } = await searchSparse(supernet, {
        ...settings,
        effort: settings.sparsenas,
        splits: await splits(),
        costModel: await costModel(),
        progress,
        checkpoint,
      });
      folder.write(FILES.sparsenas, artefact);
      checkpoint.remove();
      return remark;
    } finally {
      supernet.dispose();
    }
  },
};
