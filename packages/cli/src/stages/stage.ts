/** @file A stage: named work that reads artefacts of earlier stages from the run's folder and writes its own. */
import type { CostModel } from '@tinyformer/core';
import type { DatasetSplits } from '@tinyformer/supernas';
import type { Progress } from '../output/progress.js';
import type { RunFolder } from '../run/run-folder.js';
import type { RunSettings } from '../run/settings.js';

export interface StageContext {
  readonly settings: RunSettings;
  readonly folder: RunFolder;
  readonly progress: Progress;
  /** Loaded once a process. */
  readonly splits: () => Promise<DatasetSplits>;
  /** Made once a process. */
  readonly costModel: () => Promise<CostModel>;
}

export interface Stage {
  readonly name: string;
  /** For people, in the -ing form. */
  readonly title: string;
  /** The stage is finished when all of these are there; they are written last, each whole. */
  readonly outputs: readonly string[];
  /** Does the work; returns the finding in a few words. */
  readonly run: (context: StageContext) => Promise<string>;
}
