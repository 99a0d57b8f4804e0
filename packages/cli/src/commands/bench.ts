/** @file `tinyformer bench`: what kernels cost on the simulated cores, beside CMSIS-NN; training has its own file. */
import { BOARDS, findBoard, TinyFormerError, TOOL_VERSION, type Board } from '@tinyformer/core';
import {
  BENCH_MACHINES,
  benchKernels,
  compilerVersion,
  DEFAULT_SWEEP_SEED,
  distinctRows,
  formatRecord,
  KERNEL_TABLE_HEAD,
  kernelTableRow,
  machineHash,
  measureStacks,
  namedLayers,
  recordBaseline,
  RECORD_PATH,
  renderStackPage,
  shippedRecord,
  sweepLayers,
  withRowShifts,
  type BaselineRecord,
  type BenchProgress,
  type BenchRow,
  type LayerDraft,
  type PeerCore,
} from '@tinyformer/cmsis-bench';
import { parseLayout } from '@tinyformer/sparse-engine';
import Table from 'cli-table3';
import { Option, type Command } from 'commander';
import { fileURLToPath } from 'node:url';
import { openOutFile, toJson } from '../output/out-folder.js';
import { withProgress } from '../output/progress.js';
import { includeOption, libraryOption, openLibraries, type LibraryOptions } from './bench-libraries.js';
import { addMlperfTinyCommand } from './bench-mlperf-tiny.js';
import { addMachineBench } from './bench-machine.js';
import { addTrainingBench } from './bench-training.js';
import { wholeNumber } from './options.js';

interface KernelsOptions extends LibraryOptions {
  readonly json?: string;
  readonly core?: PeerCore;
  readonly board?: string;
  readonly quick: boolean;
  readonly sweepSeed: number;
  readonly only?: string;
  readonly ways: boolean;
  readonly layout?: readonly string[];
  readonly rowShifts: boolean;
}

interface RecordOptions extends LibraryOptions {
  readonly commit: string;
  readonly flags: string;
  readonly out: string;
}

const CORES: readonly PeerCore[] = ['m4', 'm7'];

export function addBenchCommands(program: Command): void {
  const bench = program.command('bench').description('what kernels cost, measured');
  bench
    .command('kernels')
    .description('our kernels on the simulated cores, beside CMSIS-NN')
    .option('--json <file>', 'writes the rows')
    .addOption(new Option('--core <core>', 'one core only').choices([...CORES]))
    .option(
      '--board <name>',
      `with the wait states and caches of ${BOARDS.map(({ name }) => name).join(', ')}`,
    )
    .option('--quick', 'the named layers only, without the sweep', false)
    .addOption(
      new Option('--sweep-seed <number>', 'decides the sizes of the sweep')
        .argParser(wholeNumber(0, 2 ** 32))
        .default(DEFAULT_SWEEP_SEED),
    )
    .option('--only <pattern>', 'layers whose name matches this regular expression')
    .option('--ways', 'every way to run a layer, not only the fastest', false)
    .option('--layout <layouts...>', 'try these encodings of the named layers instead of the fastest ones')
    .option('--row-shifts', 'a shift for each row of weights, as TensorFlow Lite models need it', false)
    .addOption(libraryOption())
    .addOption(includeOption())
    .action(runKernelBench);
  bench
    .command('stack')
    .description('STACK.md of the runtime: how much stack each kernel takes at most')
    .action(async () => {
      console.log(renderStackPage(await measureStacks(), await compilerVersion()).trimEnd());
    });
  bench
    .command('record-baseline')
    .description('measures CMSIS-NN on the layers of the bench, for those who have no library of it')
    .requiredOption('--commit <hash>', 'of the CMSIS-NN that you built')
    .requiredOption('--flags <text>', 'of the compiler, as you gave them')
    .option('--out <file>', 'the record', fileURLToPath(RECORD_PATH))
    .addOption(libraryOption().makeOptionMandatory())
    .addOption(includeOption().makeOptionMandatory())
    .action(runRecordBaseline);
  addTrainingBench(bench);
  addMachineBench(bench);
  addMlperfTinyCommand(bench);
}

async function runKernelBench(options: KernelsOptions): Promise<void> {
  const { json, quick, sweepSeed, only, ways, layout, rowShifts } = options;
  const board = options.board === undefined ? undefined : findBoard(options.board);
  const cores = coresOf(options.core, board);
  const file = json === undefined ? null : openOutFile(json);
  const named = namedLayers({ layouts: layout?.map(parseLayout) });
  const selected = selectLayers([...named, ...(quick ? [] : sweepLayers(sweepSeed))], only);
  const layers = rowShifts ? selected.map(withRowShifts) : selected;
  const libraries = await openLibraries(options);
  const record = shippedRecord();
  let rows: BenchRow[] = [];
  await benchProgress('bench', async (onProgress) => {
    rows = await benchKernels({ layers, cores, libraries, record, board, everyWay: ways, onProgress });
    return `${rows.length} rows`;
  });
  console.log(renderTable(ways ? rows : distinctRows(rows)));
  console.log(await describeSources(rows, { record, board }));
  const head = { toolVersion: TOOL_VERSION, board: board?.name ?? null, sweepSeed: quick ? null : sweepSeed };
  file?.write(toJson({ ...head, rows }));
  failUnlessExact(rows);
}

/** Those asked for; of a board, its own. */
function coresOf(core: PeerCore | undefined, board: Board | undefined): readonly PeerCore[] {
  if (core !== undefined) return [core];
  return CORES.filter((candidate) => !board || BENCH_MACHINES[candidate].name === board.core);
}

async function runRecordBaseline(options: RecordOptions): Promise<void> {
  const { commit, flags, out } = options;
  const file = openOutFile(out);
  const libraries = await openLibraries(options);
  const layers = [...namedLayers(), ...sweepLayers()];
  await benchProgress('record-baseline', async (onProgress) => {
    const record = await recordBaseline({ layers, libraries, commit, flags, onProgress });
    file.write(formatRecord(record));
    return `${record.layers.length} layers in ${out}`;
  });
}

function benchProgress(
  title: string,
  work: (onProgress: (progress: BenchProgress) => void) => Promise<string>,
): Promise<number> {
  return withProgress(title, (progress) =>
    work(({ share, note }) => {
      progress.update(share, { total: 1, note });
    }),
  );
}

function selectLayers(layers: readonly LayerDraft[], only: string | undefined): readonly LayerDraft[] {
  if (only === undefined) return layers;
  try {
    const pattern = new RegExp(only);
    return layers.filter(({ name }) => pattern.test(name));
  } catch (cause) {
    throw new TinyFormerError('E_PATTERN', `--only ${only} is no regular expression`, {
      hint: 'give a part of a name, such as linear-64',
      cause,
    });
  }
}

function renderTable(rows: readonly BenchRow[]): string {
  const table = new Table({ head: [...KERNEL_TABLE_HEAD], style: { head: [], border: [], compact: true } });
  table.push(...rows.map(kernelTableRow));
  return table.toString();
}

/** Where CMSIS-NN's figures are from. */
async function describeSources(
  rows: readonly BenchRow[],
  { record, board }: { readonly record: BaselineRecord; readonly board: Board | undefined },
): Promise<string> {
  const figures = rows.flatMap((row) => [row.baseline, row.doubleRounding?.baseline ?? null]);
  const used = (source: string) => figures.some((baseline) => baseline?.source === source);
  const lines = [];
  if (used('measured')) lines.push('CMSIS-NN measured in this run, with the given library.');
  if (used('recorded')) {
    const { commit, compiler, flags } = record;
    lines.push(`CMSIS-NN recorded: commit ${commit}, ${compiler}, ${flags}.`);
    if ((await machineHash()) !== record.machineHash)
      lines.push(
        'The record is of another version of the cycle model: record it again before you compare cycles.',
      );
  }
  const missing = new Set(rows.filter(({ baseline }) => baseline === null).map(({ name }) => name)).size;
  const layers = missing === 1 ? '1 layer has' : `${missing} layers have`;
  const where = board ? ` with the memory of an ${board.name}` : '';
  if (missing > 0) lines.push(`${layers} no record${where}; give --cmsis-nn to compare.`);
  return lines.join('\n');
}

function failUnlessExact(rows: readonly BenchRow[]): void {
  const wrong = rows.find((row) => !row.exact || !(row.doubleRounding?.exact ?? true));
  if (wrong) {
    throw new TinyFormerError('E_INEXACT', `${wrong.name} on ${wrong.core} differs from the reference`, {
      hint: 'this is a defect of the kernel: please report it',
    });
  }
}
