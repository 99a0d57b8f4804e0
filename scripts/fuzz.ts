/**
 * @file Fuzzes every kernel: sound calls of all of them as seeds, from which libFuzzer goes on under AddressSanitizer and
 * UBSan, half of the time in either rounding. A finding ends with 1 and names a file to replay.
 * Usage: npm run fuzz -- [--seconds N] [--seed N] [--corpus FOLDER, kept from run to run]
 */
import { loadRuntime, type Rounding } from '@tinyformer/mcu-runtime-c';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildHarness, hasLibFuzzer } from './fuzz/build-harness.js';
import { seedCalls } from './fuzz/call-bytes.js';

const SEEDS_PER_KERNEL = 60;
const ROUNDINGS: readonly Rounding[] = ['single', 'double'];

interface FuzzOptions {
  readonly seconds: number;
  readonly seed: number;
  readonly corpus: string;
  readonly work: string;
}

async function writeSeeds({ seed, work }: FuzzOptions): Promise<string> {
  const folder = join(work, 'seeds');
  mkdirSync(folder);
  const runtime = await loadRuntime('wasm');
  seedCalls(runtime.manifest, { perKernel: SEEDS_PER_KERNEL, seed }).forEach(({ kernel, bytes }, index) =>
    writeFileSync(join(folder, `${kernel}-${index}`), bytes),
  );
  runtime.dispose();
  return folder;
}

/** Whether nothing was found. */
function fuzz(rounding: Rounding, seeds: string, { seconds, seed, corpus, work }: FuzzOptions): boolean {
  const program = join(work, `fuzz-${rounding}`);
  const found = join(work, `found-${rounding}-`);
  buildHarness({ compiler: 'clang', entry: 'target', rounding, output: program });
  const kept = join(corpus, rounding);
  mkdirSync(kept, { recursive: true });
  const { status, stderr } = spawnSync(
    program,
    [
      `-max_total_time=${Math.max(1, Math.floor(seconds / ROUNDINGS.length))}`,
      `-seed=${seed}`,
      ...['-max_len=65536', '-timeout=20', '-print_final_stats=1', `-artifact_prefix=${found}`, kept, seeds],
    ],
    { encoding: 'utf8', maxBuffer: 2 ** 28 },
  );
  const runs = /number_of_executed_units: (\d+)/.exec(stderr)?.[1] ?? '0';
  if (status === 0) console.log(`fuzz: ${rounding} rounding, ${runs} calls, nothing found`);
  else console.error(`fuzz: ${rounding} rounding, FOUND, see ${found}*\n${stderr.slice(-6000)}`);
  return status === 0;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string', default: '1' },
      corpus: { type: 'string' },
    },
  });
  if (!hasLibFuzzer()) {
    console.log(
      'fuzz: SKIPPED, clang or its libFuzzer is missing (apt-get install clang libclang-rt-14-dev)',
    );
    return;
  }
  const work = mkdtempSync(join(tmpdir(), 'tinyformer-fuzz-'));
  const { seconds, seed, corpus = join(work, 'corpus') } = values;
  const options = { seconds: Number(seconds), seed: Number(seed), corpus, work };
  const seeds = await writeSeeds(options);
  const isClean = ROUNDINGS.map((rounding) => fuzz(rounding, seeds, options)).every(Boolean);
  if (isClean) rmSync(work, { recursive: true });
  process.exitCode = isClean ? 0 : 1;
}

await main();
