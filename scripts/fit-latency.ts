/**
 * @file Fits the cost model's cycles a kernel to the simulated cores and writes the table:
 * `npx tsx -C @tinyformer/source scripts/fit-latency.ts [FILE]` (some minutes). Networks are random paths of the preset
 * spaces with random weights, at several densities and in every encoding; a layer is a sample. How far the fits are from
 * networks that they were not made of is printed and written into the table. A kernel that no network uses keeps its entry.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MACHINES } from '@tinyformer/cmsis-bench';
import type { Core } from '@tinyformer/core';
import { loadRuntime } from '@tinyformer/mcu-runtime-c';
import { ESTIMATED_LATENCY, type KernelCycleTable, type LatencyTable } from '@tinyformer/sparse-engine';
import { format, resolveConfig } from 'prettier';
import { describeError, fitKernel, layerError, networkError } from './latency/fit.js';
import {
  FITTED,
  HELD_OUT,
  measureNetwork,
  type RandomNetwork,
  type Sample,
} from './latency/measure-networks.js';

const TABLE = fileURLToPath(
  new URL('../packages/sparse-engine/src/cost/estimated-latency.ts', import.meta.url),
);

async function measure(networks: readonly RandomNetwork[], what: string): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const [index, network] of networks.entries()) {
    samples.push(...(await measureNetwork(network)));
    console.log(`${index + 1} of ${networks.length} networks ${what}`);
  }
  return samples;
}

async function kernelNames(): Promise<string[]> {
  const runtime = await loadRuntime('wasm');
  const names = runtime.manifest.kernels.map(({ name }) => name);
  runtime.dispose();
  return names;
}

function fitCore(core: Core, samples: readonly Sample[], kernels: readonly string[]): KernelCycleTable {
  const known = ESTIMATED_LATENCY[core];
  const entries = kernels.map((kernel) => {
    const own = samples.filter((sample) => sample.core === core && sample.kernel === kernel);
    return [kernel, own.length > 0 ? fitKernel(own) : (known[kernel] ?? known.default)];
  });
  return { default: known.default, ...Object.fromEntries(entries) } as KernelCycleTable;
}

interface Judged {
  readonly fitted: readonly Sample[];
  readonly heldOut: readonly Sample[];
  readonly table: LatencyTable;
}

function printErrors({ fitted, heldOut, table }: Judged): void {
  for (const { name: core } of MACHINES) {
    for (const kernel of Object.keys(table[core])) {
      const isOwn = (sample: Sample) => sample.core === core && sample.kernel === kernel;
      const [own, others] = [fitted.filter(isOwn), heldOut.filter(isOwn)];
      if (own.length === 0) continue;
      const judged = others.length > 0 ? describeError(layerError(others, table)) : 'none';
      console.log(`${core} ${kernel}: fitted ${describeError(layerError(own, table))}; held out ${judged}`);
    }
  }
  console.log(`held-out layers ${describeError(layerError(heldOut, table))}`);
  console.log(`held-out networks ${describeError(networkError(heldOut, table))}`);
}

async function writeTable(path: string, { fitted, heldOut, table }: Judged): Promise<void> {
  const text = `/**
 * @file The cost model's cycles a kernel, written by scripts/fit-latency.ts: least-squares fits to what cmsis-bench
 * estimates for ${fitted.length} layers of ${FITTED.length} random networks on both cores, with memory that answers at once.
 * Held-out layers ${describeError(layerError(heldOut, table))}.
 * Held-out networks, one a core, ${describeError(networkError(heldOut, table))}.
 */
import type { LatencyTable } from './latency.js';

export const ESTIMATED_LATENCY: LatencyTable = ${JSON.stringify(table)};
`;
  writeFileSync(path, await format(text, { ...(await resolveConfig(TABLE)), filepath: TABLE }));
}

const [path = TABLE] = process.argv.slice(2);
const kernels = await kernelNames();
const fitted = await measure(FITTED, 'to fit');
const heldOut = await measure(HELD_OUT, 'held out');
const table = Object.fromEntries(
  MACHINES.map(({ name }) => [name, fitCore(name, fitted, kernels)]),
) as unknown as LatencyTable;
printErrors({ fitted, heldOut, table });
await writeTable(path, { fitted, heldOut, table });
