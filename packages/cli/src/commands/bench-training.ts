/** @file `tinyformer bench training`: images per second of training on every engine, beside PyTorch. */
import { TOOL_VERSION } from '@tinyformer/core';
import { availableEngines, type EngineName, type EngineOptions } from '@tinyformer/tfjs-wasm-training';
import {
  benchTraining,
  NETWORKS,
  startTorch,
  type NetworkName,
  type TrainingBenchRow,
} from '@tinyformer/tfjs-wasm-training/benchmark';
import Table from 'cli-table3';
import { Option, type Command } from 'commander';
import { openOutFile, toJson } from '../output/out-folder.js';
import { withProgress } from '../output/progress.js';
import { wholeNumber } from './options.js';

interface TrainingOptions {
  readonly json?: string;
  readonly torch?: string | true;
  readonly network?: readonly NetworkName[];
  readonly engine?: readonly EngineName[];
  readonly variant?: string;
  readonly batch: readonly number[];
  readonly threads?: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly processorTime: boolean;
}

const ENGINES: readonly EngineName[] = ['native', 'wasm-relaxed', 'wasm', 'webgpu', 'node-gpu', 'cpu'];
const TABLE_HEAD = [
  'network',
  'engine',
  'batch',
  'threads',
  'images/s',
  'step',
  'GFLOP/s',
  'PyTorch',
  'ratio',
];

const positive = wholeNumber(1, 65_536);

export function addTrainingBench(bench: Command): void {
  bench
    .command('training')
    .description('images per second of training networks A and B, on every engine')
    .option('--json <file>', 'writes the rows')
    .option('--torch [python]', 'the same networks in PyTorch, in turn with ours')
    .addOption(new Option('--network <names...>', 'A or B; default both').choices(Object.keys(NETWORKS)))
    .addOption(new Option('--engine <names...>', 'default those of this machine').choices([...ENGINES]))
    .option('--variant <name>', 'of native: avx512, avx2, neon or plain; default the fastest')
    .addOption(
      new Option('--batch <numbers...>', 'images a step')
        .argParser((text: string, before: readonly number[] | undefined) => [
          ...(before === DEFAULT_BATCHES ? [] : (before ?? [])),
          positive(text),
        ])
        .default(DEFAULT_BATCHES),
    )
    .addOption(new Option('--threads <number>', 'default as many as processors').argParser(positive))
    .addOption(new Option('--rounds <number>', 'the median counts').argParser(positive).default(3))
    .addOption(new Option('--seconds <number>', 'of a turn in a round').argParser(positive).default(1))
    .option('--processor-time', 'counts processor time instead, with one thread: for a busy machine', false)
    .action(runTrainingBench);
}

const DEFAULT_BATCHES: readonly number[] = [64];

async function runTrainingBench(options: TrainingOptions): Promise<void> {
  const { json, torch: python, network, batch, rounds, seconds, processorTime } = options;
  const file = json === undefined ? null : openOutFile(json);
  const torch = python === undefined ? undefined : await startTorch(python === true ? undefined : [python]);
  let rows: TrainingBenchRow[] = [];
  try {
    await withProgress('bench training', async (progress) => {
      rows = await benchTraining({
        networks: network ?? (Object.keys(NETWORKS) as NetworkName[]),
        engines: chooseEngines(options),
        ...{ batches: batch, rounds, seconds, clock: processorTime ? 'processor' : 'wall' },
        ...(torch && { torch }),
        onProgress: ({ share, note }) => progress.update(share, { total: 1, note }),
      });
      return `${rows.length} rows`;
    });
  } finally {
    torch?.stop();
  }
  console.log(renderRows(rows));
  file?.write(toJson({ toolVersion: TOOL_VERSION, rows }));
}

/** Those that were asked for, or all on the processor that there are (relaxed SIMD is asked of V8). */
function chooseEngines({ engine: wanted, variant, ...options }: TrainingOptions): EngineOptions[] {
  const threads = options.processorTime ? 1 : options.threads;
  const found = availableEngines().filter(({ engine, missing }) => !missing || engine === 'wasm-relaxed');
  return (wanted ?? found.map(({ engine }) => engine)).map((engine) => ({
    engine,
    ...(threads !== undefined && { threads }),
    ...(engine === 'native' && variant !== undefined && { variant }),
  }));
}

function renderRows(rows: readonly TrainingBenchRow[]): string {
  const table = new Table({ head: TABLE_HEAD, style: { head: [], border: [], compact: true } });
  for (const row of rows) {
    const { torch, ratioToTorch } = row;
    table.push([
      row.network,
      row.variant === undefined ? row.engine : `${row.engine} (${row.variant})`,
      row.batch,
      row.threads,
      row.imagesPerSecond.toFixed(0),
      `${row.stepMs.toFixed(1)} ms`,
      row.gflops.toFixed(1),
      torch === undefined
        ? ''
        : `${torch.imagesPerSecond.toFixed(0)} (${torch.version}, ${torch.memoryFormat})`,
      ratioToTorch === undefined ? '' : `${ratioToTorch.toFixed(2)}x`,
    ]);
  }
  return table.toString();
}
