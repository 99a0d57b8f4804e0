/** @file `tinyformer run`: the whole river. */
import type { Command } from 'commander';
import { checkExact } from '../stages/accuracy.js';
import { renderSummary } from '../stages/report-table.js';
import { parseDataSource } from '../run/data-source.js';
import { runRiver } from '../river.js';
import { readTimings } from '../run/run-folder.js';
import { formatDuration } from '../output/duration.js';
import { boardOption, dataOption, epochsOption, noteOption, seedOption, smokeOption } from './options.js';

interface RunFlags {
  readonly data: string;
  readonly note?: string;
  readonly smoke: boolean;
  readonly seed: number;
  readonly board: string;
  readonly out: string;
  readonly epochs?: number;
  readonly fresh: boolean;
}

export function addRunCommand(program: Command): void {
  program
    .command('run')
    .description('images to a C project that is verified on simulated Cortex-M4 and Cortex-M7, with a report')
    .addOption(dataOption())
    .addOption(noteOption())
    .addOption(smokeOption())
    .addOption(seedOption())
    .addOption(boardOption())
    .addOption(epochsOption('of the training of the supernet; fine-tuning takes half as many'))
    .option('--out <folder>', 'where everything goes; a stopped run goes on from there', 'runs/default')
    .option('--fresh', 'start over: an earlier run in the folder is kept under another name', false)
    .action(run);
}

async function run({ data, note, ...flags }: RunFlags): Promise<void> {
  const { report, folder, ran } = await runRiver({ ...flags, data: parseDataSource(data, note) });
  console.log(renderSummary(report));
  console.log(
    ran.length === 0
      ? `${flags.out} was finished already: nothing was computed. To start over, add --fresh.`
      : `Everything is in ${flags.out}: report.md, the C project in firmware/. It took ${formatDuration(readTimings(folder).seconds)}.`,
  );
  checkExact(report.machines);
}
