/**
 * @file Runs firmware on a simulated Cortex-M: files in, files and instruction counts out.
 *
 * The machine runs in a private folder that holds its input files and is removed afterwards; firmware names files
 * relative to it. Two runs of the same firmware on the same inputs count the same to the last instruction.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TinyFormerError, type MemorySystem } from '@tinyformer/core';
import type { CortexMachine } from './cortex-machine.js';
import { parseCounterReport, type RegionCounts } from './counts.js';
import { counterPlugin } from './counter-plugin.js';
import { memoryOptions } from './memory-options.js';
import { runProcess, type ProcessResult } from './process.js';
import { requireTool } from './tools.js';

export interface FirmwareRun {
  readonly machine: CortexMachine;
  /** The path of the linked firmware. */
  readonly elf: string;
  /** Files that the firmware may open, by name. */
  readonly inputs?: Readonly<Record<string, Uint8Array>>;
  /** Names of files that the firmware writes and the caller wants. */
  readonly outputs?: readonly string[];
  readonly timeoutMs?: number;
  /** A board's, e.g. `findBoard('stm32l4r5').memory`; without it, memory answers at once. */
  readonly memory?: MemorySystem | undefined;
  /** Where the counter is kept once compiled. */
  readonly cacheDirectory?: string | undefined;
}

export interface FirmwareResult {
  /** What the firmware's main returned. */
  readonly exitCode: number;
  /** Ascending by id; region 0 is everything outside of marked regions. */
  readonly regions: readonly RegionCounts[];
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** What the firmware said on the debugger's console, at most 64 KiB. */
  readonly console: string;
}

/** The exit code of firmware that faulted (TFB_EXIT_FAULT of `csrc/firmware/semihosting.h`). */
export const FAULT_EXIT_CODE = 99;

const COUNTS_FILE = 'regions.json';
const FILE_NAME = /^[a-z0-9][a-z0-9_-]{0,60}(\.[a-z0-9]{1,10})?$/;

function checkFileName(name: string): void {
  if (FILE_NAME.test(name) && name !== COUNTS_FILE) return;
  throw new TinyFormerError('E_FILE_NAME', `firmware cannot exchange a file named ${JSON.stringify(name)}`, {
    hint: 'use lower-case letters, digits, "-" and "_", and one extension',
    details: { name },
  });
}

function qemuArguments(
  { machine, elf, memory }: Pick<FirmwareRun, 'machine' | 'elf' | 'memory'>,
  plugin: string,
): string[] {
  // A comma inside an option's value is written twice.
  const counter = [
    plugin.replaceAll(',', ',,'),
    `out=${COUNTS_FILE}`,
    `core=${machine.counterCore}`,
    ...memoryOptions(memory),
  ].join(',');
  return [
    ['-M', machine.qemuBoard],
    ['-display', 'none'],
    ['-monitor', 'none'],
    ['-serial', 'none'],
    ['-semihosting-config', 'enable=on,target=native'],
    ['-plugin', counter],
    ['-kernel', elf],
  ].flat();
}

function checkOutcome(
  result: ProcessResult,
  { machine, timeoutMs }: { machine: string; timeoutMs: number },
): void {
  const said = result.stderr.trim().slice(0, 500);
  const details = { machine, exitCode: result.exitCode, console: said };
  if (result.timedOut) {
    throw new TinyFormerError(
      'E_MACHINE_TIMEOUT',
      `firmware on ${machine} did not end within ${timeoutMs} ms`,
      {
        hint: 'raise timeoutMs, or look for an endless loop',
        details,
      },
    );
  }
  if (result.exitCode === FAULT_EXIT_CODE) {
    throw new TinyFormerError(
      'E_MACHINE_FAULT',
      `firmware on ${machine} crashed (exit ${FAULT_EXIT_CODE}): ${said}`,
      {
        hint: 'arm-none-eabi-addr2line shows the line of that pc in the .elf',
        details,
      },
    );
  }
}

function startError(result: ProcessResult, cause?: unknown): TinyFormerError {
  const said = result.stderr.trim().slice(0, 500);
  const message = `qemu-system-arm could not run the firmware (exit ${result.exitCode}): ${said}`;
  return new TinyFormerError('E_MACHINE_START', message, {
    hint: 'QEMU 6.2 or newer with TCG plugins is needed, and an .elf of this machine',
    details: { exitCode: result.exitCode },
    cause,
  });
}

async function readCounts(directory: string, result: ProcessResult): Promise<RegionCounts[]> {
  const text = await readFile(join(directory, COUNTS_FILE), 'utf8').catch((cause: unknown) => {
    throw startError(result, cause);
  });
  const regions = parseCounterReport(text);
  if (regions.every(({ instructions }) => instructions === 0)) throw startError(result);
  return regions;
}

async function readOutputs(directory: string, names: readonly string[]): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  for (const name of names) {
    files[name] = await readFile(join(directory, name)).catch((cause: unknown) => {
      throw new TinyFormerError('E_MACHINE_OUTPUT', `the firmware wrote no file "${name}"`, { cause });
    });
  }
  return files;
}

/**
 * @throws E_TOOL when QEMU or gcc is missing, E_MACHINE_FAULT when the firmware crashed, E_MACHINE_TIMEOUT when it did
 * not end, E_MACHINE_START when QEMU could not run it, E_MACHINE_OUTPUT when a file is missing after exit code 0.
 */
export async function runFirmware({
  machine,
  elf,
  inputs = {},
  outputs = [],
  timeoutMs = 120_000,
  memory,
  cacheDirectory,
}: FirmwareRun): Promise<FirmwareResult> {
  [...Object.keys(inputs), ...outputs].forEach(checkFileName);
  const qemu = await requireTool('qemu-system-arm');
  const plugin = await counterPlugin({ cacheDirectory });
  const directory = await mkdtemp(join(tmpdir(), 'tinyformer-machine-'));
  try {
    for (const [name, bytes] of Object.entries(inputs)) await writeFile(join(directory, name), bytes);
    const result = await runProcess(qemu, qemuArguments({ machine, elf, memory }, plugin), {
      cwd: directory,
      timeoutMs,
    });
    checkOutcome(result, { machine: machine.name, timeoutMs });
    const regions = await readCounts(directory, result);
    const exitCode = result.exitCode ?? -1;
    return {
      exitCode,
      regions,
      files: exitCode === 0 ? await readOutputs(directory, outputs) : {},
      console: result.stderr,
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
