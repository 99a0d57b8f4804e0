/** @file The images: loaded or drawn, counted and digested. */
import { TinyFormerError } from '@tinyformer/core';
import { summariseDataset, type DatasetSummary } from '../run/data-source.js';
import { parseOwn, saveOwn } from './artefact.js';
import { FILES } from './files.js';
import type { Stage, StageContext } from './stage.js';

const KIND = 'dataset-summary';

export const datasetStage: Stage = {
  name: 'dataset',
  title: 'Preparing the images',
  outputs: [FILES.dataset],
  async run({ settings, folder, splits }) {
    const summary = summariseDataset(await splits(), settings.data);
    folder.write(FILES.dataset, saveOwn(KIND, { seed: settings.seed, ...summary }));
    return `${summary.train} for training, ${summary.validation} for validation, ${summary.test} for the test`;
  },
};

export function readDatasetSummary({ folder }: Pick<StageContext, 'folder'>): DatasetSummary {
  return parseOwn(KIND, folder.read(FILES.dataset));
}

/** A continued run must see the images that it began with. @throws E_RUN_DATA */
export async function checkSameImages(context: StageContext): Promise<void> {
  const { folder, settings, splits } = context;
  if (!folder.has([FILES.dataset])) return;
  const { digest } = summariseDataset(await splits(), settings.data);
  if (readDatasetSummary(context).digest === digest) return;
  throw new TinyFormerError('E_RUN_DATA', `the images are not those that ${folder.path} began with`, {
    hint: 'bring the images back, or start over with --fresh',
  });
}
