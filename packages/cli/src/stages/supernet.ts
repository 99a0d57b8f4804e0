/** @file Training the supernet: shared weights for every path of the chosen space, saved after every epoch. */
import {
  loadSupernet,
  saveSupernet,
  Supernet,
  trainSupernet,
  type DatasetSplits,
  type SearchSpace,
} from '@tinyformer/supernas';
import type { Progress } from '../output/progress.js';
import { fileCheckpoint, type Checkpoint } from './checkpoint.js';
import { FILES } from './files.js';
import type { Stage } from './stage.js';
import { parseBestSpace } from './supernas.js';

export interface SupernetTrainingTask {
  readonly splits: DatasetSplits;
  readonly seed: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly checkpoint: Checkpoint;
  readonly progress: Progress;
}

/** Trains from the checkpoint or afresh; the artefact's text and a remark. */
export async function trainSpace(
  space: SearchSpace,
  task: SupernetTrainingTask,
): Promise<{ readonly artefact: string; readonly remark: string }> {
  const { splits, seed, epochs, batchSize, checkpoint, progress } = task;
  const saved = checkpoint.load();
  const { supernet, training: resume } = saved
    ? loadSupernet(saved)
    : { supernet: Supernet.create(space, { seed }), training: undefined };
  try {
    let loss = 0;
    await trainSupernet(supernet, splits, {
      seed,
      epochs,
      batchSize,
      ...(resume && { resume }),
      onProgress: ({ step, steps, loss: now }) => {
        progress.update(step, { total: steps, note: `loss ${now.toFixed(2)}` });
      },
      onEpochEnd: (end) => {
        loss = end.loss;
        checkpoint.save(saveSupernet(supernet, end.save()));
      },
    });
    return { artefact: saveSupernet(supernet), remark: `${epochs} epochs, loss ${loss.toFixed(2)}` };
  } finally {
    supernet.dispose();
  }
}

export const supernetStage: Stage = {
  name: 'supernet',
  title: 'Training the supernet',
  outputs: [FILES.supernet],
  async run({ settings, folder, progress, splits }) {
    const space = parseBestSpace(folder.read(FILES.supernas));
    const checkpoint = fileCheckpoint(folder.pathOf(FILES.supernetCheckpoint), { settings, space });
    const { artefact, remark } = await trainSpace(space, {
      ...settings,
      epochs: settings.supernetEpochs,
      splits: await splits(),
      progress,
      checkpoint,
    });
    folder.write(FILES.supernet, artefact);
    checkpoint.remove();
    return remark;
  },
};
