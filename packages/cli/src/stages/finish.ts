/** @file The found path leaves the supernet, is pruned while it trains on, and becomes integers. */
import { finishCandidate, type Candidate } from '@tinyformer/sparsenas';
import { saveQuantizedNetwork } from '@tinyformer/sparse-engine';
import { loadSupernet, saveFloatNetwork, type DatasetSplits, type Supernet } from '@tinyformer/supernas';
import type { Progress } from '../output/progress.js';
import { formatShare } from '../output/share.js';
import { saveOwn } from './artefact.js';
import { fileCheckpoint, type Checkpoint } from './checkpoint.js';
import { FILES } from './files.js';
import { readSearch } from './sparsenas.js';
import type { Stage } from './stage.js';

export interface FinishTask {
  readonly splits: DatasetSplits;
  readonly seed: number;
  readonly name: string;
  readonly epochs: number;
  readonly batchSize: number;
  readonly calibrationImages: number;
  readonly checkpoint: Checkpoint;
  readonly progress: Progress;
}

export interface FinishedTexts {
  readonly float: string;
  readonly quantized: string;
  readonly summary: string;
  readonly remark: string;
}

/** Prunes, trains on from the checkpoint or afresh, and quantises; the artefacts' texts and a remark. */
export async function finishPath(
  supernet: Supernet,
  candidate: Candidate,
  task: FinishTask,
): Promise<FinishedTexts> {
  const { progress, checkpoint, ...options } = task;
  const resume = checkpoint.load();
  const { float, quantized, sparsity, validationAccuracy } = await finishCandidate(supernet, candidate, {
    ...options,
    ...(resume !== null && { resume }),
    onCheckpoint: checkpoint.save,
    onProgress: ({ step, steps, loss }) => {
      progress.update(step, { total: steps, note: `loss ${loss.toFixed(2)}` });
    },
  });
  return {
    float: saveFloatNetwork(float),
    quantized: saveQuantizedNetwork(quantized),
    summary: saveOwn('finish', { seed: task.seed, candidate, sparsity, validationAccuracy }),
    remark: `${formatShare(validationAccuracy.float)} of the validation images`,
  };
}

export const finishStage: Stage = {
  name: 'finish',
  title: 'Pruning, fine-tuning, quantising',
  outputs: [FILES.floatNetwork, FILES.finish, FILES.network],
  async run({ settings, folder, progress, splits }) {
    const { supernet } = loadSupernet(folder.read(FILES.supernet));
    try {
      const { candidate } = readSearch(folder.read(FILES.sparsenas)).best;
      const path = folder.pathOf(FILES.finishCheckpoint);
      const checkpoint = fileCheckpoint(path, { settings, candidate });
      const { float, quantized, summary, remark } = await finishPath(supernet, candidate, {
        ...settings,
        name: `tinyformer_${settings.data.kind}`,
        epochs: settings.fineTuneEpochs,
        splits: await splits(),
        progress,
        checkpoint,
      });
      folder.write(FILES.floatNetwork, float);
      folder.write(FILES.finish, summary);
      folder.write(FILES.network, quantized);
      checkpoint.remove();
      return remark;
    } finally {
      supernet.dispose();
    }
  },
};
