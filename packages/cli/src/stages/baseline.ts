/** @file How much a linear classifier reaches on the pixels. */
import { linearBaseline, type LinearBaseline } from '@tinyformer/supernas';
import { formatShare } from '../output/share.js';
import { parseOwn, saveOwn } from './artefact.js';
import { FILES } from './files.js';
import type { Stage, StageContext } from './stage.js';

const KIND = 'linear-baseline';

export const baselineStage: Stage = {
  name: 'baseline',
  title: 'Training a linear baseline',
  outputs: [FILES.baseline],
  async run({ settings, folder, progress, splits }) {
    const baseline = await linearBaseline(await splits(), {
      seed: settings.seed,
      epochs: settings.baselineEpochs,
      onProgress: ({ step, steps }) => {
        progress.update(step, { total: steps });
      },
    });
    folder.write(FILES.baseline, saveOwn(KIND, { seed: settings.seed, ...baseline }));
    return `${formatShare(baseline.validationAccuracy)} of the validation images`;
  },
};

export function readBaseline({ folder }: Pick<StageContext, 'folder'>): LinearBaseline {
  return parseOwn(KIND, folder.read(FILES.baseline));
}
