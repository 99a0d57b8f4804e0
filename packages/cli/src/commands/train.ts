/** @file `tinyformer space` and `tinyformer train`: from images to the space worth training, and to its trained supernet. */
import { createCostModel } from '@tinyformer/sparse-engine';
import { parseSearchSpace, presets, type SearchSpace } from '@tinyformer/supernas';
import { useTraining } from '@tinyformer/tfjs-wasm-training';
import type { Command } from 'commander';
import { openOutFile, parseJson, readInput } from '../output/out-folder.js';
import { withProgress } from '../output/progress.js';
import { loadSplits, parseDataSource } from '../run/data-source.js';
import { chooseSettings } from '../run/settings.js';
import { parseBestSpace, searchSpaces } from '../stages/supernas.js';
import { fileCheckpoint } from '../stages/checkpoint.js';
import { trainSpace } from '../stages/supernet.js';
import { boardOption, countOption, dataOption, epochsOption, seedOption, smokeOption } from './options.js';

interface TrainFlags {
  readonly data: string;
  readonly space?: string;
  readonly smoke: boolean;
  readonly seed: number;
  readonly board?: string;
  readonly out: string;
  readonly epochs?: number;
  readonly candidates?: number;
}

export function addTrainCommands(program: Command): void {
  program
    .command('space')
    .description('SuperNAS: rank parts of a search space for a board')
    .addOption(dataOption())
    .option('--space <preset-or-file>', 'shapes, cifar10 or a JSON file; default the preset of the images')
    .addOption(smokeOption())
    .addOption(seedOption())
    .addOption(boardOption())
    .addOption(countOption('--candidates <number>', 'parts of the space to compare'))
    .addOption(epochsOption('of each short training'))
    .option('--out <file>', 'the ranking', 'supernas.json')
    .action(space);
  program
    .command('train')
    .description('train a supernet; a stopped training goes on from its checkpoint')
    .addOption(dataOption())
    .option(
      '--space <preset-or-file>',
      'shapes, cifar10, a JSON file or a ranking; default the preset of the images',
    )
    .addOption(smokeOption())
    .addOption(seedOption())
    .addOption(epochsOption('of the training'))
    .option('--out <file>', 'the trained supernet', 'supernet.json')
    .action(train);
}

async function space(flags: TrainFlags): Promise<void> {
  const out = openOutFile(flags.out);
  const vast = chooseSpace(flags);
  const { settings, splits } = await prepare(flags);
  const effort = {
    ...settings.supernas,
    ...(flags.epochs !== undefined && { epochs: flags.epochs }),
    ...(flags.candidates !== undefined && { candidates: flags.candidates }),
  };
  const costModel = await createCostModel();
  await withProgress('Choosing the supernet', async (progress) => {
    const task = { ...settings, effort, splits, costModel, progress };
    const { artefact, remark } = await searchSpaces(vast, task);
    out.write(artefact);
    return remark;
  });
}

async function train(flags: TrainFlags): Promise<void> {
  const out = openOutFile(flags.out);
  const chosen = chooseSpace(flags);
  const { settings, splits } = await prepare(flags);
  const epochs = flags.epochs ?? settings.supernetEpochs;
  const work = { ...settings, epochs, space: chosen };
  const checkpoint = fileCheckpoint(`${flags.out}.checkpoint`, work);
  await withProgress('Training the supernet', async (progress) => {
    const task = { ...settings, epochs, splits, checkpoint, progress };
    const { artefact, remark } = await trainSpace(chosen, task);
    out.write(artefact);
    checkpoint.remove();
    return remark;
  });
}

async function prepare({ data, seed, smoke, board }: TrainFlags) {
  const { name: engine } = await useTraining();
  const source = parseDataSource(data);
  const settings = chooseSettings({
    engine,
    data: source,
    seed,
    smoke,
    ...(board !== undefined && { board }),
  });
  return { settings, splits: await loadSplits(settings.data, settings) };
}

/** A preset by name, or a file that holds a space or a ranking of spaces. @throws E_INPUT, E_SPACE, E_ARTEFACT */
function chooseSpace({ space: wanted, data }: TrainFlags): SearchSpace {
  const name = wanted ?? (parseDataSource(data).kind === 'cifar10' ? 'cifar10' : 'shapes');
  if (Object.hasOwn(presets, name)) return presets[name as keyof typeof presets];
  const text = readInput(name, 'tinyformer space');
  return text.includes('"tinyformer/supernas"')
    ? parseBestSpace(text)
    : parseSearchSpace(parseJson(text, name));
}
