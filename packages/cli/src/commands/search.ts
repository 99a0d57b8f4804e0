/** @file `tinyformer search`: from a trained supernet to a pruned, quantised network. */
import { createCostModel } from '@tinyformer/sparse-engine';
import { loadSupernet } from '@tinyformer/supernas';
import { useTraining } from '@tinyformer/tfjs-wasm-training';
import type { Command } from 'commander';
import { join } from 'node:path';
import { openOutFolder, readInput, writeWhole } from '../output/out-folder.js';
import { withProgress } from '../output/progress.js';
import { loadSplits, parseDataSource } from '../run/data-source.js';
import { chooseSettings } from '../run/settings.js';
import { fileCheckpoint } from '../stages/checkpoint.js';
import { FILES } from '../stages/files.js';
import { finishPath } from '../stages/finish.js';
import { readSearch, searchSparse } from '../stages/sparsenas.js';
import { boardOption, countOption, dataOption, epochsOption, seedOption, smokeOption } from './options.js';

interface SearchFlags {
  readonly data: string;
  readonly smoke: boolean;
  readonly seed: number;
  readonly board: string;
  readonly out: string;
  readonly epochs?: number;
  readonly generations?: number;
  readonly population?: number;
}

export function addSearchCommand(program: Command): void {
  program
    .command('search')
    .description('SparseNAS: the best sparse path of a supernet, pruned, fine-tuned and quantised')
    .argument('<supernet>', 'what "tinyformer train" made')
    .addOption(dataOption())
    .addOption(smokeOption())
    .addOption(seedOption())
    .addOption(boardOption())
    .addOption(countOption('--generations <number>', 'of the search'))
    .addOption(countOption('--population <number>', 'candidates that each generation adds'))
    .addOption(epochsOption('of the fine-tuning'))
    .option('--out <folder>', 'the search history and the networks', 'found')
    .action(search);
}

async function search(supernetFile: string, flags: SearchFlags): Promise<void> {
  const { seed, smoke, board, out, epochs, generations, population } = flags;
  const text = readInput(supernetFile, 'tinyformer train');
  const { name: engine } = await useTraining();
  const settings = chooseSettings({ engine, data: parseDataSource(flags.data), seed, smoke, board });
  openOutFolder(out);
  const { supernet } = loadSupernet(text);
  const splits = await loadSplits(settings.data, settings);
  const effort = {
    ...settings.sparsenas,
    ...(generations !== undefined && { generations }),
    ...(population !== undefined && { population }),
  };
  const checkpoint = fileCheckpoint(join(out, FILES.sparsenasCheckpoint), {
    settings,
    effort,
    supernet: text,
  });
  const costModel = await createCostModel();
  const shared = { ...settings, splits };
  await withProgress('Searching sparse paths', async (progress) => {
    const task = { ...shared, effort, costModel, checkpoint, progress };
    const { artefact, remark } = await searchSparse(supernet, task);
    writeWhole(join(out, FILES.sparsenas), artefact);
    return remark;
  });
  const { best } = readSearch(readInput(join(out, FILES.sparsenas)));
  await withProgress('Pruning, fine-tuning, quantising', async (progress) => {
    const fineTuneEpochs = epochs ?? settings.fineTuneEpochs;
    const work = { settings, fineTuneEpochs, candidate: best.candidate, supernet: text };
    const finishCheckpoint = fileCheckpoint(join(out, FILES.finishCheckpoint), work);
    const task = { ...shared, name: 'model', epochs: fineTuneEpochs, checkpoint: finishCheckpoint, progress };
    const { float, quantized, summary, remark } = await finishPath(supernet, best.candidate, task);
    writeWhole(join(out, FILES.floatNetwork), float);
    writeWhole(join(out, FILES.finish), summary);
    writeWhole(join(out, FILES.network), quantized);
    finishCheckpoint.remove();
    checkpoint.remove();
    return remark;
  });
  supernet.dispose();
}
