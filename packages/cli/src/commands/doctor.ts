/** @file `tinyformer doctor`: what is installed, and what each missing piece costs. */
import { runtimeAvailability } from '@tinyformer/mcu-runtime-c';
import Table from 'cli-table3';
import type { Command } from 'commander';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';

/** A row of system-tools.json, which the set-up script reads as well. */
interface SystemTool {
  readonly name: string;
  readonly package: string;
  /** A program and its arguments that succeed when the tool is there. */
  readonly probe: readonly [command: string, ...args: string[]];
  /** What the program then says, as a regular expression; default anything. */
  readonly expect?: string;
  /** What does not work without the tool. */
  readonly without: string;
}

export interface Finding {
  readonly name: string;
  readonly found: boolean;
  /** The version when it is there, else what is lost and how to get it. */
  readonly remark: string;
}

const TOOLS = new URL('../../system-tools.json', import.meta.url);

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('what is installed, and what each missing piece costs')
    .action(async () => {
      const findings = await examine();
      const table = new Table({ head: ['', 'tool', ''], style: { head: [], border: [] } });
      table.push(...findings.map(({ name, found, remark }) => [found ? 'ok' : 'missing', name, remark]));
      console.log(table.toString());
      const missing = findings.filter(({ found }) => !found).length;
      console.log(missing === 0 ? 'Everything is there.' : `${missing} missing; the rest works without.`);
    });
}

export async function examine(): Promise<readonly Finding[]> {
  const tools = JSON.parse(readFileSync(TOOLS, 'utf8')) as readonly SystemTool[];
  const { wasm, native } = runtimeAvailability();
  return [
    { name: 'node', found: true, remark: process.versions.node },
    ...(await Promise.all(tools.map(examineTool))),
    built('kernels as WebAssembly', wasm, 'no network can be compiled or checked'),
    built('kernels, native', native, 'no native verification'),
  ];
}

function built(name: string, found: boolean, without: string): Finding {
  return { name, found, remark: found ? 'built' : `${without}; build it with: node ${buildScript()}` };
}

/** Of the runtime, wherever it is installed, from the working directory. */
function buildScript(): string {
  const manifest = createRequire(import.meta.url).resolve('@tinyformer/mcu-runtime-c/package.json');
  return relative(process.cwd(), join(manifest, '../scripts/build.mjs'));
}

async function examineTool({
  name,
  package: source,
  probe,
  expect = '',
  without,
}: SystemTool): Promise<Finding> {
  const output = await firstLine(probe);
  return output !== null && new RegExp(expect).test(output)
    ? { name, found: true, remark: output }
    : { name, found: false, remark: `${without}; get it with: apt-get install ${source}` };
}

/** What the program says first; null when it is not there or fails. */
function firstLine([command, ...args]: SystemTool['probe']): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(command, args, (error, stdout) => {
      resolve(error ? null : stdout.split('\n')[0]!.trim());
    });
  });
}
