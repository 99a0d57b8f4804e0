/**
 * @file The whole river: images in, verified C project and report out. A list of named stages over one folder; a stage whose
 * artefacts are there is not run again, so that a run that was stopped goes on where it was.
 */
import { createCostModel } from '@tinyformer/sparse-engine';
import { useTraining } from '@tinyformer/tfjs-wasm-training';
import { withProgress } from './output/progress.js';
import { accuracyStage } from './stages/accuracy.js';
import { baselineStage } from './stages/baseline.js';
import { compileStage } from './stages/compile.js';
import { checkSameImages, datasetStage } from './stages/dataset.js';
import { finishStage } from './stages/finish.js';
import { FILES } from './stages/files.js';
import { machinesStage } from './stages/machines.js';
import { parseReport, reportStage, type Report } from './stages/report.js';
import { sparsenasStage } from './stages/sparsenas.js';
import type { Stage, StageContext } from './stages/stage.js';
import { supernasStage } from './stages/supernas.js';
import { supernetStage } from './stages/supernet.js';
import { loadSplits } from './run/data-source.js';
import { addTiming, openRunFolder, type RunFolder } from './run/run-folder.js';
import { chooseSettings, type RunChoices } from './run/settings.js';

export const STAGES: readonly Stage[] = [
  datasetStage,
  baselineStage,
  supernasStage,
  supernetStage,
  sparsenasStage,
  finishStage,
  compileStage,
  accuracyStage,
  machinesStage,
  reportStage,
];

export interface RiverOptions extends Omit<RunChoices, 'engine'> {
  readonly out: string;
  /** Sets an earlier run in the folder aside instead of going on with it. */
  readonly fresh?: boolean;
  /** Takes lines for people; default stderr. */
  readonly say?: (line: string) => void;
}

export interface RiverResult {
  readonly report: Report;
  readonly folder: RunFolder;
  /** Stages that had to be run now, by name. */
  readonly ran: readonly string[];
}

/** @throws E_OUT, E_RUN_FOLDER, E_RUN_DATA, E_BOARD, E_DATASET and what the stages throw. */
export async function runRiver(options: RiverOptions): Promise<RiverResult> {
  const { out, fresh = false, say = (line) => process.stderr.write(`${line}\n`) } = options;
  const { name: engine } = await useTraining();
  const settings = chooseSettings({ ...options, engine });
  const splits = once(() => loadSplits(settings.data, settings));
  if (settings.data.kind === 'cifar10') await splits(); // bad files are found before the folder is touched
  const folder = openRunFolder(out, { settings, fresh });
  if (folder.setAside !== null)
    say(`${out} held a run with other settings; it is kept as ${folder.setAside}`);
  const shared = { settings, folder, splits, costModel: once(() => createCostModel()) };
  await checkSameImages({ ...shared, progress: SILENT });
  const ran: string[] = [];
  for (const [index, stage] of STAGES.entries()) {
    if (folder.has(stage.outputs)) continue;
    await runStage(stage, { ...shared, position: `${index + 1}/${STAGES.length}` });
    ran.push(stage.name);
  }
  return { report: parseReport(folder.read(FILES.report)), folder, ran };
}

async function runStage(
  stage: Stage,
  { position, ...context }: Omit<StageContext, 'progress'> & { readonly position: string },
): Promise<void> {
  const seconds = await withProgress(`${position} ${stage.title}`, (progress) =>
    stage.run({ ...context, progress }),
  );
  addTiming(context.folder, stage.name, seconds);
}

const SILENT = { update: () => undefined, finish: () => 0 };

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
