/** @file Runs hand-written assembly on a machine, one region a snippet, and says aloud when the tools are missing. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, test } from '@jest/globals';
import type { MemorySystem } from '@tinyformer/core';
import { linkFirmware } from '../../src/firmware/link-firmware.js';
import type { CortexMachine } from '../../src/machine/cortex-machine.js';
import type { RegionCounts } from '../../src/machine/counts.js';
import { runFirmware } from '../../src/machine/run-firmware.js';
import { machineAvailability } from '../../src/machine/tools.js';

const { ready, missing } = await machineAvailability();
if (!ready) {
  const names = missing.map(({ name }) => name).join(', ');
  console.warn(`SKIPPED: tests of the simulated machines, because ${names} is missing`);
}

export type Test = (name: string, body: () => Promise<void>, timeoutMs?: number) => void;

export const machineTest: Test = ready ? test : test.skip;

export const scratch = mkdtempSync(join(tmpdir(), 'tinyformer-test-'));
afterAll(() => rmSync(scratch, { recursive: true }));
let written = 0;

/** Writes a file that nothing else uses. */
export function writeScratch(extension: string, text: string): string {
  const path = join(scratch, `file${written++}.${extension}`);
  writeFileSync(path, text);
  return path;
}

const HEAD = `
  .syntax unified
  .thumb
  .section .data
  .balign 8
table: .word 1, 2, 3, 4, 5, 6, 7, 8
  .text
  .global main
  .thumb_func
main:
  push {r4-r11, lr}
  sub sp, #4
  movw r0, #:lower16:table
  movt r0, #:upper16:table
`;

const TAIL = `
  movs r0, #0
  add sp, #4
  pop {r4-r11, pc}
  .ltorg
`;

export function linkAssembly(machine: CortexMachine, body: string): Promise<string> {
  return linkFirmware({ machine, sources: [writeScratch('S', `${HEAD}${body}${TAIL}`)] });
}

export function linkC(machine: CortexMachine, text: string): Promise<string> {
  return linkFirmware({ machine, sources: [writeScratch('c', text)] });
}

/** Region i + 1 is snippet i. r0 points to eight words; r1 to r11 are free; flags are undefined. */
export async function countSnippets(
  machine: CortexMachine,
  snippets: readonly string[],
  { memory }: { readonly memory?: MemorySystem } = {},
): Promise<RegionCounts[]> {
  const regions = snippets.map((code, index) => `movw r12, #${index + 1}\n dbg #1\n ${code}\n dbg #2\n`);
  const { regions: counted } = await runFirmware({
    machine,
    elf: await linkAssembly(machine, regions.join('')),
    memory,
  });
  return counted.filter(({ id }) => id !== 0);
}
