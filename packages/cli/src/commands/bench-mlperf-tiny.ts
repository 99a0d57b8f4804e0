/** @file `tinyformer bench mlperf-tiny`: how far the cycle model is from published results of a board. */
import { findBoard, formatCount, TinyFormerError } from '@tinyformer/core';
import { benchMlperfTiny, mlperfTiny, type MlperfResult } from '@tinyformer/cmsis-bench';
import Table from 'cli-table3';
import { Option, type Command } from 'commander';
import { openOutFile, toJson } from '../output/out-folder.js';
import { withProgress } from '../output/progress.js';
import { wholeNumber } from './options.js';
import { includeOption, libraryOption, openLibraries, type LibraryOptions } from './bench-libraries.js';

interface MlperfTinyOptions extends LibraryOptions {
  readonly board: string;
  readonly placements: number;
  readonly json?: string;
}

export function addMlperfTinyCommand(bench: Command): void {
  bench
    .command('mlperf-tiny')
    .description('CMSIS-NN on the layers of the MLPerf Tiny networks, against published results')
    .option('--board <name>', 'whose memory is modelled', 'stm32l4r5')
    .addOption(
      new Option('--placements <number>', 'measure code in so many places, 4 bytes apart')
        .argParser(wholeNumber(1, 64))
        .default(8),
    )
    .option('--json <file>', 'writes every layer')
    .addOption(libraryOption().makeOptionMandatory())
    .addOption(includeOption().makeOptionMandatory())
    .action(runMlperfTiny);
}

async function runMlperfTiny(options: MlperfTinyOptions): Promise<void> {
  const board = findBoard(options.board);
  const file = options.json === undefined ? null : openOutFile(options.json);
  const { double, single } = (await openLibraries(options)).m4;
  // TensorFlow Lite rounds twice, and so did what was published.
  const peer = double ?? single;
  if (!peer) {
    throw new TinyFormerError('E_CMSIS_NN', 'there is no library for the Cortex-M4', {
      hint: 'name one with --cmsis-nn m4=FILE.a',
    });
  }
  let results: readonly MlperfResult[] = [];
  await withProgress('mlperf-tiny', async (progress) => {
    results = await benchMlperfTiny({
      ...{ peer, rounding: double ? 'double' : 'single', board },
      placements: options.placements,
      onProgress: (done, total, note) => {
        progress.update(done, { total, note });
      },
    });
    return `${results.length} networks`;
  });
  console.log(renderResults(results, board.name));
  console.log(`Published: ${mlperfTiny().published}. Rounding: ${double ? 'double' : 'single'}.`);
  file?.write(toJson({ board: board.name, results }));
}

const percent = (measured: number, published: number): string => {
  const error = 100 * (measured / published - 1);
  return `${error < 0 ? '' : '+'}${error.toFixed(1)}%`;
};

function renderResults(results: readonly MlperfResult[], board: string): string {
  const head = [
    'network',
    'instructions',
    'cycles, no waits',
    'error',
    `cycles, ${board}`,
    'error',
    'published',
  ];
  const table = new Table({ head, style: { head: [], border: [], compact: true } });
  for (const { task, instructions, zeroWait, placedCycles, publishedCycles } of results) {
    const [lowest, highest] = [Math.min(...placedCycles), Math.max(...placedCycles)];
    table.push([
      task,
      formatCount(instructions),
      formatCount(zeroWait.cycles),
      percent(zeroWait.cycles, publishedCycles),
      `${formatCount(lowest)} to ${formatCount(highest)}`,
      `${percent(lowest, publishedCycles)} to ${percent(highest, publishedCycles)}`,
      formatCount(publishedCycles),
    ]);
  }
  return table.toString();
}
