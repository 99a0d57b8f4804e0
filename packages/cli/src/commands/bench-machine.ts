/** @file `tinyformer bench machine`: how fast the simulated cores are. */
import { measureMachineSpeed, type MachineSpeed } from '@tinyformer/cmsis-bench';
import { formatCount, TOOL_VERSION } from '@tinyformer/core';
import Table from 'cli-table3';
import type { Command } from 'commander';
import { openOutFile, toJson } from '../output/out-folder.js';

export function addMachineBench(bench: Command): void {
  bench
    .command('machine')
    .description(
      'the simulated cores: instructions a second of processor time, with and without the memory of a board',
    )
    .option('--json <file>', 'writes the rows')
    .action(runMachineBench);
}

async function runMachineBench({ json }: { readonly json?: string }): Promise<void> {
  const file = json === undefined ? null : openOutFile(json);
  const rows = await measureMachineSpeed();
  console.log(renderSpeeds(rows));
  file?.write(toJson({ toolVersion: TOOL_VERSION, rows }));
}

function renderSpeeds(rows: readonly MachineSpeed[]): string {
  const head = ['machine', 'memory', 'instructions', 'seconds', 'instructions a second'];
  const table = new Table({ head, style: { head: [], border: [] } });
  table.push(
    ...rows.map(({ machine, memory, instructions, seconds, instructionsPerSecond }) => [
      machine,
      memory,
      formatCount(instructions),
      seconds.toFixed(2),
      formatCount(Math.round(instructionsPerSecond)),
    ]),
  );
  return table.toString();
}
