/** @file `tinyformer compile` and `tinyformer simulate`: from a quantised network to C, and to what the C does on a core. */
import { chooseStraightLine, findMachine, MACHINES } from '@tinyformer/cmsis-bench';
import { BOARDS, findBoard, formatBytes, formatCount, TinyFormerError } from '@tinyformer/core';
import { parseRequestedEncodings, writeProject } from '@tinyformer/sparse-engine';
import Table from 'cli-table3';
import type { Command } from 'commander';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readInput } from '../output/out-folder.js';
import { withProgress } from '../output/progress.js';
import { chooseSettings } from '../run/settings.js';
import { loadSplits, parseDataSource } from '../run/data-source.js';
import { checkExact, checkOnHost, quantizedImages, type Agreement } from '../stages/accuracy.js';
import { compileNetwork, describeModel } from '../stages/compile.js';
import { formatRange } from '../stages/report-table.js';
import { simulate as simulateModel, type MachineFindings } from '../stages/machines.js';
import { boardOption, countOption, dataOption, encodingOption, seedOption, smokeOption } from './options.js';

interface CompileFlags {
  readonly board: string;
  readonly out: string;
  readonly straightLine?: boolean;
  readonly encoding: readonly string[];
}

interface SimulateFlags {
  readonly data: string;
  readonly smoke: boolean;
  readonly seed: number;
  readonly machine?: string;
  readonly board?: string;
  readonly samples: number;
  readonly encoding: readonly string[];
}

export function addCompileCommands(program: Command): void {
  program
    .command('compile')
    .description('SparseEngine: a quantised network to a C project for a board')
    .argument('<network>', 'a quantised network')
    .addOption(boardOption())
    .addOption(encodingOption())
    .option('--out <folder>', 'the C project', 'firmware')
    .option('--straight-line', 'straight-line code for the layers where the simulated board gains by it')
    .action(compile);
  program
    .command('simulate')
    .description('run a quantised network everywhere: equal in every value, and how many instructions')
    .argument('<network>', 'a quantised network')
    .addOption(dataOption())
    .addOption(smokeOption())
    .addOption(seedOption())
    .addOption(encodingOption())
    .option('--machine <name>', `one of ${MACHINES.map(({ name }) => name).join(', ')}; default all`)
    .option('--board <name>', `with the memory of ${BOARDS.map(({ name }) => name).join(', ')}, on its core`)
    .addOption(countOption('--samples <number>', 'test images').default(16))
    .action(simulate);
}

async function compile(networkFile: string, flags: CompileFlags): Promise<void> {
  const { out, encoding, straightLine = false } = flags;
  const board = findBoard(flags.board);
  const model = await compileNetwork(readInput(networkFile, 'tinyformer search'), {
    board,
    encodings: parseRequestedEncodings(encoding),
  });
  const chosen = straightLine ? await chooseStraightLine(model, { board }) : [];
  writeProject(model, out, { straightLine: chosen.map(({ layer }) => layer) });
  console.log(describeModel(model));
  for (const { layer, savedCycles, codeBytes } of chosen) {
    console.log(
      `${layer}: straight-line code, ${formatBytes(codeBytes)}, saves ${formatCount(savedCycles)} cycles`,
    );
  }
  console.log(`${out}: ${formatBytes(model.flashBytes)} of flash, ${formatBytes(model.sramBytes)} of SRAM`);
}

async function simulate(networkFile: string, flags: SimulateFlags): Promise<void> {
  const { data, smoke, seed, samples, encoding } = flags;
  const target = chooseTarget(flags);
  const text = readInput(networkFile, 'tinyformer search');
  const model = await compileNetwork(text, { encodings: parseRequestedEncodings(encoding) });
  const source = parseDataSource(data);
  const { images: counts } = chooseSettings({ engine: '', data: source, smoke });
  const { test } = await loadSplits(source, { seed, images: counts });
  const findings: Agreement[] = [];
  const directory = mkdtempSync(join(tmpdir(), 'tinyformer-'));
  try {
    const projectDirectory = join(directory, 'firmware');
    writeProject(model, projectDirectory);
    const images = quantizedImages(test, samples);
    await withProgress('Checking on this computer', async (progress) => {
      const { agreements } = await checkOnHost(model, { images, labels: test.labels, progress });
      console.log(renderFindings(agreements));
      findings.push(...agreements);
      return '';
    });
    await withProgress('Simulating', async (progress) => {
      const onCores = await simulateModel({ model, projectDirectory, images, ...target, progress });
      console.log(renderFindings(onCores));
      findings.push(...onCores);
      return '';
    });
    checkExact(findings);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** All machines, or one; or a board's, with its memory. @throws E_MACHINE, E_BOARD, E_OPTION */
function chooseTarget({ machine, board }: Pick<SimulateFlags, 'machine' | 'board'>) {
  if (board === undefined) return { machines: machine === undefined ? MACHINES : [findMachine(machine)] };
  const { core, memory } = findBoard(board);
  if (machine !== undefined && machine !== core) {
    throw new TinyFormerError('E_OPTION', `${board} has a ${core}, not a ${machine}`, {
      hint: 'leave --machine out: --board chooses it',
    });
  }
  return { machines: [findMachine(core)], memory };
}

function renderFindings(findings: readonly (Agreement & Partial<MachineFindings>)[]): string {
  const table = new Table({
    head: ['machine', 'exact', 'images', 'instructions', 'cycles (estimate)', ''],
    style: { head: [], border: [] },
  });
  const figure = (value: number | null | undefined) => (value == null ? '-' : formatCount(value));
  table.push(
    ...findings.map(({ name, exact, samples, instructions, cycles = null, cyclesHigh = null, remark }) => [
      name,
      exact === null ? 'not run' : exact ? 'yes' : 'NO',
      samples,
      figure(instructions),
      formatRange({ cycles, cyclesHigh }),
      remark ?? '',
    ]),
  );
  return table.toString();
}
